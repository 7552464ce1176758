"""Which of the parameters that a stage is given say something about its run: the others MLflow is not shown.

A params file has sections for every source of images, every kind of condition, every metric. The page of a
run on bundled portraits should not list how a folder of DeepFashion is laid out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from matebit.config.flat import flat

Rows = Mapping[str, str]

_SOURCES = ("portraits", "figures", "deepfashion", "folder")
_BUNDLED = ("portraits", "figures")
_WITH_LINES = ("canny", "xdog", "hed")


def _metrics(*names: str) -> Callable[[Rows], bool]:
    return lambda rows: any(repr(name) in rows.get("metrics.names", repr(name)) for name in names)


def _condition(*kinds: str) -> Callable[[Rows], bool]:
    return lambda rows: rows.get("conditions.kind", kinds[0]) in kinds


def _is_set(key: str) -> Callable[[Rows], bool]:
    return lambda rows: rows.get(key, "None") != "None"


# The beginning of a key, and whether a run with these rows reads what lies below it.
_READ_IF: dict[str, Callable[[Rows], bool]] = {
    **{
        f"data.{source}.": lambda rows, source=source: rows.get("data.source", source) == source  # type: ignore[misc]
        for source in _SOURCES
    },
    "data.train_list": lambda rows: rows.get("data.source") not in _BUNDLED,
    "data.test_list": lambda rows: rows.get("data.source") not in _BUNDLED,
    "data.max_rejected_share": lambda rows: rows.get("data.source") not in _BUNDLED,
    "conditions.xdog.": _condition("xdog"),
    "conditions.canny_sigma": _condition("canny"),
    "conditions.distance_reach": _condition(*_WITH_LINES),
    "conditions.classes": _condition("labels"),
    "conditions.extractors.min_face_share": _is_set("conditions.extractors.landmarks"),
    "conditions.extractors.min_person_score": _is_set("conditions.extractors.pose"),
    "conditions.extractors.min_joint_score": _is_set("conditions.extractors.pose"),
    "features.seed": lambda rows: rows.get("features.weights") == "random",
    "losses.style_contrast.": lambda rows: float(rows.get("losses.style_contrast.weight", 1)) > 0,
    "losses.perc_level": lambda rows: float(rows.get("losses.perc", 1)) > 0,
    "losses.contextual_pono": lambda rows: float(rows.get("losses.contextual", 1)) > 0,
    "metrics.miou.": _metrics("miou"),
    "metrics.swd.": _metrics("swd"),
    "metrics.inception.": _metrics("fid", "kid", "inception_score"),
    "metrics.edge_tolerance": _metrics("edge_f1"),
    "metrics.pck_thresholds": _metrics("pck", "joint_pck"),
    "train.shared_rate_from": _is_set("train.shared_rate"),
    "train.ema_ramp": lambda rows: rows.get("train.ema_half_life", "1") != "0",
}


def used(sections: Mapping[str, object]) -> dict[str, str]:
    """The dotted keys of `sections` that a run with these values reads, without what is not set (None)."""
    rows = flat(dict(sections))
    return {
        key: value
        for key, value in rows.items()
        if value != "None"
        and all(reads(rows) for beginning, reads in _READ_IF.items() if key.startswith(beginning))
    }
