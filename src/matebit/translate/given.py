"""Images that another program has made: checked against the test set and taken in as they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from matebit.contracts.catalogue import Entry, read_catalogue
from matebit.contracts.pairs import Ranked, read_pairs
from matebit.data.exemplars import test_exemplar
from matebit.errors import MatebitError, some_of
from matebit.io.picture_files import LOSSY
from matebit.pipeline.layout import Layout
from matebit.translate.given_files import given_files
from matebit.translate.outputs import Outputs

if TYPE_CHECKING:
    from matebit.config.stage_params import TranslateParams
    from matebit.config.translate import GivenImages


def take_in(params: TranslateParams, given: GivenImages, layout: Layout, method: str, seed: int) -> None:
    """Copy one image a test item into the method's folder, byte for byte.

    Raises `MatebitError`, and writes nothing, for a folder with a missing, an extra, a doubled, a
    broken or a wrongly sized image, or with lossy files that were not asked for.
    """
    tests = {entry.id: entry for entry in read_catalogue(layout) if entry.split == "test"}
    files = given_files(Path(given.path))
    problems = _problems(files, tests, given.lossy)
    if problems:
        raise MatebitError(
            f"methods.{method}: {given.path} cannot be scored: {'; '.join(problems)} (one image a test item "
            "is wanted, called by its id, at the test images' size)"
        )
    pairs, rank = read_pairs(layout), params.pairs.rank
    outputs = Outputs(layout.run(method, seed).translate, rank)
    for path in files:
        exemplar = test_exemplar(path.stem, pairs.get(path.stem, Ranked()), rank)
        outputs.given(path.stem, exemplar, path)
    outputs.finish()


def _problems(files: list[Path], tests: dict[str, Entry], lossy: bool) -> list[str]:
    """Everything that is wrong with the folder, each kind of mistake as one phrase."""
    stems = [path.stem for path in files]
    found = {
        "no image of": sorted(set(tests) - set(stems)),
        "no test item is called": sorted({path.name for path in files if path.stem not in tests}),
        "more than one image of": sorted({stem for stem in stems if stems.count(stem) > 1}),
        "lossy files, which kind images takes only with lossy: true:": sorted(
            path.name for path in files if path.suffix.lower() in LOSSY and not lossy
        ),
    }
    sized, broken = [], []
    for path in files:
        if path.stem in tests:
            side = tests[path.stem].size
            try:
                with Image.open(path) as image:
                    image.load()
                    size = image.size
            except Exception:  # Pillow raises many kinds, from SyntaxError to struct.error
                broken.append(path.name)
                continue
            if size != (side, side):
                sized.append(f"{path.name} has {size[0]} x {size[1]} px instead of {side} x {side}")
    found |= {"": sized, "cannot be read as images:": broken}
    return [f"{what} {some_of(names)}".strip() for what, names in found.items() if names]
