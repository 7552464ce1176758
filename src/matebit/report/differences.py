"""Every method against the first, pair by pair over the same test images and seeds.

Two methods that are scored on the same images share what makes an image hard, so their difference is known
better than either mean: intervals that overlap may still belong to a sure difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from matebit.config.report import ReportConfig
from matebit.contracts.measures import Info, describe, is_headline, sort_key
from matebit.report.comparison import EQUAL_POSITION, TITLES, method_title
from matebit.report.tables import number

if TYPE_CHECKING:
    from matebit.report.scores import Scores

COLUMNS = [
    "metric", "method", "against", "better", "difference", "low", "high", "p", "p_holm", "verdict", "images",
    "seeds",
]  # fmt: skip
HOW = (
    "Difference to {first} on the same test images, mean over images and seeds; {level:.0%} bootstrap "
    "interval over both; p two-sided from the same {resamples} resamples, corrected by Holm over the methods "
    "of a metric. better, worse: corrected p below {error:.2g}; else undecided."
)


@dataclass(frozen=True)
class Difference:
    """`method` minus `against` in one metric; `verdict`: better, worse or undecided."""

    metric: str
    method: str
    against: str
    difference: float
    low: float
    high: float
    p: float
    images: int
    seeds: int
    p_holm: float = 1.0
    verdict: str = "undecided"

    @property
    def info(self) -> Info:
        """Title, direction and digits of the metric."""
        return describe(self.metric)

    def row(self) -> dict:
        """The row of `tables/differences.csv`."""
        return {**vars(self), "better": self.info.better}


def two_way_bootstrap(values: np.ndarray, resamples: int, seed: int) -> np.ndarray:
    """Means of (seeds,images) values under resampling of both, (resamples,).

    One seed stays as it is. Drawn as counts of each row and column, with which the values are weighted.
    """
    random = np.random.default_rng(seed)
    seeds, images = values.shape
    rows = random.multinomial(seeds, np.full(seeds, 1 / seeds), resamples) / seeds
    means = np.empty(resamples)
    step = max(1, 4_000_000 // images)  # 30,000 images would else need gigabytes
    for start in range(0, resamples, step):
        part = rows[start : start + step]
        columns = random.multinomial(images, np.full(images, 1 / images), len(part)) / images
        means[start : start + step] = ((part @ values) * columns).sum(axis=1)
    return means


def two_sided(means: np.ndarray) -> float:
    """The smallest level at which the bootstrap's interval leaves out 0; never below 1 / (resamples + 1)."""
    below, above = (means <= 0).sum(), (means >= 0).sum()
    return float(min(1.0, 2 * (min(below, above) + 1) / (len(means) + 1)))


def holm(p: Sequence[float]) -> list[float]:
    """Holm's step-down correction (1979), in the given order."""
    order, corrected, largest = np.argsort(p, kind="stable"), [0.0] * len(p), 0.0
    for place, index in enumerate(order):
        largest = max(largest, min(1.0, (len(p) - place) * p[index]))
        corrected[index] = largest
    return corrected


def _by_seed(scores: Scores, method: str, metric: str) -> dict[int, dict[str, float]]:
    table = scores.images
    own = table[(table["method"] == method) & (table["metric"] == metric)]
    by_seed = own.groupby("seed")
    return {int(seed): dict(zip(rows["id"], rows["value"], strict=True)) for seed, rows in by_seed}


def _paired(one: dict[int, dict[str, float]], other: dict[int, dict[str, float]]) -> np.ndarray:
    """one - other as (seeds,images): of the seeds that both have, or of one side's only seed against all."""
    if len(one) == 1 or len(other) == 1:
        pairs = [(a, b) for a in one.values() for b in other.values()]
    else:
        pairs = [(one[seed], other[seed]) for seed in sorted(one.keys() & other.keys())]
    if not pairs:
        return np.empty((0, 0))
    ids = sorted(set.intersection(*(set(a) & set(b) for a, b in pairs)))
    values = np.array([[a[item] - b[item] for item in ids] for a, b in pairs], dtype=float)
    if np.isinf(values).any():  # the PSNR of the truth itself
        return np.empty((0, 0))
    return values[:, ~np.isnan(values).any(axis=0)]


def kind_and_share(metric: str) -> str:
    """`pck@0.1/soft/block3` -> `pck@0.1`."""
    return metric.split("/", 1)[0]


def compared(scores: Scores, method: str) -> list[str]:
    """The headline metrics of images, and the last block's end-point error by soft-argmax.

    An argmax that goes astray lands anywhere; the mean place, which training teaches, does not.
    """
    names = scores.images.loc[scores.images["method"] == method, "metric"].unique()
    soft = [name for name in names if name.startswith("epe/soft/block")]
    last = sorted(soft, key=lambda name: int(name.removeprefix("epe/soft/block")))[-1:]
    headlines = {name for name in scores.images["metric"].unique() if is_headline(name)}
    return sorted([*headlines, *last], key=sort_key)


def _competitors(metric: str, methods: Sequence[str], controls: Sequence[str]) -> list[tuple[str, str, str]]:
    """Title, method and metric of what the first method is held against."""
    rivals = [(method_title(method), method, metric) for method in [*methods[1:], *controls]]
    return [*rivals, (TITLES["equal_position"], methods[0], kind_and_share(metric) + EQUAL_POSITION)]


def differences(
    scores: Scores, methods: Sequence[str], controls: Sequence[str], config: ReportConfig, seed: int
) -> list[Difference]:
    """Each method, control and equal position minus the first method, by every headline metric of images."""
    found: list[Difference] = []
    for metric in compared(scores, methods[0]):
        own = _by_seed(scores, methods[0], metric)
        rows = []
        for title, method, named in _competitors(metric, methods, controls):
            values = _paired(_by_seed(scores, method, named), own)
            if values.shape[0] == 0 or values.shape[1] < 2 or describe(metric).better == "neither":
                continue
            means = two_way_bootstrap(values, config.bootstrap, seed)
            low, high = np.quantile(means, [(1 - config.level) / 2, (1 + config.level) / 2])
            rows.append(
                Difference(
                    metric, title, method_title(methods[0]), float(values.mean()), float(low), float(high),
                    two_sided(means), values.shape[1], values.shape[0],
                )
            )  # fmt: skip
        corrected = holm([row.p for row in rows])
        found += [_judged(row, p, 1 - config.level) for row, p in zip(rows, corrected, strict=True)]
    return found


def _judged(row: Difference, p_holm: float, error: float) -> Difference:
    verdict = "undecided"
    if p_holm < error and row.difference:
        verdict = "better" if (row.difference > 0) == (row.info.better == "higher") else "worse"
    return replace(row, p_holm=p_holm, verdict=verdict)


def how(found: Sequence[Difference], config: ReportConfig) -> str:
    """The sentence that belongs below the table."""
    first = found[0].against if found else "the first method"
    return HOW.format(first=first, level=config.level, resamples=config.bootstrap, error=1 - config.level)


def shown(row: Difference) -> list[str]:
    """The row in words: metric, method, difference with interval, corrected p, verdict."""
    digits = row.info.digits
    signed = f"{row.difference:+.{digits}f} ({number(row.low, digits)} to {number(row.high, digits)})"
    return [f"{row.info.title} {row.info.arrow}", row.method, signed, f"{row.p_holm:.3g}", row.verdict]


HEADS = ["Metric", "Method", "Difference", "p (Holm)", "Verdict"]


def markdown(found: Sequence[Difference], title: str, config: ReportConfig) -> str:
    """The table in Markdown."""
    from tabulate import tabulate

    table = tabulate([shown(row) for row in found], HEADS, tablefmt="pipe", disable_numparse=True)
    return f"# {title}\n\n{table}\n\n{how(found, config)}\n"


def latex(found: Sequence[Difference], title: str, label: str, config: ReportConfig) -> str:
    """The table for booktabs."""
    from tabulate import tabulate

    from matebit.report.tables import escape_tex

    rows = [[escape_tex(word) for word in shown(row)] for row in found]
    table = tabulate(rows, HEADS, tablefmt="latex_raw", disable_numparse=True)
    rules = iter((r"\toprule", r"\midrule", r"\bottomrule"))
    lines = [next(rules) if line == r"\hline" else line for line in table.splitlines()]
    caption = escape_tex(f"{title}. {how(found, config)}")
    return "\n".join(
        ["% Needs: booktabs.", r"\begin{table*}[t]", r"\centering\small", *lines,
         rf"\caption{{{caption}}}", rf"\label{{tab:{label}}}", r"\end{table*}", ""]
    )  # fmt: skip
