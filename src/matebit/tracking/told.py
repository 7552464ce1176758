"""What MLflow's pages say about a run in words: its description, its source, what its numbers mean."""

from __future__ import annotations

import getpass
from collections.abc import Iterable

from matebit.config.losses import LossConfig
from matebit.contracts.measures import describe, is_headline, sort_key
from matebit.pipeline.layout import Layout
from matebit.pipeline.stages import STAGES
from matebit.tracking.record import JobRecord
from matebit.tracking.views import VALIDATION, metric_name

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
