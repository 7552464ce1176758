"""Broken and odd inputs of every kind that people give the program, made from a seed."""

from __future__ import annotations

import csv
import io
import pickle
import random
import tarfile
import tempfile
import zipfile
from functools import cache
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save

from matebit.config.model import ModelConfig
from matebit.model.build import build_generator
from matebit.model.checkpoint import save_generator
from matebit.model.released import export_checkpoint

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
    return ending, damaged(data, dice) if dice.random() < 0.6 else data


def plane(dice: random.Random) -> bytes:
    """A label map or a mask of a part: of few or many values, sometimes of another shape; or any picture."""
    if dice.random() < 0.2:
        return picture(dice)[1]
    shape = dice.choice(((24, 20),) * 4 + ((12, 10), (20, 24), (1, 1)))
    values = np.random.default_rng(dice.getrandbits(32)).integers(0, dice.choice((2, 19, 19, 40)), shape)
    data = io.BytesIO()
    Image.fromarray(values.astype(np.uint8)).convert(dice.choice(("L", "L", "P", "RGB"))).save(data, "PNG")
    return damaged(data.getvalue(), dice) if dice.random() < 0.3 else data.getvalue()


def words(dice: random.Random, count: int = 12) -> str:
    """Words that other readers stumble over, with separators of lists and tables between them."""
    between = [",", "\n", "\r\n", " ", ": ", "\t", "  ", ", "]
    return "".join(
        dice.choice(between) + (dice.choice(WORDS) if dice.random() < 0.4 else f"p{dice.randrange(4)}.png")
        for _ in range(dice.randrange(count))
    )


def table(dice: random.Random) -> bytes:
    """A CSV table of odd names and of numbers: as a table is written, or with what damages one."""
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator=dice.choice(("\n", "\r\n")))
    rows.writerow(("id", "x"))
    for _ in range(dice.randrange(5)):
        number = dice.choice(WORDS) if dice.random() < 0.1 else dice.choice(("1", "-0.5", "1e5", "", "inf"))
        rows.writerow((dice.choice(WORDS), number))
    data = (text.getvalue() + (words(dice) if dice.random() < 0.2 else "")).encode()
    return damaged(data, dice) if dice.random() < 0.3 else data


_SECTIONS = {
    "data": ("{source: folder, root: ~/x}", "{load_size: 64, crop_size: 64}", "{folder: {test_share: 0.2}}"),
    "train": ("{images: 400}", "{batch: 2, lr_g: 1e-4}", "{}"),
    "model": ("{ngf: 8}", "{blocks: 2, alpha: 20}"),
    "losses": ("{perc: 0}", "{style_contrast: {weight: 1}}"),
    "pairs": ("{method: style}", "{rank: 1}"),
    "seed": ("3", "0"),
    "seeds": ("[1, 2]", "[7]"),
    "name": ("mine", "'007'", "a.b-c"),
}


def params(dice: random.Random) -> bytes:
    """A params file: sections as they should be; one of two with keys or values of any kind, or damage."""
    values = [
        "1", "0", "-3", "1e-4", "many", "[1, 2]", "{a: 1}", "null", "true", "'007'", "[", "&a [*a]",
        "!!int x", "2020-13-40", "|\n  x", "9" * 5000, "<<", "*x", "\t1", ".inf", "~/x", "$NO_SUCH/x",
        "{<<: 1}", "? [1]\n: 2",
    ]  # fmt: skip
    keys = ["images", "batch", "root", "source", "load_size", "crop_size", "folder", "lr_g", "nmae", "on"]
    chosen = dice.sample(list(_SECTIONS), dice.randrange(1, 6))
    lines = [f"{section}: {dice.choice(_SECTIONS[section])}" for section in chosen]
    for _ in range(dice.choice((0, 0, 1, 3))):
        section = dice.choice([*_SECTIONS, "conditions", "methods", "trian"])
        inner = ", ".join(f"{dice.choice(keys)}: {dice.choice(values)}" for _ in range(dice.randrange(3)))
        lines.append(f"{section}: {dice.choice((dice.choice(values), f'{{{inner}}}'))}")
    text = "\n".join(lines).encode()
    return damaged(text, dice) if dice.random() < 0.2 else text


def archive(dice: random.Random) -> bytes:
    """A zip or tar file; one of two has a member of an odd name or kind, some are damaged."""
    names = dice.sample(["a/b.txt", "c.txt", "d/e/f.png", "./y", "山/x", "deep/" * 30 + "z"], 4)
    kind = 0
    if dice.random() < 0.4:
        names[dice.randrange(4)] = dice.choice([*WORDS, "a", "a/b.txt", "c.txt", "a/../../../x"])
    elif dice.random() < 0.3:
        kind = dice.randrange(1, 3)  # the last one is a link or a folder
    data = io.BytesIO()
    if dice.random() < 0.5:
        with zipfile.ZipFile(data, "w", dice.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as packed:
            for name in names:
                info = zipfile.ZipInfo(name.replace("\0", "") or "x")
                mode = (0o100644, 0o120777, 0o040755)[kind if name is names[-1] else 0]
                info.external_attr = dice.choice((0, mode << 16))
                packed.writestr(info, dice.randbytes(dice.randrange(50)))
    else:
        with tarfile.open(fileobj=data, mode=dice.choice(("w", "w:gz", "w:xz"))) as tarred:
            for name in names:
                info = tarfile.TarInfo(name.replace("\0", "") or "x")
                content = dice.randbytes(dice.randrange(50))
                info.size = len(content)
                info.type = (tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.DIRTYPE)[
                    kind if name is names[-1] else 0
                ]
                info.linkname = "../../out"
                tarred.addfile(info, io.BytesIO(content))
    return damaged(data.getvalue(), dice) if dice.random() < 0.4 else data.getvalue()


@cache
def _whole_checkpoints() -> list[tuple[str, bytes]]:
    """The smallest networks, as this program saves them and as the authors do."""
    found = []
    for variant in ("matebit", "released"):
        config = ModelConfig(
            variant=variant, ngf=4, condition_channels=2, crop_size=32, pos_dim=2, prune_dim=2
        )
        with tempfile.TemporaryDirectory() as folder:
            ours, theirs = Path(folder, "ours.safetensors"), Path(folder, "theirs.pth")
            save_generator(ours, build_generator(config), config)
            found.append((".safetensors", ours.read_bytes()))
            if variant == "released":
                export_checkpoint(ours, theirs)
                found.append((".pth", theirs.read_bytes()))
    return found


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
    """A checkpoint's ending and bytes: a whole one, a damaged one, or one that holds something else."""
    if dice.random() < 0.4:
        return dice.choice(_whole_checkpoints())
    ending, data = dice.choice([*_whole_checkpoints(), *_checkpoints()])
    return dice.choice((ending, ".safetensors")), damaged(data, dice)


def poses(dice: random.Random) -> tuple[bytes, bytes]:
    """OpenPose's `candidate` and `subset`: joints in 20 x 24 px and people of them, sometimes spoiled."""
    joints = dice.randrange(1, 8)
    candidate = [[dice.randrange(20), dice.randrange(24), dice.random(), n] for n in range(joints)]
    subset = [
        [*(dice.randrange(-1, joints) for _ in range(18)), dice.random() * 20, joints]
        for _ in range(dice.choice((1, 1, 1, 2, 3, 0)))
    ]
    return _rows(candidate, dice), _rows(subset, dice)


def _rows(rows: list[list[float]], dice: random.Random) -> bytes:
    """Rows of numbers as text; one of three has a word or a number beyond, a row too long, or damage."""
    found = [[str(value) for value in row] for row in rows]
    if found and dice.random() < 0.2:
        row = dice.choice(found)
        row[dice.randrange(len(row))] = dice.choice(
            ("20", "-1", "0.5", "nan", "inf", "x", "1e30", "1_0", "٣", "")
        )
    if found and dice.random() < 0.05:
        dice.choice(found).append("0")
    text = "\n".join(dice.choice((" ", ",", "  ")).join(row) for row in found).encode()
    return damaged(text, dice) if dice.random() < 0.15 else text


def upload(dice: random.Random) -> tuple[dict[str, str], bytes]:
    """The words and the body of what the page sends; one of two has an odd word or damage."""
    structure = dice.choice(("photo", "photo", "drawing", "sitter-1"))
    exemplar = dice.choice(("upload", "upload", "oil-1"))
    pictures = [dice.choice(_pictures())[1] for _ in range(2)]
    if dice.random() < 0.3:
        pictures = [damaged(data, dice) for data in pictures]
    first = b"" if structure == "sitter-1" else pictures[0]
    rest = b"" if exemplar == "oil-1" else pictures[1]
    words = {
        "structure": structure, "exemplar": exemplar, "structure_bytes": str(len(first)),
        "fit": dice.choice(("pad", "crop")), "enlarge": dice.choice(("1", "2", "4")),
    }  # fmt: skip
    if dice.random() < 0.3:
        odd = [*WORDS, "", "nobody", "0", "1e3", "²", str(len(first) + 7), str(len(first) // 2)]
        words[dice.choice(list(words))] = dice.choice(odd)
    return words, first + rest


def put(folder: Path, name: str, data: bytes) -> Path:
    """Write a file."""
    path = folder / name
    path.write_bytes(data)
    return path
