"""What one look found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["good", "note", "mend"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    `verdict`: good; note, something that some work lacks; mend, something that the program cannot do without.
    `do` says what to do, and stands wherever the verdict is not good.
    """

    topic: str
    verdict: Verdict
    said: str
    do: str = ""

    def lines(self) -> str:
        """The finding for a person: one line, and one below it for what to do."""
        line = f"{self.verdict:4}  {self.topic:20}  {self.said}"
        return f"{line}\n{'':28}{self.do}" if self.do else line
