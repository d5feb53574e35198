"""Post CloudEvents to a door, signed: what a partner's sender does (docs/partner-wire.md). Needs nothing but Python.

    python3 examples/post_event.py FILE.ndjson [http://127.0.0.1:8080/events]

The secret is AFTERSALES_DOOR_SECRET; what is not given, secret or address, is that of the `aftersales up` of this
checkout. Prints each answer.
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path


def noted(name: str) -> str:
    """A setting of the `aftersales up` that runs in this checkout; empty when none does."""
    written = Path(__file__).parents[1] / ".local" / "stack.env"
    lines = written.read_text().splitlines() if written.exists() else []
    return next((line.partition("=")[2] for line in lines if line.startswith(f"{name}=")), "")


def secret() -> str:
    """The door's secret, `whsec_<base64>`."""
    found = os.environ.get("AFTERSALES_DOOR_SECRET") or noted("AFTERSALES_DOOR_SECRET")
    return found or sys.exit("Set AFTERSALES_DOOR_SECRET, or start `aftersales up`.")


def door() -> str:
    """Where it takes events."""
    return f"http://{noted('AFTERSALES_DOOR_BIND') or '127.0.0.1:8080'}/events"


def post(url: str, body: bytes) -> str:
    """Sign one event, post it, and answer with status and body."""
    id, now = json.loads(body)["id"], str(int(time.time()))
    key = base64.b64decode(secret().removeprefix("whsec_"))
    signature = base64.b64encode(hmac.digest(key, f"{id}.{now}.".encode() + body, hashlib.sha256)).decode()
    headers = {
        "content-type": "application/cloudevents+json",
        "webhook-id": id,
        "webhook-timestamp": now,
        "webhook-signature": f"v1,{signature}",
    }
    request = urllib.request.Request(url, body, headers)  # noqa: S310  the address is the caller's own
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return f"{answer.status} {answer.read().decode()}"
    except urllib.error.HTTPError as error:
        return f"{error.code} {error.read().decode()}"


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    address = sys.argv[2] if len(sys.argv) > 2 else door()
    for line in Path(sys.argv[1]).read_bytes().splitlines():
        if line.strip():
            sys.stdout.write(post(address, line) + "\n")
