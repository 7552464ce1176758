"""Broken and odd inputs of every kind that people give the program, made from a seed."""

from __future__ import annotations

import io
import pickle
import random
import tarfile
import zipfile
from functools import cache
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save

WORDS = [
    "NA", "null", "~", "on", "1e5", "007", "..", "../../out", "/etc/passwd", "a\\b", "C:x", "a,b", '"', "\0",
    "\r", "\n", "\u2028", "山", "\ufeff", "-", "--", "{}", "[", "%s", "$HOME", " ", "x" * 300, "nan", "inf",
    "-1", "9" * 20,
]  # fmt: skip


def damaged(data: bytes, dice: random.Random) -> bytes:
    """The bytes cut short, with some changed, doubled, taken out or put in; rarely as they are."""
    kind = dice.randrange(8)
    if kind == 0:
        return data
    if kind == 1:
        return data[: dice.randrange(len(data) + 1)]
    if kind == 2:
        return b""
    if kind == 3:
        return dice.randbytes(dice.randrange(400))
    found = bytearray(data)
    for _ in range(dice.choice((1, 3, 30))):
        if not found:
            break
        place = dice.randrange(len(found))
        if kind == 4:
            found[place] ^= 1 << dice.randrange(8)
        elif kind == 5:
            found[place : place + dice.randrange(1, 9)] = dice.randbytes(dice.randrange(9))
        elif kind == 6:
            found[place:place] = found[place : place + 40]
        else:
            found[place] = dice.choice((0, 255, 127))
    return bytes(found)


@cache
def _pictures() -> list[tuple[str, bytes]]:
    """A small picture in every form and mode that Pillow writes."""
    pixels = np.random.default_rng(5).integers(0, 256, (24, 20, 3)).astype(np.uint8)
    rgb = Image.fromarray(pixels)
    modes = [(rgb.convert(mode), "PNG") for mode in ("RGB", "L", "P", "1", "RGBA", "LA", "I;16")]
    modes += [
        (rgb.convert("F"), "TIFF"),
        (rgb.convert("I"), "TIFF"),
        (rgb.convert("CMYK"), "TIFF"),
        (rgb.convert("CMYK"), "JPEG"),
    ]
    modes += [(rgb, form) for form in ("JPEG", "WEBP", "TIFF", "BMP", "GIF", "PPM", "JPEG2000", "AVIF")]
    found = []
    for image, form in modes:
        data = io.BytesIO()
        image.save(data, format=form)
        found.append((f".{form.lower()}", data.getvalue()))
    return found


def picture(dice: random.Random) -> tuple[str, bytes]:
    """A picture's ending and bytes."""
    ending, data = dice.choice(_pictures())
    return ending, damaged(data, dice)


def words(dice: random.Random, count: int = 12) -> str:
    """Words that other readers stumble over, with separators of lists and tables between them."""
    between = [",", "\n", "\r\n", " ", ": ", "\t", "  ", ", "]
    return "".join(
        dice.choice(between) + (dice.choice(WORDS) if dice.random() < 0.4 else f"p{dice.randrange(4)}.png")
        for _ in range(dice.randrange(count))
    )


def params(dice: random.Random) -> bytes:
    """A params file: sections and keys of the right and of wrong names with values of any kind."""
    values = [
        "1", "0", "-3", "1e-4", "many", "[1, 2]", "{a: 1}", "null", "true", "'007'", "[", "&a [*a]",
        "!!int x", "2020-13-40", "|\n  x", "9" * 5000, "<<", "*x", "\t1", ".inf", "~/x", "$NO_SUCH/x",
        "{<<: 1}", "? [1]\n: 2",
    ]  # fmt: skip
    keys = ["images", "batch", "root", "source", "load_size", "crop_size", "folder", "lr_g", "nmae", "on"]
    sections = ["data", "train", "model", "losses", "pairs", "conditions", "seed", "seeds", "methods", "name"]
    lines = []
    for _ in range(dice.randrange(1, 6)):
        section = dice.choice(sections)
        if dice.random() < 0.3:
            lines.append(f"{section}: {dice.choice(values)}")
        else:
            inner = ", ".join(f"{dice.choice(keys)}: {dice.choice(values)}" for _ in range(dice.randrange(3)))
            lines.append(f"{section}: {{{inner}}}")
    text = "\n".join(lines).encode()
    return damaged(text, dice) if dice.random() < 0.3 else text


def archive(dice: random.Random) -> bytes:
    """A zip or tar file with members of odd names and kinds."""
    names = [
        dice.choice([*WORDS, "a/b.txt", "a/b.txt", "a", "a/../../../x", "./y", "deep/" * 60 + "z"])
        for _ in range(4)
    ]
    data = io.BytesIO()
    if dice.random() < 0.5:
        with zipfile.ZipFile(data, "w", dice.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as packed:
            for name in names:
                info = zipfile.ZipInfo(name.replace("\0", "") or "x")
                info.external_attr = dice.choice((0, 0o100644 << 16, 0o120777 << 16, 0o040755 << 16))
                packed.writestr(info, dice.randbytes(dice.randrange(50)))
    else:
        with tarfile.open(fileobj=data, mode=dice.choice(("w", "w:gz", "w:xz"))) as tarred:
            for name in names:
                info = tarfile.TarInfo(name.replace("\0", "") or "x")
                content = dice.randbytes(dice.randrange(50))
                info.size, info.type = (
                    len(content),
                    dice.choice((tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.DIRTYPE)),
                )
                info.linkname = "../../out"
                tarred.addfile(info, io.BytesIO(content))
    return damaged(data.getvalue(), dice) if dice.random() < 0.6 else data.getvalue()


@cache
def _checkpoints() -> list[tuple[str, bytes]]:
    tensors = {"a.weight": torch.ones(2), "module.b": torch.zeros(3)}
    found = [
        (".safetensors", save(tensors)),
        (".safetensors", save(tensors, {"matebit": '{"config": {"ngf": 4}}'})),
    ]
    for value in (
        tensors,
        {"net_G": tensors, "epoch": 1},
        [1],
        {"state_dict": {}},
        {"ema": 1},
        {1: tensors["a.weight"]},
    ):
        data = io.BytesIO()
        torch.save(value, data)
        found.append((".pth", data.getvalue()))
    return [*found, (".pth", pickle.dumps(print)), (".pth", b"version https://git-lfs.github.com/spec/v1\n")]


def checkpoint(dice: random.Random) -> tuple[str, bytes]:
    """A checkpoint's ending and bytes."""
    ending, data = dice.choice(_checkpoints())
    return dice.choice((ending, ".safetensors")), damaged(data, dice)


def pose(dice: random.Random, columns: int) -> bytes:
    """Rows of numbers as OpenPose's files have them, some of the wrong length or no numbers."""
    odd = [dice.randrange(20), -1, 0.5, "nan", "inf", "x", 1e30]

    def number() -> str:
        return str(dice.choice(odd) if dice.random() < 0.2 else dice.randrange(3))

    rows = [
        " ".join(number() for _ in range(columns + (dice.random() < 0.1))) for _ in range(dice.randrange(6))
    ]
    return damaged("\n".join(rows).encode(), dice)


def put(folder: Path, name: str, data: bytes) -> Path:
    """Write a file."""
    path = folder / name
    path.write_bytes(data)
    return path
