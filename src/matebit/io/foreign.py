"""What a file of another kind is, by its first bytes, and what to do with it."""

from __future__ import annotations

HEAD = 80  # bytes that tell

_BEGINNINGS = (
    (b"version https://git-lfs", "only the pointer of Git LFS; run `git lfs pull`"),
    (b"Rar!\x1a\x07", "a rar archive; unpack it by hand (`unrar x`) and name the folder"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it by hand (`7z x`) and name the folder"),
    (b"%PDF-", "a PDF document; save its pictures as PNG"),
    (b"%!PS", "a PostScript drawing; save it as PNG"),
    (b"8BPS", "a Photoshop file; save it as PNG"),
    (b"<svg", "an SVG drawing; save it as PNG"),
)
_PAGE = "a web page that came in place of the file; get it again in a browser"
# Of ISO/IEC 23008-12: the brands of pictures coded by HEVC, which phones write.
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


def what_it_is(head: bytes) -> str | None:
    """`a rar archive; unpack it ...` by a file's first `HEAD` bytes; None for what is not known here."""
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC:
        return "a HEIC picture, which is not read; save it as JPEG or PNG (`heif-convert`)"
    if head.lstrip().lower().startswith((b"<!doctype html", b"<html")):
        return _PAGE
    return next((said for start, said in _BEGINNINGS if head.startswith(start)), None)
