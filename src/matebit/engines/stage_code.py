"""The source of each stage under given params, and its digest."""

from __future__ import annotations

from typing import Any

from matebit.pipeline.source_digest import Code, code_of, digest_of_code, words_in
from matebit.pipeline.stages import STAGES, Stage, value_at


def _words(stage: Stage, sections: dict[str, Any]) -> frozenset[str]:
    """The words of the sections that the stage reads.

    Those of the methods are left out: a method that is added must not train the others anew, so what a method
    may choose (its network and losses) is reached by imports, whichever method is meant.
    """
    return frozenset().union(*(words_in(value_at(sections, key)) for key in stage.reads if key != "methods"))


def stage_digests(sections: dict[str, Any]) -> dict[str, str]:
    """The digest of each stage's source; `sections`: the resolved params as plain values."""
    return {name: digest_of_code(stage_code(name, sections)) for name in STAGES}


def stage_code(name: str, sections: dict[str, Any]) -> Code:
    """The digests of every function that the stage `name` reaches, by file."""
    return code_of(STAGES[name].module, _words(STAGES[name], sections))
