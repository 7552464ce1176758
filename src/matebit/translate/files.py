"""Translate picture files: one or many photos with one or many exemplars, to a file, a sheet or a folder."""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from matebit.data.alignment import Alignment
from matebit.data.conditions.view import condition_view
from matebit.errors import MatebitError
from matebit.io.files import bounded_name, check_writable, write_bytes
from matebit.io.images import BrokenImage, read_rgb
from matebit.io.picture_files import SUFFIXES, sorted_out
from matebit.logs import Progress
from matebit.translate import structure
from matebit.translate.enlarge import checked_factor, enlarged
from matebit.translate.framing import Fit, frame_of
from matebit.translate.maps import asked_for, sheet, write_maps
from matebit.translate.structure import Framed

if TYPE_CHECKING:
    from matebit.translate.translator import Exemplar, Translated, Translator

logger = logging.getLogger("matebit")

WRITTEN = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}


@dataclass(frozen=True)
class Request:
    """What `matebit translate` is asked for; `photos` or `conditions`, not both."""

    photos: list[Path]
    conditions: list[Path]
    exemplars: list[Path]
    out: Path
    masks: Path | None = None
    size: int | None = None
    fit: Fit = "pad"
    show: str = ""
    align: bool = False
    paste: bool = False
    enlarge: int = 1
    exemplar_masks: Path | None = None

    def check(self) -> None:
        """Raise `MatebitError` for what can be seen to be wrong without the network, which takes seconds."""
        _planned(self)


def picture_files(given: list[Path], what: str) -> tuple[list[Path], bool]:
    """The files that are named, those of folders sorted; and whether a folder was among them."""
    found: list[Path] = []
    for path in given:
        if path.is_dir():
            inside, others = sorted_out(path.iterdir())
            if not inside:
                raise MatebitError(
                    f"{path} holds no picture ({', '.join(SUFFIXES)}){others.said()}; {what} needs some"
                )
            if others:
                logger.warning("%s: %s", path, others)
            found += inside
        elif not path.is_file():
            raise MatebitError(f"{path} does not exist; {what} names a picture or a folder of pictures")
        else:
            found.append(path)
    return found, any(path.is_dir() for path in given)


@dataclass(frozen=True)
class _Work:
    """A request whose words are checked: files exist, and what will be written is known.

    `lenient`: a broken picture of a folder does not end the work on the others.
    """

    request: Request
    shown: list[str]
    content: list[Path]
    exemplars: list[Path]
    to_folder: bool
    lenient: bool
    targets: dict[tuple[Path, Path], Path]

    @property
    def to_sheet(self) -> bool:
        """Several results in one picture."""
        return len(self.targets) > 1 and not self.to_folder


def _planned(request: Request) -> _Work:
    if bool(request.photos) == bool(request.conditions):
        raise MatebitError("give either --photo or --condition, not both")
    if request.masks is not None and request.conditions:
        raise MatebitError("--masks belongs to --photo; a condition is finished as it is")
    if request.align and request.conditions:
        raise MatebitError("--align belongs to --photo; a condition is finished as it is")
    if request.paste and not request.align:
        raise MatebitError("--paste lays an aligned face back into its photo; give --align too")
    checked_factor(request.enlarge)
    option, out = "--photo" if request.photos else "--condition", request.out
    content, content_folder = picture_files(request.photos or request.conditions, option)
    exemplars, exemplar_folder = picture_files(request.exemplars, "--exemplar")
    to_folder = out.is_dir() or not out.suffix
    if to_folder and out.exists() and not out.is_dir():
        raise MatebitError(f"--out {out} is a file, and results would be files in it; name a folder")
    if not to_folder and out.suffix.lower() not in WRITTEN:
        raise MatebitError(f"--out {out}: results are {', '.join(WRITTEN)}, or a folder (no dot in its name)")
    targets = {
        (one, other): out / f"{bounded_name(f'{one.stem}__{other.stem}')}.png" if to_folder else out
        for one in content
        for other in exemplars
    }
    work = _Work(
        request=request,
        shown=asked_for(request.show),
        content=content,
        exemplars=exemplars,
        to_folder=to_folder,
        lenient=to_folder and (content_folder or exemplar_folder),
        targets=targets,
    )
    if work.to_sheet and work.shown:
        raise MatebitError("--show with several pictures needs a folder as --out")
    if work.to_sheet and request.enlarge > 1:
        raise MatebitError("--enlarge with several pictures needs a folder as --out")
    if work.to_sheet and request.paste:
        raise MatebitError("--paste with several pictures needs a folder as --out")
    _refuse_collisions(work)
    check_writable(out if to_folder else out.parent)
    return work


def _refuse_collisions(work: _Work) -> None:
    inputs = {path.resolve() for path in (*work.content, *work.exemplars)}
    taken: dict[Path, tuple[Path, Path]] = {}
    for pair, target in work.targets.items():
        if target.resolve() in inputs:
            raise MatebitError(f"--out {target} would write over a picture that is read; name another file")
        if work.to_folder and target in taken:
            first = taken[target]
            raise MatebitError(
                f"{first[0]} with {first[1]} and {pair[0]} with {pair[1]} would both become {target}; "
                "rename one of them"
            )
        taken[target] = pair


def translate_files(translator: Translator, request: Request) -> list[Path]:
    """Translate every photo with every exemplar; returns what was written.

    One pair, or a sheet of several (photos down, exemplars across), to a file; or a file a pair to a
    folder. Broken pictures of a folder are named in the log and passed over, and end the command with
    an error when the rest is done; anything else that is wrong is raised before anything is written.
    """
    work = _planned(request)
    size = translator.side(request.size)
    logger.info("%s: %s condition, %d px", translator.source, translator.conditions.kind, size)
    broken: list[str] = []
    alignments: dict[Path, Alignment] = {}
    aligner = translator.face_aligner if request.align else None

    def framed(path: Path) -> Framed:
        if request.conditions:
            return structure.of_file(path, translator.conditions, size, request.fit, translator.maps)
        photo = read_rgb(path)
        if aligner is not None:
            alignments[path] = aligner.align(photo, str(path))
        return structure.of_photo(
            photo,
            translator.conditions,
            size,
            request.fit,
            str(path),
            request.masks,
            translator.maps,
            alignments.get(path),
        )

    exemplars: dict[Path, np.ndarray] = {}
    shown: dict[Path, Exemplar] = {}
    for path in work.exemplars:
        try:
            exemplars[path] = read_rgb(path)
            # the frame of an aligned face is a square that pads
            fit: Fit = "pad" if request.align else request.fit
            shown[path] = translator.exemplar(exemplars[path], size, fit, str(path), request.exemplar_masks)
            _say(translator.far_exemplar(shown[path], str(path)))
        except BrokenImage as error:
            _pass_over(error, work, broken)
    written: list[Path] = []
    rows: list[list[np.ndarray | None]] = []
    with Progress("translating", len(work.targets), "pictures") as bar:
        for content in work.content:
            try:
                condition = framed(content)
                _say(translator.far_photo(condition, str(content)))
            except BrokenImage as error:
                _pass_over(error, work, broken)
                bar.advance(len(work.exemplars))
                continue
            found = []
            for path in exemplars:
                result = translator.examine(condition, shown[path])
                found.append(result)
                if not work.to_sheet:
                    written += _write_one(result, condition, work, content, work.targets[content, path])
                bar.advance()
            bar.advance(len(work.exemplars) - len(exemplars))
            if work.to_sheet:
                rows.append(_row(content if request.photos else None, condition, found, translator))
    if rows:
        heads = [frame_of(pixels, size, request.fit) for pixels in exemplars.values()]
        head = [
            frame.cut_out(frame.place(pixels, Image.Resampling.BICUBIC))
            for frame, pixels in zip(heads, exemplars.values(), strict=True)
        ]
        write_picture(work.request.out, sheet([[None, *head], *rows], size))
        written.append(work.request.out)
    if aligner is not None and alignments:
        from matebit.translate.faces import write_alignments

        out = request.out
        table = out / "alignment.csv" if work.to_folder else out.with_name(f"{out.stem}-alignment.csv")
        write_alignments(table, alignments, aligner.landmarks)
        written.append(table)
    if broken:
        raise MatebitError(
            f"{len(broken)} of {len(work.content) + len(work.exemplars)} pictures could not be used, the "
            f"rest is in {request.out}; the first: {broken[0]}"
        )
    return written


def _say(warning: str | None) -> None:
    if warning:
        logger.warning("%s", warning)


def _pass_over(error: BrokenImage, work: _Work, broken: list[str]) -> None:
    if not work.lenient:
        raise error
    broken.append(str(error))
    logger.warning("passed over: %s", error)


def _row(
    photo: Path | None, condition: Framed, found: list[Translated], translator: Translator
) -> list[np.ndarray | None]:
    frame = condition.frame
    if photo is not None and condition.alignment is not None:
        shown = condition.alignment.image(read_rgb(photo), frame.size, "bicubic")
    elif photo is not None:
        shown = frame.place(read_rgb(photo), Image.Resampling.BICUBIC)
    else:
        shown = condition_view(condition.condition, translator.conditions.kind, translator.labels.palette)
    return [frame.cut_out(shown), *(frame.cut_out(result.image) for result in found)]


def _write_one(found: Translated, condition: Framed, work: _Work, photo: Path, target: Path) -> list[Path]:
    maps = write_maps(found, work.shown, target)
    picture = enlarged(found.image, condition, work.request.enlarge)
    if work.request.paste and condition.alignment is not None:
        picture = condition.alignment.paste(picture, read_rgb(photo))
    write_picture(target, picture)
    return [target, *maps]


def write_picture(target: Path, pixels: np.ndarray) -> None:
    """Write uint8 (H,W,3) atomically in the format that the suffix names."""
    format, encoded = WRITTEN[target.suffix.lower()], io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(encoded, format=format, quality=95)
    write_bytes(target, encoded.getvalue())
