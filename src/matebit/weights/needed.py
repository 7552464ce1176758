"""Which weight files an experiment needs, so that absent ones are named before it begins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from matebit.errors import MatebitError
from matebit.weights.location import path_of
from matebit.weights.registry import Weight, weight_named

if TYPE_CHECKING:
    from matebit.config.extractors import ExtractorsConfig
    from matebit.config.metrics import MetricsConfig
    from matebit.config.schema import ResolvedParams


@dataclass(frozen=True)
class Need:
    """A weight file that the parameters ask for, by the keys `asked_by`."""

    weight: Weight
    path: Path
    asked_by: str

    @property
    def problem(self) -> str | None:
        """What is wrong with the file, None if nothing is, from its presence and size alone."""
        if not self.path.is_file():
            return "absent"
        size = self.path.stat().st_size
        if self.weight.size is not None and size != self.weight.size:
            return f"{size:,} bytes, not {self.weight.size:,}"
        return None


def _need(name: str, asked_by: str) -> Need:
    weight = weight_named(name)
    return Need(weight, path_of(weight), asked_by)


def _metrics(config: MetricsConfig, pretrained: bool) -> Iterator[Need]:
    distances = sorted({"lpips", "diversity"} & set(config.names))
    if pretrained and distances:
        asked_by = f"metrics.names: {', '.join(distances)}"
        yield _need("alexnet", asked_by)
        yield _need("lpips-alex", asked_by)
    scores = sorted({"fid", "kid", "inception_score"} & set(config.names))
    if scores:
        yield _need("inception-fid", f"metrics.names: {', '.join(scores)}")


def _extractors(config: ExtractorsConfig) -> Iterator[Need]:
    if config.parsing:
        yield _need("face-parsing", f"conditions.extractors.parsing: {config.parsing}")
    if config.pose:
        yield _need("keypoint-rcnn", f"conditions.extractors.pose: {config.pose}")
    if config.landmarks:
        yield from _face_landmarks(f"conditions.extractors.landmarks: {config.landmarks}")


def _face_landmarks(asked_by: str) -> Iterator[Need]:
    yield _need("face-detector", asked_by)
    yield _need("face-landmarks", asked_by)


def needed(params: ResolvedParams) -> list[Need]:
    """Every weight file that some stage of the experiment reads."""
    pretrained = params.features.weights != "random"
    found = [_need("vgg19", "features.weights: imagenet")] if pretrained else []
    if params.data.align == "face_alignment":
        found += _face_landmarks(f"data.align: {params.data.align}")
    if params.conditions.kind == "hed":
        found.append(_need("hed", "conditions.kind: hed"))
    return [*found, *_extractors(params.conditions.extractors), *_metrics(params.metrics, pretrained)]


def absent_weights(params: ResolvedParams) -> str | None:
    """One sentence naming all weight files that are absent or cut short, and what to do; or None."""
    lacking = [(need, problem) for need in needed(params) if (problem := need.problem)]
    if not lacking:
        return None
    named = "; ".join(
        f"{need.path} ({problem}: {need.weight.what}; {need.asked_by})" for need, problem in lacking
    )
    names = " ".join(need.weight.name for need, _ in lacking if need.weight.url)
    fetch = f"fetch them with `matebit weights fetch {names}`, or put" if names else "put"
    random = " or choose features.weights: random" if params.features.weights != "random" else ""
    return (
        f"{params.name} needs weight files that are not there: {named}; {fetch} them there by hand"
        f" (MATEBIT_WEIGHTS names another folder),{random} or leave out the metrics that need them"
    )


def check_weights(params: ResolvedParams) -> None:
    """Raise a `MatebitError` that names every absent weight file of the experiment."""
    sentence = absent_weights(params)
    if sentence:
        raise MatebitError(sentence)
