"""The one switch between the operations of this room and their plain forms in PyTorch's own operations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

_Inputs = ParamSpec("_Inputs")
_Output = TypeVar("_Output")

PLAIN_FORMS: dict[str, Callable[..., Any]] = {}
"""Of every operation by its name, as far as its module is imported."""

_switched: frozenset[str] = frozenset()  # operations that are done in their plain form at present


def operation(
    plain: Callable[_Inputs, _Output],
) -> Callable[[Callable[_Inputs, _Output]], Callable[_Inputs, _Output]]:
    """Give the decorated operation its plain form: the same inputs and numbers, by PyTorch alone."""

    def beside(own: Callable[_Inputs, _Output]) -> Callable[_Inputs, _Output]:
        name = own.__name__
        PLAIN_FORMS[name] = plain

        @wraps(own)
        def chosen(*inputs: _Inputs.args, **named: _Inputs.kwargs) -> _Output:
            return (plain if name in _switched else own)(*inputs, **named)

        return chosen

    return beside


@contextmanager
def plain_operations(*names: str) -> Iterator[None]:
    """Inside, the operations `names`, or all if none is named, are done in their plain forms.

    For the whole process, not for a thread. Raises `KeyError` for a name that no operation has.
    """
    global _switched
    if unknown := set(names) - set(PLAIN_FORMS):
        raise KeyError(
            f"no operation is called {', '.join(sorted(unknown))}: {', '.join(sorted(PLAIN_FORMS))}"
        )
    before = _switched
    _switched |= frozenset(names or PLAIN_FORMS)
    try:
        yield
    finally:
        _switched = before
