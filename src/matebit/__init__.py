"""MATEBIT: masked and adaptive transformer for exemplar-based image translation, from data to evaluation."""

from __future__ import annotations

from importlib import import_module

__version__ = "0.1.0"
__all__ = ["__version__", "load"]


def __getattr__(name: str) -> object:
    """Import `matebit.load` only when it is asked for: it needs torch, the command line does not."""
    if name == "load":
        return import_module("matebit.translate.translator").load
    raise AttributeError(f"module 'matebit' has no attribute {name!r}")
