"""Who may talk to the page's server: its own page, opened by the names it is reached by."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Nothing of the page comes from elsewhere, and nothing else may show it or read from it.
SAFETY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' blob: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
# A page of another site cannot send it without asking first, which is never allowed.
OWN_HEADER = "x-matebit"


def _host_of(netloc: str) -> str | None:
    try:
        return urlsplit(f"//{netloc}").hostname
    except ValueError:
        return None


def is_known(host: str, names: Iterable[str]) -> bool:
    """May a browser reach the server by this Host header?

    `localhost`, an address in numbers, or one of `names`. Any other name could be one that its owner has
    made point to this machine (DNS rebinding); an address in numbers cannot.
    """
    name = _host_of(host)
    if name is None:
        return False
    if name == "localhost" or name in names:
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def why_not(method: str, headers: Headers, names: Iterable[str]) -> str | None:
    """Why a request is refused, or None."""
    host = headers.get("host", "")
    if not is_known(host, names):
        return "this server is not known by that name; open it by its address, or start it with --name"
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != host:
        return "only the server's own page may ask it"
    if headers.get("sec-fetch-site", "none") not in ("none", "same-origin") and method != "GET":
        return "only the server's own page may ask it"
    if method == "POST" and OWN_HEADER not in headers:
        return f"a request without the header {OWN_HEADER} does not come from the server's own page"
    return None


class OwnPageOnly:
    """ASGI middleware: refuses foreign hosts and pages with 403, and sets the headers of `SAFETY`."""

    def __init__(self, app: ASGIApp, names: Iterable[str] = ()) -> None:
        self.app, self.names = app, frozenset(name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return

        async def safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SAFETY.items():
                    headers[name] = value
            await send(message)

        reason = why_not(scope["method"], Headers(scope=scope), self.names)
        if reason is not None:
            await JSONResponse({"error": reason}, status_code=403)(scope, receive, safely)
            return
        await self.app(scope, receive, safely)
