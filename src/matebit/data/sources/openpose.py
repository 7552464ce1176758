"""OpenPose's results as text: `candidate` (the joints found) and `subset` (who they belong to)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from matebit.contracts.bodies import JOINTS, BodyPose
from matebit.io.images import BrokenImage

# A row of `candidate` is x, y, score, number. A row of `subset` is, for each joint, the number of its
# row in `candidate` or -1, and then the person's score and how many joints were found.
_CANDIDATE_COLUMNS, _SUBSET_COLUMNS = 4, len(JOINTS) + 2
_SCORE = len(JOINTS)


def _read_numbers(path: Path, columns: int) -> np.ndarray:
    """The rows of a text file of numbers, float (N,columns); none in an empty file."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenImage(f"{path} cannot be read as text ({error}); replace it") from error
    rows = []
    for number, line in enumerate(lines, start=1):
        words = line.replace(",", " ").split()
        if not words or words[0].startswith("#"):
            continue
        try:
            rows.append([float(word) for word in words])
        except ValueError as error:
            raise BrokenImage(f"{path}, line {number}, is no row of numbers; replace the file") from error
        if len(words) != columns:
            raise BrokenImage(
                f"{path}, line {number}, has {len(words)} numbers, not the {columns} of OpenPose; "
                "replace the file"
            )
    return np.array(rows, dtype=np.float64).reshape(-1, columns)


def read_openpose(candidate: Path, subset: Path, size: tuple[int, int]) -> BodyPose:
    """The person with the highest score (the first of equals) in a picture of `size`.

    `size` is (width, height) in px. Raises `BrokenImage` where nobody was found, where a number is
    not finite, and where a joint lies outside the picture (the pose belongs to another size).
    """
    found, people = _read_numbers(candidate, _CANDIDATE_COLUMNS), _read_numbers(subset, _SUBSET_COLUMNS)
    if not len(people):
        raise BrokenImage(f"{subset} holds no person; remove the photograph or find its joints anew")
    for path, rows in ((candidate, found), (subset, people)):
        if not np.isfinite(rows).all():
            raise BrokenImage(f"{path} holds a number that is not finite; find the joints anew")
    rows = people[np.argmax(people[:, _SCORE]), : len(JOINTS)].astype(int)
    present = rows >= 0
    if not present.any():
        raise BrokenImage(f"{subset} holds a person without joints; remove the photograph")
    if rows.max() >= len(found):
        raise BrokenImage(
            f"{subset} names row {rows.max()} of {candidate.name}, which has {len(found)}; replace both"
        )
    points = np.zeros((len(JOINTS), 2))
    points[present] = found[rows[present], :2]
    if (points < 0).any() or (points[present] >= size).any():
        raise BrokenImage(
            f"{candidate} has a joint outside the picture of {size[0]} x {size[1]} px; its pose was "
            "found at another size"
        )
    return BodyPose(points, present, size)
