"""What MLflow's pages say about a run in words: its description, its source, what its numbers mean."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterable, Mapping

from mlflow import MlflowClient
from mlflow.entities import LoggedModelInput, LoggedModelOutput, LoggedModelStatus

from matebit.config.losses import LossConfig
from matebit.config.yaml_text import flat
from matebit.contracts.measures import describe, is_headline, sort_key
from matebit.pipeline.layout import Layout
from matebit.pipeline.stages import STAGES
from matebit.tracking.record import JobRecord
from matebit.tracking.views import VALIDATION, metric_name


def _wanted(record: JobRecord) -> dict[str, str]:
    """The tags by which the model of a method and seed is found again."""
    return {
        "matebit.name": record.name,
        "matebit.params": record.digest,
        "matebit.method": str(record.method),
        "matebit.seed": str(record.seed),
    }


def find_model(client: MlflowClient, experiment: str, record: JobRecord) -> str | None:
    """The id of the model that the record's method and seed trained; None if MLflow has not heard of it."""
    wanted = " AND ".join(f"tags.`{key}` = '{value}'" for key, value in _wanted(record).items())
    found = client.search_logged_models([experiment], filter_string=wanted, max_results=1)
    return found[0].model_id if found else None


def log_model(client: MlflowClient, experiment: str, run: str, record: JobRecord, digest: str) -> None:
    """Tell of the network that a finished training left; `digest` is the SHA-256 of its checkpoint.

    Safe to repeat: the model of the same method, seed, parameters and code is one model.
    """
    model = find_model(client, experiment, record)
    if model is None:
        made = client.create_logged_model(
            experiment,
            name=f"{record.name}-{record.method}-seed{record.seed}",
            source_run_id=run,
            tags=_wanted(record) | {"matebit.checkpoint.sha256": digest},
            params={"method": str(record.method), "training_seed": str(record.seed)},
            model_type="generator",
        )
        model = made.model_id
        client.log_outputs(run, [LoggedModelOutput(model, step=0)])
    client.finalize_logged_model(model, LoggedModelStatus.READY)


def log_model_use(client: MlflowClient, run: str, model: str) -> None:
    """Tell that a run read the model."""
    client.log_inputs(run, models=[LoggedModelInput(model)])


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
    "metrics.joints.": _metrics("joint_pck"),
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


_DIRECTION = {"higher": "higher is better", "lower": "lower is better", "neither": ""}
_DISCRIMINATOR = {
    "D_Fake": "discriminator's hinge loss on translated images",
    "D_real": "discriminator's hinge loss on true images",
}


def source(record: JobRecord) -> dict[str, str]:
    """The tags from which MLflow fills the columns Source and User."""
    words = ["matebit", record.stage]
    if record.method is not None:
        words += [record.method, "--seed", str(record.seed)]
    tags = {"mlflow.source.name": " ".join(words), "mlflow.source.type": "LOCAL"}
    try:
        return tags | {"mlflow.user": getpass.getuser()}
    except (KeyError, OSError):  # an account without a name, as in a container
        return tags


def description(record: JobRecord) -> str:
    """A run's description, when it begins."""
    folder = f"results/{record.name}/{record.stage}"
    if record.method is not None:
        folder += f"/{record.method}/seed{record.seed}"
    if record.stage == "report":
        folder = f"reports/{record.name}"
    lines = [STAGES[record.stage].does, "", f"Files: `{folder}`; log: `logs/{record.name}/{record.job}.log`."]
    if record.stage == "train":
        lines += ["", *_losses()]
    return "\n".join(lines)


def _losses() -> list[str]:
    rows = ["| curve | meaning |", "|---|---|"]
    rows += [
        "| `curves/total_G`, `curves/total_D` | sum of the weighted losses of generator and discriminator |"
    ]
    rows += [f"| `{VALIDATION}` | mean absolute error to the truth of the test items shown, 0 to 255 |"]
    rows += [f"| `loss/{name}` | {meaning} |" for name, meaning in _DISCRIMINATOR.items()]
    for name, field in LossConfig.model_fields.items():
        if field.annotation is float or name == "style_contrast":
            rows.append(f"| `loss/{name}` | {field.description}, times its weight |")
    rows += ["| `mask/blockB/...` | share of the attention left to the unmatched term, 0 to 1 |"]
    rows += ["| `progress/images` | images shown to the generator |"]
    return ["Steps are steps of the optimiser. Losses have no unit.", "", *rows]


def meanings(keys: Iterable[str]) -> str:
    """A table of what the headline metrics mean, with their units; `keys` as MLflow has them."""
    rows = ["| metric | in tables | | meaning |", "|---|---|---|---|"]
    names = {metric_name(key): key for key in keys}
    for name in sorted(filter(is_headline, names), key=sort_key):
        info = describe(name)
        rows.append(f"| `{names[name]}` | {info.title} | {_DIRECTION[info.better]} | {info.meaning} |")
    return "\n".join(rows)


def comparison(layout: Layout) -> str:
    """The comparison table as the report has it, without how each number is made; "" if there is none."""
    path = layout.reports / "tables" / "comparison.md"
    if not path.exists():
        return ""
    return path.read_text(encoding="utf-8").partition("How each number is made:")[0].strip()
