"""YAML with the numbers of YAML 1.2: `1e-4` is a number when it is read, and quoted when it is a text."""

from __future__ import annotations

import re
from typing import Any

import yaml

from matebit.errors import MatebitError

_FLOAT = re.compile(r"^[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$|^[-+]?\.inf$|^\.nan$", re.I)


class _Loader(yaml.SafeLoader):
    pass


class Dumper(yaml.SafeDumper):
    """Writes what `parse_yaml` reads back the same; each value stands whole where it is, no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        """No anchors."""
        return True


for _kind in (_Loader, Dumper):
    _kind.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, list("-+0123456789."))


def parse_yaml(text: str, where: str) -> Any:
    """Parse YAML; what is not YAML is a `MatebitError` that names `where` and the line."""
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" at line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it cannot be parsed"
        raise MatebitError(f"{where} is not YAML{line}: {problem}") from error


def yaml_text(value: Any, **options: Any) -> str:
    """The YAML of a value; `options` as PyYAML takes them."""
    return yaml.dump(value, Dumper=Dumper, allow_unicode=True, **options)
