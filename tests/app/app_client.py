"""Requests to the page's server: in this process, or over a socket."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

import uvicorn
from starlette.types import ASGIApp

OWN = {"host": "127.0.0.1:8177", "x-matebit": "page"}


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


async def ask(
    app: ASGIApp,
    method: str,
    path: str,
    words: Mapping[str, object] | None = None,
    body: bytes = b"",
    headers: Mapping[str, str | None] | None = None,
) -> Answer:
    """One request as a server would hand it on; a header of None is left out."""
    sent = {**OWN, "content-length": str(len(body)), **(headers or {})}
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": urlencode(words or {}).encode(),
        "root_path": "", "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8177),
        "headers": [(k.encode("latin-1"), v.encode("latin-1")) for k, v in sent.items() if v is not None],
    }  # fmt: skip
    pieces = [body[i : i + 2**16] for i in range(0, len(body), 2**16)] or [b""]
    got: dict[str, Any] = {"body": b""}

    async def receive() -> dict:
        if not pieces:
            return {"type": "http.disconnect"}
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message: dict) -> None:
        if message["type"] == "http.response.start":
            got["status"] = message["status"]
            got["headers"] = {k.decode(): v.decode() for k, v in message["headers"]}
        else:
            got["body"] += message.get("body", b"")

    await app(scope, receive, send)  # type: ignore[arg-type]
    return Answer(got["status"], got["headers"], got["body"])


def words_for(structure: str, exemplar: str, structure_bytes: int = 0, fit: str = "pad") -> dict[str, object]:
    """The words of `POST /translate`."""
    return {"structure": structure, "exemplar": exemplar, "structure_bytes": structure_bytes, "fit": fit}


@contextmanager
def running(app: ASGIApp) -> Iterator[int]:
    """Serve on a free port of this machine, in a thread."""
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, http="h11", ws="none", lifespan="off", log_config=None
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        thread.join(0.02)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


def post(port: int, words: Mapping[str, object], body: bytes = b"") -> Answer:
    """`POST /translate` over a socket."""
    connection = HTTPConnection("127.0.0.1", port, timeout=300)
    connection.request("POST", f"/translate?{urlencode(words)}", body, {"X-Matebit": "page"})
    answer = connection.getresponse()
    found = Answer(answer.status, dict(answer.getheaders()), answer.read())
    connection.close()
    return found
