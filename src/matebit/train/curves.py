"""The training log: one JSON line every so many images, the truth of which MLflow is a view."""

from __future__ import annotations

import json
from pathlib import Path

from matebit.io.files import write_text


class Curves:
    """Appends to a JSON-lines file. No wall-clock enters it: two equal runs write equal bytes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)

    def cut(self, step: int) -> None:
        """Drop the lines after `step`: a resumed run writes them again."""
        if not self.path.exists():
            return
        kept = []
        for line in self.path.read_text(encoding="utf-8").splitlines():
            try:
                row = json.loads(line)
            except json.JSONDecodeError:
                break  # the line that a killed run was writing
            if row["step"] > step:
                break
            kept.append(line + "\n")
        write_text(self.path, "".join(kept))

    def add(self, step: int, images: int, values: dict[str, float]) -> None:
        """Append the line of one step; values are rounded to six significant digits."""
        rounded = {name: float(f"{value:.6g}") for name, value in sorted(values.items())}
        with self.path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps({"step": step, "images": images, **rounded}) + "\n")


class Averages:
    """Means of a step's values since the last line of the log; part of the resumable state."""

    def __init__(self) -> None:
        self.sums: dict[str, float] = {}
        self.counts: dict[str, int] = {}

    def add(self, values: dict[str, float]) -> None:
        """Take in one step's values."""
        for name, value in values.items():
            self.sums[name] = self.sums.get(name, 0.0) + value
            self.counts[name] = self.counts.get(name, 0) + 1

    def take(self) -> dict[str, float]:
        """The means, and begin anew."""
        means = {name: total / self.counts[name] for name, total in self.sums.items()}
        self.sums, self.counts = {}, {}
        return means

    def state_dict(self) -> dict[str, dict]:
        """Sums and counts."""
        return {"sums": dict(self.sums), "counts": dict(self.counts)}

    def load_state_dict(self, state: dict[str, dict]) -> None:
        """Go on from `state_dict()`."""
        self.sums, self.counts = dict(state["sums"]), dict(state["counts"])
