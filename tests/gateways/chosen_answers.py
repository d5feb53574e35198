"""A partner on the real wire whose answers a test lays out: for what no persona of the simulator does."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from domain.webhook_signature import SigningKeys
from gateways.standard_webhooks import SignedExchange
from tests.gateways.partners import SECRET


class ChosenAnswers:
    """Answers each operation with what was laid out for it, in order, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, list[tuple[int, dict[str, Any]]]] = {}
        self.asked: list[str] = []
        partner, exchange = self, SignedExchange(SigningKeys.parse(SECRET))

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                operation = json.loads(self.rfile.read(int(self.headers["content-length"])))["operation"]
                partner.asked.append(operation)
                status, content = partner.answers[operation].pop(0)
                body = json.dumps(content).encode()
                self.send_response(status)
                if content:
                    for name, value in exchange.answer(self.headers["webhook-id"], body).items():
                        self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
