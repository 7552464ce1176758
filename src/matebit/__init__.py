"""MATEBIT: masked and adaptive transformer for exemplar-based image translation, from data to evaluation."""

from __future__ import annotations

from pkgutil import resolve_name

__version__ = "0.1.0"
__all__ = ["__version__", "load", "score"]


_HOMES = {"load": "matebit.translate.translator:load", "score": "matebit.metrics.score:score"}


def __getattr__(name: str) -> object:
    """Import on first use: what stands in `_HOMES` needs torch, the command line does not."""
    if name in _HOMES:
        return resolve_name(_HOMES[name])
    raise AttributeError(f"module 'matebit' has no attribute {name!r}")
