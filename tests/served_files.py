"""A small web server on this machine that misbehaves as it is told to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Served:
    """One file of the server: its bytes, and what happens to the next requests for it.

    `troubles` are used up one a request: a number is answered as a status, "cut" ends the answer in
    its middle, "changed" exchanges the file before it is answered.
    """

    data: bytes
    content_type: str = "application/octet-stream"
    ranges: bool = True
    length: bool = True
    version: int = 0
    tagged: bool = True
    troubles: list[int | str] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)


class Server:
    """Files by path, below `url`."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.files: dict[str, Served] = {}

    def add(self, path: str, data: bytes, **how) -> Served:
        self.files[path] = Served(data, **how)
        return self.files[path]


class _Handler(BaseHTTPRequestHandler):
    server_files: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, *words: object) -> None:
        pass

    def do_GET(self) -> None:
        file = self.server_files.files.get(self.path)
        if file is None:
            self.send_error(404)
            return
        file.asked.append(dict(self.headers))
        trouble = file.troubles.pop(0) if file.troubles else None
        if isinstance(trouble, int):
            self.send_error(trouble)
            return
        if trouble == "changed":
            file.version += 1
            file.data = bytes(255 - value for value in file.data)
        tag = f'"{file.version}"'
        start = 0
        wanted = self.headers.get("Range")
        if wanted and file.ranges and self.headers.get("If-Range", tag) == tag:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if start >= len(file.data):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(file.data)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(file.data) - 1}/{len(file.data)}")
        self.send_header("Content-Type", file.content_type)
        if file.tagged:
            self.send_header("ETag", tag)
        body = file.data[start:]
        if file.length:
            self.send_header("Content-Length", str(len(body)))
        else:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if trouble == "cut" else body)
        self.close_connection = True


@contextmanager
def serving() -> Iterator[Server]:
    """The server, until the block ends."""
    handler = type("Handler", (_Handler,), {})
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server = Server(httpd.server_address[1])
    handler.server_files = server
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        httpd.shutdown()
        httpd.server_close()
        thread.join()
