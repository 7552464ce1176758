"""A Hugging Face Hub on this machine that speaks the few calls of sending and fetching a model."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit


class Hub:
    """Repositories: name -> file -> bytes. `asked`: the paths of all requests; `tokens`: what they showed."""

    def __init__(self) -> None:
        self.repositories: dict[str, dict[str, bytes]] = {}
        self.private: set[str] = set()
        self.asked: list[str] = []
        self.agents: list[str] = []

    def commit(self, name: str) -> str:
        """The name of the present state, as git's are formed."""
        total = hashlib.sha1(usedforsecurity=False)
        for file, data in sorted(self.repositories[name].items()):
            total.update(file.encode() + data)
        return total.hexdigest()


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *words: object) -> None:
        pass

    def _send(self, status: int, body: bytes = b"", kind: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _json(self, value: object, status: int = 200) -> None:
        self._send(status, json.dumps(value).encode())

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            data = b""
            while size := int(self.rfile.readline(), 16):
                data += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return data
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def do_HEAD(self) -> None:
        self._resolve()

    def do_GET(self) -> None:
        self._resolve()

    def _resolve(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.hub.asked.append(path)
        self.hub.agents.append(self.headers.get("User-Agent", ""))
        repository, _, rest = path.strip("/").partition("/resolve/")
        files = self.hub.repositories.get(repository)
        hidden = repository in self.hub.private and not self.headers.get("Authorization")
        if files is None or hidden:
            self._send(401, X_Error_Code="RepoNotFound")
            return
        revision, _, name = rest.partition("/")
        commit = self.hub.commit(repository)
        if revision not in ("main", commit):
            self._send(404, X_Error_Code="RevisionNotFound")
        elif name not in files:
            self._send(404, X_Error_Code="EntryNotFound", X_Repo_Commit=commit)
        else:
            etag = hashlib.sha256(files[name]).hexdigest()
            self._send(200, files[name], "application/octet-stream", X_Repo_Commit=commit, ETag=f'"{etag}"')

    def do_POST(self) -> None:
        path, body = unquote(urlsplit(self.path).path), self._body()
        self.hub.asked.append(path)
        if not self.headers.get("Authorization"):
            self._send(401)
        elif path == "/api/repos/create":
            asked = json.loads(body)
            name = f"{asked['organization']}/{asked['name']}" if asked.get("organization") else asked["name"]
            self.hub.repositories.setdefault(name, {})
            if asked.get("private") or asked.get("visibility") == "private":
                self.hub.private.add(name)
            self._json({"url": f"http://{self.headers['Host']}/{name}", "name": name})
        elif path == "/api/validate-yaml":
            self._json({"errors": [], "warnings": []})
        elif "/preupload/" in path:
            files = json.loads(body)["files"]
            self._json(
                {
                    "files": [
                        {"path": f["path"], "uploadMode": "regular", "shouldIgnore": False} for f in files
                    ]
                }
            )
        elif "/commit/" in path:
            name = path.removeprefix("/api/models/").partition("/commit/")[0]
            for line in map(json.loads, body.splitlines()):
                if line["key"] == "file":
                    data = base64.b64decode(line["value"]["content"])
                    self.hub.repositories[name][line["value"]["path"]] = data
            commit = self.hub.commit(name)
            url = f"http://{self.headers['Host']}/{name}/commit/{commit}"
            self._json({"success": True, "commitUrl": url, "commitOid": commit})
        else:
            self._send(404)


@contextmanager
def running_hub() -> Iterator[tuple[str, Hub]]:
    """Its address and its content; ended with the block."""
    hub = Hub()
    handler = type("Handler", (_Handler,), {"hub": hub, "timeout": 20})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
