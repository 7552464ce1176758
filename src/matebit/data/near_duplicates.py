"""Near-duplicates: one picture twice, resized, recompressed, mirrored or cut a little differently.

Perceptual hashes (the library imagehash) of a picture's crops find candidates; laying the two over each other
decides, since the hashes of two faces in one pose may be as near as those of one face twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import imagehash
import numpy as np
from PIL import Image
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from matebit.data.journal import Journal
from matebit.data.workers import work_through
from matebit.io.images import load_png

VERSION = f"imagehash {imagehash.__version__}"

# Crops that are compared with whole pictures: share of the side, and where in the rest they lie.
_SHARES = (0.88, 0.76)
_PLACES = (0.0, 0.5, 1.0)
_CROPS = [(1.0, 0.0, 0.0)] + [(share, x, y) for share in _SHARES for y in _PLACES for x in _PLACES]
_HASHED_SIDE = 64  # px, more than the 32 that the hash looks at

# Of 64 bits. On 500 painted faces one work in another crop has up to 14; a hundredth of all pairs has less.
_LARGEST_DISTANCE = 14
_NEAREST = 6  # candidates of a picture that are looked at
_ROWS, _COLUMNS = 16, 4096  # of the table of distances that are worked on at once

# Correlation of the two pictures' details, laid over each other. On the same faces one work twice has 0.74 to
# 0.95 and two works of one painter at most 0.73.
LEAST_LIKENESS = 0.75
_SIDE = 128  # px at which details are compared
_PATCH = 0.55  # of the side, from the middle of one picture, searched for in the other
_FINE, _COARSE = 1.0, 3.0  # px: blurs whose difference is what counts as detail
_ZOOMS = (0.93, 1.0, 1.07)  # around that of the crop, whose steps are coarse


@dataclass(frozen=True)
class Double:
    """Two pictures, by their places in the list, that show the same; `likeness` is a correlation."""

    one: int
    other: int
    mirrored: bool
    likeness: float


def crop_hashes(pixels: np.ndarray) -> list[str]:
    """Hashes of 64 bits in hexadecimal of the crops of uint8 (S,S,3): the whole first; then all mirrored."""
    grey = Image.fromarray(pixels).convert("L").resize((_HASHED_SIDE, _HASHED_SIDE), Image.Resampling.BOX)
    mirrored = grey.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return [str(imagehash.phash(_cropped(image, *crop))) for image in (grey, mirrored) for crop in _CROPS]


def _cropped(image: Image.Image, share: float, x: float, y: float) -> Image.Image:
    if share == 1:
        return image
    side, rest = share * _HASHED_SIDE, (1 - share) * _HASHED_SIDE
    box = (x * rest, y * rest, x * rest + side, y * rest + side)
    return image.resize((_HASHED_SIDE, _HASHED_SIDE), Image.Resampling.BILINEAR, box=box)


def find_doubles(
    folder: Path, names: Sequence[str], hashes: Sequence[list[str]], workers: int | None, journal: Journal
) -> list[Double]:
    """The pairs that show the same among the pictures `names` below `folder`, by their `crop_hashes`.

    The journal keeps what a search that was killed has found; its key stands for the pictures and this code.
    """
    table = np.array([[int(text, 16) for text in row] for row in hashes], dtype=np.uint64)
    candidates = {
        f"{one} {other} {crop}": (one, other, crop) for one, other, crop in _candidates(table, journal)
    }
    likeness_of = {id: journal.records[id]["likeness"] for id in candidates if id in journal.records}
    left = [id for id in candidates if id not in likeness_of]
    jobs = [(names[one], names[other], crop) for one, other, crop in (candidates[id] for id in left)]
    found = work_through(likeness_work, (folder,), jobs, workers, "near-duplicates", few=2000)
    for id, likeness in zip(left, found, strict=True):
        journal.note({"id": id, "likeness": likeness})
        likeness_of[id] = likeness
    best: dict[tuple[int, int], Double] = {}
    for id, (one, other, crop) in candidates.items():
        pair, likeness = (min(one, other), max(one, other)), likeness_of[id]
        if likeness >= LEAST_LIKENESS and (pair not in best or likeness > best[pair].likeness):
            best[pair] = Double(*pair, crop >= len(_CROPS), likeness)
    return [best[pair] for pair in sorted(best)]


def _candidates(hashes: np.ndarray, journal: Journal) -> list[tuple[int, int, int]]:
    """(picture, another, crop of the first that is near the whole of the other), from uint64 (N,2C).

    Every pair is compared, in parts of the table that the processor's cache holds: about 94 nanoseconds with
    all crops, 85 seconds of one processor for 30,000 pictures.
    """
    found: list[tuple[int, int, int]] = []
    for first in range(0, len(hashes), _ROWS):
        id = f"{first}"
        record = journal.records.get(id)
        if record is None:
            record = {"id": id, "found": _candidates_of(hashes, first)}
            journal.note(record)
        found += [(one, other, crop) for one, other, crop in record["found"]]
    return found


def _candidates_of(hashes: np.ndarray, first: int) -> list[list[int]]:
    """The candidates of `_ROWS` pictures from `first` on."""
    row, other, crop, distance = _near(hashes[first : first + _ROWS], hashes[:, 0])
    row = row + first
    alone = row != other
    table = np.stack([row, other, distance, crop], axis=1)[alone]
    # of a pair the nearest crop, the first of several; then of a picture its nearest others
    table = table[np.lexsort(table.T[::-1])]
    table = table[_first_of(table[:, 0] * len(hashes) + table[:, 1])]
    table = table[np.lexsort((table[:, 1], table[:, 2], table[:, 0]))]
    place = np.arange(len(table)) - np.searchsorted(table[:, 0], table[:, 0])
    return table[place < _NEAREST][:, [0, 1, 3]].tolist()


def _near(block: np.ndarray, wholes: np.ndarray) -> tuple[np.ndarray, ...]:
    """Row of `block` (R,2C), place in `wholes` (N,), crop and distance, of all that are near enough."""
    found = [np.zeros((4, 0), dtype=np.int64)]
    for start in range(0, len(wholes), _COLUMNS):
        part = wholes[start : start + _COLUMNS]
        for crop in range(block.shape[1]):
            distance = np.bitwise_count(block[:, crop, None] ^ part)
            row, column = np.divmod(np.flatnonzero(distance <= _LARGEST_DISTANCE), len(part))
            if len(row):
                crops = np.full(len(row), crop)
                found.append(np.stack([row, column + start, crops, distance[row, column]]))
    return tuple(np.concatenate(found, axis=1))


def _first_of(keys: np.ndarray) -> np.ndarray:
    """Whether each of sorted keys is the first of its value."""
    return np.concatenate([[True], keys[1:] != keys[:-1]])[: len(keys)]


def likeness_work(folder: Path) -> Callable[[tuple[str, str, int]], float]:
    """The function `(name, other name, crop) -> likeness` for the pictures below `folder`."""

    def work(job: tuple[str, str, int]) -> float:
        one, other, crop = job
        mirrored, place = divmod(crop, len(_CROPS))
        pixels = load_png(folder / one, grey=False)
        turned = np.ascontiguousarray(pixels[:, ::-1]) if mirrored else pixels
        return likeness(turned, load_png(folder / other, grey=False), _CROPS[place][0])

    return work


def likeness(one: np.ndarray, other: np.ndarray, share: float) -> float:
    """The largest correlation of details of the middle of `one`, zoomed by about 1 / share, within `other`.

    Both uint8 (S,S,3); 0 to 1, 0 for pictures without details.
    """
    searched, patch = _details(other, _SIDE), round(_PATCH * _SIDE)
    best = 0.0
    for zoom in _ZOOMS:
        details = _details(one, round(_SIDE * zoom / share))
        start = (len(details) - patch) // 2
        middle = details[start : start + patch, start : start + patch]
        # Where there is nothing, OpenCV's correlation is that of rounding errors.
        if middle.std() < 1 or searched.std() < 1:
            continue
        found = cv2.matchTemplate(searched, np.ascontiguousarray(middle), cv2.TM_CCOEFF_NORMED)
        best = max(best, float(found.max()))
    return round(min(best, 1.0), 4)


def _details(pixels: np.ndarray, side: int) -> np.ndarray:
    grey = Image.fromarray(pixels).convert("L").resize((side, side), Image.Resampling.BOX)
    values = np.asarray(grey, dtype=np.float32)
    return cv2.GaussianBlur(values, (0, 0), _FINE) - cv2.GaussianBlur(values, (0, 0), _COARSE)


DUPLICATE_COLUMNS = ["id", "double_of", "mirrored", "likeness", "group", "done"]


def separate(rows: list[dict], doubles: Sequence[Double], drop: bool) -> tuple[list[dict], list[dict]]:
    """The rows of `index.csv` that remain, with their groups, and the rows of `duplicates.csv`.

    Pictures that show the same, directly or by way of others, are one group, with all that was in their
    groups before; so they are never each other's exemplars. Of one that has held-out pictures, those of the
    training split are left out: held-out pictures stay what their list says. With `drop` one picture of each
    remains, a held-out one where there is one.
    """
    if not doubles:
        return rows, []
    alike = _components(len(rows), [(double.one, double.other) for double in doubles])
    sets: dict[int, list[int]] = defaultdict(list)
    for place, number in enumerate(alike):
        sets[number].append(place)
    done = {}
    for places in (places for places in sets.values() if len(places) > 1):
        held_out = [place for place in places if rows[place]["split"] == "test"]
        for place in places:
            if drop:
                done[place] = "kept" if place == (held_out or places)[0] else "dropped"
            else:
                left_out = held_out and rows[place]["split"] == "train"
                done[place] = "left out of training" if left_out else "grouped"
    groups = _groups(rows, alike, done)
    own: dict[int, list[Double]] = defaultdict(list)
    for double in doubles:
        own[double.one].append(double)
        own[double.other].append(double)
    told = []
    for place in sorted(done):
        nearest = max(own[place], key=lambda double: double.likeness)
        other = nearest.other if place == nearest.one else nearest.one
        told.append(
            {
                "id": rows[place]["id"], "double_of": rows[other]["id"], "mirrored": int(nearest.mirrored),
                "likeness": nearest.likeness, "group": groups[place], "done": done[place],
            }
        )  # fmt: skip
    remaining = [
        {**row, "group": groups[place]}
        for place, row in enumerate(rows)
        if done.get(place) not in ("dropped", "left out of training")
    ]
    return remaining, told


def _components(count: int, pairs: Sequence[tuple[int, int]]) -> np.ndarray:
    ones, others = np.array(pairs, dtype=int).reshape(-1, 2).T
    graph = coo_matrix((np.ones(len(ones)), (ones, others)), shape=(count, count))
    return connected_components(graph, directed=False)[1]


def _groups(rows: list[dict], alike: np.ndarray, done: dict[int, str]) -> list[str]:
    """The group of every row: its own, or that of all that hangs together by groups and by doubles."""
    first: dict[object, int] = {}
    pairs = []
    for place, row in enumerate(rows):
        for key in (("alike", int(alike[place])), ("group", row["group"])):
            if key[1] != "":
                pairs.append((first.setdefault(key, place), place))
    together = _components(len(rows), pairs)
    name: dict[int, str] = {}
    for place in sorted(done):
        known = rows[place]["group"] or rows[place]["id"]
        name.setdefault(int(together[place]), known)
    return [name.get(int(number), row["group"]) for number, row in zip(together, rows, strict=True)]
