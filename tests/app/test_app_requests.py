"""What the page's server answers: its own page, orders, refusals, and clients at the same time."""

from __future__ import annotations

import asyncio
import base64
import io
import random
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import psutil
import pytest
from app_client import ask, post, running, words_for
from PIL import Image
from tiny_checkpoints import write_checkpoint

import matebit
from matebit.app import answer as answering
from matebit.app.access import SAFETY, is_known
from matebit.app.limits import Limits
from matebit.app.serve import make_app
from matebit.errors import MatebitError
from matebit.io.images import png_bytes
from matebit.translate.gallery import bundled, drawn, exemplars, paintings, sitters

LIMITS = Limits()


def png(pixels: np.ndarray) -> bytes:
    """A file as someone would upload it."""
    return png_bytes(pixels)


def picture_in(found: dict) -> np.ndarray:
    """The result of an answer."""
    data = base64.b64decode(found["image"].partition(",")[2])
    return np.asarray(Image.open(io.BytesIO(data)))


def test_the_page_and_its_parts(translator) -> None:
    app = make_app(translator, LIMITS)
    for path, kind in (("/", "text/html"), ("/page.js", "javascript"), ("/page.css", "text/css"),
                       ("/gallery/ink-2.png", "image/png"), ("/about.json", "json")):  # fmt: skip
        found = asyncio.run(ask(app, "GET", path))
        assert found.status == 200
        assert kind in found.headers["content-type"]
        assert all(found.headers[name.lower()] == value for name, value in SAFETY.items())
    about = asyncio.run(ask(app, "GET", "/about.json")).json()
    assert [one["id"] for one in about["exemplars"]] == list(exemplars())
    assert [(one["id"], one["credit"], one["link"]) for one in about["paintings"]] == [
        (one.id, one.credit, one.link) for one in paintings().values()
    ]
    painting = asyncio.run(ask(app, "GET", "/gallery/holbein-erasmus.png"))
    assert (painting.status, painting.headers["content-type"]) == (200, "image/png")
    for path in ("/nothing", "/gallery/no.png", "/page/../page.js", "/gallery/..%2f..%2fx.png"):
        assert asyncio.run(ask(app, "GET", path)).status == 404
    page = asyncio.run(ask(app, "GET", "/")).body.decode()
    assert "no quality is claimed" in " ".join(page.split())
    assert "//" not in page.replace("<!doctype html>", "")


@pytest.mark.parametrize("fit", ["pad", "crop"])
def test_an_upload_is_what_python_makes_of_it(translator, fit: str) -> None:
    photo = drawn("sitter-2", 120)[:90]
    exemplar = drawn("ink-1", 64)
    first, second = png(photo), png(exemplar)
    app = make_app(translator, LIMITS)
    found = asyncio.run(
        ask(app, "POST", "/translate", words_for("photo", "upload", len(first), fit), first + second)
    )
    assert found.status == 200
    assert found.headers["cache-control"] == "no-store"
    told = found.json()
    np.testing.assert_array_equal(
        picture_in(told), np.asarray(translator.translate(photo, exemplar, fit=fit))
    )
    assert told["inner"] == ([0, 4 / 32, 1, 24 / 32] if fit == "pad" else [0, 0, 1, 1])
    assert told["matched"]["grid"] == [8, 8]
    assert len(base64.b64decode(told["matched"]["xy"])) == 2 * 64


def test_a_drawing_is_translated_and_nothing_is_kept_unasked(translator, tmp_path: Path) -> None:
    paper = np.full((512, 512), 255, np.uint8)
    paper[200:300, 250:258] = 0
    body = png(paper)
    for keep, expected in ((None, []), (tmp_path / "kept", ["result-00001.png", "result-00002.png"])):
        app = make_app(translator, LIMITS, keep)
        for _ in range(2):
            found = asyncio.run(
                ask(app, "POST", "/translate", words_for("drawing", "oil-1", len(body)), body)
            )
            assert found.status == 200
        assert sorted(path.name for path in tmp_path.glob("**/*.png")) == expected


def test_what_lies_far_from_the_training_is_said_beside_the_result() -> None:
    app = make_app(matebit.load(), LIMITS)
    body = png(np.random.default_rng(0).integers(0, 256, (96, 96, 3), np.uint8))
    found = asyncio.run(ask(app, "POST", "/translate", words_for("photo", "oil-1", len(body)), body))
    [sentence] = found.json()["far"]
    assert sentence.startswith("the lines of the picture lie far from what this checkpoint was trained on")
    near = asyncio.run(ask(app, "POST", "/translate", words_for("sitter-1", "oil-1")))
    assert near.json()["far"] == []


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("127.0.0.1:8177", True), ("localhost", True), ("[::1]:80", True), ("192.168.1.7:8177", True),
        ("studio.lan:1", True), ("evil.example", False), ("127.0.0.1.evil.example", False), ("", False),
        ("localhost.evil.example:8177", False), ("[", False),
    ],
)  # fmt: skip
def test_hosts(host: str, known: bool) -> None:
    assert is_known(host, ["studio.lan"]) == known


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": None},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site"},
        {"x-matebit": None},
    ],
)
def test_other_pages_are_refused(translator, headers: dict) -> None:
    app = make_app(translator, LIMITS)
    refused = asyncio.run(ask(app, "POST", "/translate", words_for("sitter-1", "oil-1"), headers=headers))
    assert refused.status == 403
    assert refused.json()["error"]
    allowed = {"origin": "http://127.0.0.1:8177", "sec-fetch-site": "same-origin"}
    assert (
        asyncio.run(ask(app, "POST", "/translate", words_for("sitter-1", "oil-1"), headers=allowed)).status
        == 200
    )
    asked_first = asyncio.run(ask(app, "OPTIONS", "/translate", headers={"x-matebit": None}))
    assert "access-control-allow-origin" not in asked_first.headers


def test_checkpoints_that_a_plain_picture_does_not_suit(tmp_path: Path) -> None:
    path = write_checkpoint(tmp_path / "faces.safetensors", "face_edges")
    with pytest.raises(MatebitError, match="plain picture"):
        make_app(matebit.load(path), LIMITS)


def forged_png(width: int, height: int) -> bytes:
    """A PNG whose head promises far more than it holds."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pieces = []
    for name, data in ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")):
        pieces.append(struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)))
    return b"\x89PNG\r\n\x1a\n" + b"".join(pieces)


NO_IMAGES = (
    b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
    b"%PDF-1.7\n1 0 obj",
    b"PK\3\4" + bytes(99),
    b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99999 99999\nshowpage\n",
    b"<!doctype html><p>hello",
    b"\0" * 4096,
)


def malformed(dice: random.Random, whole: dict[str, bytes]) -> tuple[dict, bytes, dict]:
    """Words, body and headers of one upload that nothing good can come of."""
    kind = dice.choice(["random", "truncated", "huge", "type", "name", "length", "empty"])
    data, words, headers = b"", words_for("photo", "oil-1"), {}
    if kind == "random":
        data = dice.randbytes(dice.choice([1, 20, 5000, 100_000]))
        data = (
            dice.choice([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"RIFF", b"II*\0", b"BM"])
            + data
        )
    elif kind == "truncated":
        file = whole[dice.choice(sorted(whole))]
        data = file[: dice.randrange(1, int(0.8 * len(file)))]
    elif kind == "huge":
        data = forged_png(dice.choice([10_000, 65_535, 2**31 - 1]), dice.choice([10_000, 100_000, 2**31 - 1]))
    elif kind == "type":
        data = dice.choice(NO_IMAGES)
    elif kind == "name":
        odd = dice.choice(
            ["../../etc/passwd", "", "photo\0", "\u202egnp.oil", "oil-1" * 500, "<script>", "sitter-99"]
        )
        words = words_for(*dice.sample([odd, "oil-1"], 2))
    elif kind == "length":
        words["structure_bytes"] = dice.choice(["-1", "1e9", "99999999999999", "٣", "10"])
        headers = {"content-length": dice.choice([None, "-5", "many", str(10**12), "3"])}
        return words, data, headers
    if kind != "name":
        if dice.random() < 0.5:  # as exemplar
            words = words_for("sitter-1", "upload")
        else:
            words["structure_bytes"] = len(data)
    return words, data, headers


def test_a_thousand_malformed_uploads_are_a_thousand_clear_refusals(translator, dice) -> None:
    app = make_app(translator, LIMITS)
    picture = Image.fromarray(np.random.default_rng(1).integers(0, 256, (90, 120, 3), dtype=np.uint8))
    whole = {}
    for name in ("PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP", "JPEG2000"):
        buffer = io.BytesIO()
        picture.save(buffer, name)
        whole[name] = buffer.getvalue()
    drawn("sitter-1", 128), drawn("oil-1", 128)
    process = psutil.Process()
    before, most = process.memory_info().rss, 0

    async def every() -> None:
        nonlocal most
        for _ in range(1000):
            words, data, headers = malformed(dice, whole)
            found = await ask(app, "POST", "/translate", words, data, headers)
            case = (words, data[:40], headers, found)
            assert found.status in (400, 411, 413), case
            said = found.json()["error"]
            assert 10 < len(said) < 8000, case
            assert "\n" not in said, case
            assert "0x" not in said, case  # no object's address
            most = max(most, process.memory_info().rss)

    asyncio.run(every())
    assert most - before < 200 * 2**20
    # And then it still works.
    assert asyncio.run(ask(app, "POST", "/translate", words_for("sitter-1", "oil-1"))).status == 200


def test_a_long_body_is_not_read(translator) -> None:
    small = replace(LIMITS, bytes=1000)
    app = make_app(translator, small)
    words = words_for("photo", "oil-1", 1500)
    assert asyncio.run(ask(app, "POST", "/translate", words, bytes(1500))).status == 413
    assert asyncio.run(ask(app, "POST", "/translate", words, bytes(2001))).status == 413
    lying = asyncio.run(ask(app, "POST", "/translate", words, bytes(1500), {"content-length": "1400"}))
    assert (lying.status, "longer" in lying.json()["error"]) == (400, True)
    early = asyncio.run(ask(app, "POST", "/translate", words, bytes(1500), {"content-length": "1600"}))
    assert (early.status, "early" in early.json()["error"]) == (400, True)


def test_twenty_clients_get_their_own_pictures(translator) -> None:
    pairs = [(sitter, exemplar) for sitter in list(sitters())[:4] for exemplar in list(exemplars())[:5]]
    side = 128
    expected = [np.asarray(translator.translate(drawn(a, side), drawn(b, side))) for a, b in pairs]
    assert len({picture.tobytes() for picture in expected}) == 20
    app = make_app(translator, LIMITS)
    with running(app) as port, ThreadPoolExecutor(20) as clients:
        # Half of them upload what the others name.
        def one(number: int) -> np.ndarray:
            sitter, exemplar = pairs[number]
            body = png(drawn(sitter, side)) if number % 2 else b""
            words = words_for("photo" if body else sitter, exemplar, len(body))
            answer = post(port, words, body)
            assert answer.status == 200, answer.body
            return picture_in(answer.json())

        found = list(clients.map(one, range(20)))
    for number, picture in enumerate(found):
        np.testing.assert_array_equal(picture, expected[number], err_msg=str(pairs[number]))


def test_who_comes_when_the_queue_is_full_is_told_so(translator, monkeypatch) -> None:
    app = make_app(translator, replace(LIMITS, waiting=2))
    go_on = Event()
    real = answering.as_json
    monkeypatch.setattr(answering, "as_json", lambda *told: (go_on.wait(60), real(*told))[1])

    async def crowd() -> list[int]:
        words = words_for("sitter-1", "oil-1")
        asked = [asyncio.create_task(ask(app, "POST", "/translate", words)) for _ in range(4)]
        done: set = set()
        while len(done) < 2:
            done, _ = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED, timeout=0.05)
        refused = [await task for task in done]
        assert all("try again" in answer.json()["error"] for answer in refused)
        go_on.set()
        return [answer.status for answer in await asyncio.gather(*asked)]

    assert sorted(asyncio.run(crowd())) == [200, 200, 503, 503]


def test_a_gallery_portrait_is_one_of_the_bundled(translator) -> None:
    app = make_app(translator, LIMITS)
    found = asyncio.run(ask(app, "GET", "/gallery/oil-1.png"))
    pixels = np.asarray(Image.open(io.BytesIO(found.body)))
    np.testing.assert_array_equal(pixels, bundled("oil-1").draw(128))
