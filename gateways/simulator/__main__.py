"""Run the partner simulator: `python -m gateways.simulator --help`."""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx2
import uvicorn
from fastapi import FastAPI

from domain.webhook_signature import SigningKeys
from gateways.simulator.control import control_routes
from gateways.simulator.delivery import Delivery
from gateways.simulator.faults import Faults
from gateways.simulator.ledger import Ledger
from gateways.simulator.personas import Personas, read_personas
from gateways.simulator.wire import BreakableProtocol, wire_routes
from gateways.simulator.world import World
from gateways.standard_webhooks import SignedExchange

# Where the secrets are when the command line does not say: in the environment of the worker and the door.
SECRET, DOOR_SECRET = "AFTERSALES_CONTACT_SECRET", "AFTERSALES_DOOR_SECRET"


def simulator(
    ledger: Ledger, personas: Personas, *, keys: SigningKeys, door: str, door_keys: SigningKeys, pace: float | None
) -> FastAPI:
    """The application. With `pace` it also posts events by the wall's clock."""
    world = World(ledger, personas, pace or 1.0)
    faults = Faults(personas.faults)
    client = httpx2.AsyncClient(timeout=30.0)
    delivery = Delivery(world, faults, door, SignedExchange(door_keys), client)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with client:
            clock = asyncio.create_task(delivery.keep_time()) if pace else None
            yield
            if clock:
                clock.cancel()
                with suppress(asyncio.CancelledError):
                    await clock
        ledger.close()

    app = FastAPI(title="Partner simulator", lifespan=lifespan)
    app.include_router(wire_routes(world, faults, SignedExchange(keys)))
    app.include_router(control_routes(world, faults, delivery))
    return app


def main() -> int:
    """Serve until stopped. Prints the address once it listens."""
    options = _options().parse_args()
    secret = options.secret or os.environ.get(SECRET, "")
    door_secret = options.door_secret or options.secret or os.environ.get(DOOR_SECRET, "") or secret
    try:
        keys = SigningKeys.parse(secret)
        door_keys = SigningKeys.parse(door_secret)
        personas = read_personas(options.personas)
        ledger = Ledger(options.ledger)
        listener = _listen(options.host, options.port)
    except (ValueError, OSError, sqlite3.Error) as problem:
        sys.stderr.write(f"simulator: {problem}\n")
        return 2
    app = simulator(
        ledger,
        personas,
        keys=keys,
        door=options.door,
        door_keys=door_keys,
        pace=options.real_time,
    )
    config = uvicorn.Config(
        app,
        http=BreakableProtocol,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=2,
        timeout_keep_alive=30,  # longer than our clients keep a connection: they close first, never we
    )
    server = uvicorn.Server(config)
    sys.stdout.write(f"simulator on http://{options.host}:{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listener])
    return 0


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket.

    It names its protocol: asyncio sets TCP_NODELAY only then, and without that answers take 40 ms.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(128)
    return listener


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m gateways.simulator", description="Simulated partners on the real wire."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one and prints it")
    parser.add_argument("--ledger", type=Path, required=True, help="SQLite file; made when missing")
    parser.add_argument(
        "--door", required=True, help="base address of the shop's event door; events go to <door>/events"
    )
    parser.add_argument("--secret", default="", help=f"whsec_... of the wire; else ${SECRET}")
    parser.add_argument("--door-secret", default="", help=f"whsec_... of events; else --secret, else ${DOOR_SECRET}")
    parser.add_argument("--personas", type=Path, help="TOML file; docs/simulator.md")
    parser.add_argument(
        "--real-time", type=float, metavar="FACTOR", help="post events by the clock, so many times faster"
    )
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
