"""The server of the page: its routes, and running it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from matebit.app.access import OwnPageOnly
from matebit.app.answer import answer
from matebit.app.limits import Limits, Queue, Refused
from matebit.app.models import Models
from matebit.app.order import Order, declared_length, read_body
from matebit.contracts.condition_kinds import CONDITIONS
from matebit.errors import MatebitError
from matebit.io.images import png_bytes
from matebit.io.listening import listening
from matebit.translate.gallery import drawn, exemplars, paintings, sitters

if TYPE_CHECKING:
    from matebit.translate.translator import Translator

logger = logging.getLogger("matebit")
_PAGE = Path(__file__).parent / "page"
_SMALLEST_PORTRAIT = 128  # px: what a thumbnail of the gallery shows


def _json(error: Refused) -> JSONResponse:
    headers = {"Retry-After": "2"} if error.status == 503 else None
    return JSONResponse({"error": error.sentence}, status_code=error.status, headers=headers)


class _Page:
    """The routes, bound to the checkpoints."""

    def __init__(self, models: Models, limits: Limits, keep: Path | None) -> None:
        self.models, self.translator = models, models.first
        self.limits, self.keep = limits, keep
        self.queue = Queue(limits)
        self.side = max(_SMALLEST_PORTRAIT, models.first.side())

    async def about(self, request: Request) -> Response:
        """What the page needs to know of the program."""
        return JSONResponse(
            {
                "size": self.translator.side(),
                "megabytes": self.limits.bytes // 2**20,
                "checkpoints": self.models.listed(),
                "device": self.translator.device.type,
                "exemplars": [{"id": one.id, "title": one.title} for one in exemplars().values()],
                "paintings": [
                    {"id": one.id, "title": one.title, "credit": one.credit, "link": one.link}
                    for one in paintings().values()
                ],
                "sitters": [{"id": one.id, "title": one.title} for one in sitters().values()],
            }
        )

    def gallery(self, request: Request) -> Response:
        """One bundled portrait; drawn once (in a thread of Starlette's: this is no coroutine)."""
        try:
            content = png_bytes(drawn(request.path_params["id"], self.side))
        except MatebitError as error:
            return _json(Refused(404, str(error)))
        return Response(content, media_type="image/png", headers={"Cache-Control": "max-age=3600"})

    async def translate(self, request: Request) -> Response:
        """`POST /translate`; see `Order`."""
        try:
            order = Order.of(request.query_params)
            length = declared_length(request, self.limits)
            with self.queue.place(length):
                body = await read_body(request, length, self.limits)
                work = partial(answer, self.models, order, body, self.side, self.limits, self.keep)
                found = await self.queue.run(work)
        except Refused as error:
            return _json(error)
        return JSONResponse(found, headers={"Cache-Control": "no-store"})


def _file(path: str, name: str, kind: str) -> Route:
    content = (_PAGE / name).read_bytes()

    async def send(request: Request) -> Response:
        return Response(content, media_type=kind, headers={"Cache-Control": "no-cache"})

    return Route(path, send)


async def _defect(request: Request, error: Exception) -> Response:
    logger.error("a defect of the program", exc_info=error)
    return JSONResponse({"error": "the program has a defect here; its log says more"}, status_code=500)


def make_app(
    translator: Translator,
    limits: Limits,
    keep: Path | None = None,
    names: Sequence[str] = (),
    others: Sequence[Path] = (),
) -> Starlette:
    """The page's server; `others`: checkpoints that it offers too.

    Raises `MatebitError` for a checkpoint whose condition no plain picture has.
    """
    kind = translator.conditions.kind
    if not CONDITIONS[kind].lines:
        raise MatebitError(
            f"{translator.source} reads the condition {kind!r}, which a plain picture does not have: the "
            f"page needs a checkpoint of {' or '.join(name for name in CONDITIONS if CONDITIONS[name].lines)}"
        )
    page = _Page(Models(translator, others), limits, keep)
    return Starlette(
        routes=[
            _file("/", "index.html", "text/html"),
            _file("/page.css", "page.css", "text/css"),
            *(
                _file(f"/{name}", name, "text/javascript")
                for name in ("page.js", "sitting.js", "pictures.js")
            ),
            Route("/about.json", page.about),
            Route("/gallery/{id}.png", page.gallery),
            Route("/translate", page.translate, methods=["POST"]),
        ],
        middleware=[Middleware(OwnPageOnly, names=tuple(names))],
        exception_handlers={Exception: _defect},
    )


def serve(
    translator: Translator,
    host: str,
    port: int,
    names: Sequence[str],
    limits: Limits,
    keep: Path | None,
    others: Sequence[Path] = (),
) -> None:
    """Show the page's address and serve it until Ctrl-C."""
    app = make_app(translator, limits, keep, names, others)
    bound = listening(host, port)
    shown = f"[{host}]" if ":" in host else host
    print(f"http://{shown}:{bound.getsockname()[1]} shows the page; Ctrl-C ends it", flush=True)
    if host not in ("127.0.0.1", "::1", "localhost"):
        logger.warning("listening on %s: everyone who reaches this machine can use the page", host)
    config = uvicorn.Config(
        app, http="h11", ws="none", lifespan="off", log_config=None, access_log=False, server_header=False
    )
    try:
        uvicorn.Server(config).run(sockets=[bound])
    except KeyboardInterrupt:
        logger.info("ended")
