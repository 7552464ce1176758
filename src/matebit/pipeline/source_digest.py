"""Which source a stage reaches, and its digest: what tells an engine that code has changed.

The digest is over syntax trees without docstrings: a comment, a docstring, a format or a moved line changes
nothing. Parts that the params choose (`Choices`) are followed where the params name them.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import matebit

_ROOT = Path(matebit.__file__).parent
_TEMPLATES = {".j2", ".css", ".js", ".html"}

Code = dict[str, dict[str, str]]
"""By file of the package: the digest of each function, method and class; "" is the rest of the file."""


@cache
def _modules() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    modules = {}
    for path in sorted(_ROOT.rglob("*.py")):
        parts = path.relative_to(_ROOT.parent).with_suffix("").parts
        modules[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return modules


class _Bare(ast.NodeTransformer):
    """Takes out what never runs: docstrings and what stands below `if TYPE_CHECKING:`."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        """A string that stands alone is a docstring, of a value too."""
        is_text = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if is_text else self.generic_visit(node)

    def visit_If(self, node: ast.If) -> ast.AST | None:
        """Imports for type checkers alone."""
        typing = isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        return None if typing else self.generic_visit(node)


def _shown(node: Any) -> str:
    """A tree as text, the same in every Python: `ast.dump` shows fields that are empty in some of them."""
    if isinstance(node, ast.AST):
        fields = ((name, value) for name, value in ast.iter_fields(node) if value is not None and value != [])
        return f"{type(node).__name__}({', '.join(f'{name}={_shown(value)}' for name, value in fields)})"
    return f"[{', '.join(map(_shown, node))}]" if isinstance(node, list) else repr(node)


@cache
def _parsed(text: str) -> ast.Module:
    return _Bare().visit(ast.parse(text))


@cache
def _text(module: str) -> str:
    return _modules()[module].read_text(encoding="utf-8")


def _tree(module: str) -> ast.Module:
    return _parsed(_text(module))


def _named_in(text: str) -> set[str]:
    """Modules that a string names, as registries do: `matebit.a.b`, `matebit.a.b:Class`.

    One that ends with a dot is the beginning of a name put together when it runs: all that it may become.
    """
    if not text.startswith(f"{matebit.__name__}."):
        return set()
    name = text.partition(":")[0]
    return {module for module in _modules() if module.startswith(name)} if name[-1] == "." else {name}


def _texts_in(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value


def _choices_in(tree: ast.AST) -> list[ast.Dict]:
    """The mappings of `Choices({...})`."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [
        call.args[0]
        for call in calls
        if isinstance(call.func, ast.Name)
        and call.func.id == "Choices"
        and isinstance(call.args[0], ast.Dict)
    ]


def _with_parents(names: set[str]) -> frozenset[str]:
    """Importing `a.b.c` also runs `a` and `a.b`. The top package imports lazily by name and is left out."""
    parents = {name.rsplit(".", up)[0] for name in names for up in range(1, name.count(".") + 1)}
    return frozenset((names | parents) & set(_modules()) - {matebit.__name__})


@cache
def _imports(module: str) -> tuple[frozenset[str], dict[str, frozenset[str]]]:
    """Modules that `module` imports, in functions too; and those behind each word of its choices."""
    tree = _tree(module)
    names: set[str] = set()
    chosen: dict[str, set[str]] = {}
    skipped: set[ast.AST] = set()
    for mapping in _choices_in(tree):
        skipped.update(ast.walk(mapping))
        for key, value in zip(mapping.keys, mapping.values, strict=True):
            if key is not None:
                parts = chosen.setdefault(ast.literal_eval(key), set())
                parts.update(*(_named_in(text) for text in _texts_in(value)))
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names |= _named_in(node.value)
    return _with_parents(names), {word: _with_parents(parts) for word, parts in chosen.items()}


def words_in(value: Any) -> frozenset[str]:
    """Every text among the values of nested params: what may choose a part of the program."""
    if isinstance(value, dict):
        return frozenset().union(*(words_in(inner) for inner in value.values()))
    if isinstance(value, list | tuple):
        return frozenset().union(*(words_in(inner) for inner in value))
    return frozenset({value}) if isinstance(value, str) else frozenset()


def _reached(entry: str, words: Iterable[str]) -> set[str]:
    reached: set[str] = set()
    waiting = [entry]
    while waiting:
        module = waiting.pop()
        if module not in reached:
            reached.add(module)
            always, chosen = _imports(module)
            waiting.extend(always)
            waiting.extend(part for word in words for part in chosen.get(word, ()))
    return reached


def source_files(entry: str, words: Iterable[str]) -> list[Path]:
    """The files that `entry` reaches with the params' `words`, sorted, the templates of their rooms too."""
    reached = _reached(entry, words)
    # A package that holds its docstring alone is no source.
    files = {_modules()[module] for module in reached if _tree(module).body}
    for folder in {_modules()[module].parent for module in reached} - {_ROOT}:
        files.update(path for path in folder.rglob("*") if path.suffix in _TEMPLATES)
    return sorted(files)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _dumped(nodes: Iterable[ast.AST]) -> str:
    return _digest("\n".join(_shown(node) for node in nodes))


def _definitions(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, str]]:
    """Digests of a body's functions and classes, of methods under `Class.method`; then of the rest."""
    rest: list[ast.AST] = []
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{prefix}{node.name}", _dumped([node])
        elif isinstance(node, ast.ClassDef):
            yield from _definitions(node.body, f"{prefix}{node.name}.")
            rest += [*node.decorator_list, *node.bases, *node.keywords]
        else:
            rest.append(node)
    yield prefix.removesuffix("."), _dumped(rest)


@cache
def _parts_of(text: str) -> dict[str, str]:
    """The digest of each part of a source; an overloaded or redefined name stands for all that bear it."""
    parts: dict[str, str] = {}
    for name, digest in _definitions(_parsed(text).body, ""):
        parts[name] = _digest(parts[name] + digest) if name in parts else digest
    return parts


@cache
def code_of(entry: str, words: frozenset[str]) -> Code:
    """The digests of all that the module `entry` reaches with the params' `words`."""
    code: Code = {}
    for path in source_files(entry, words):
        text = path.read_text(encoding="utf-8")
        parts = dict(_parts_of(text)) if path.suffix == ".py" else {"": _digest(text)}
        code[path.relative_to(_ROOT).as_posix()] = parts
    return code


def digest_of_code(code: Code) -> str:
    """Sixteen hexadecimal digits that stand for `code`."""
    return _digest(json.dumps(code, sort_keys=True))


def digest_of(entry: str, words: frozenset[str]) -> str:
    """Sixteen hexadecimal digits over all that the module `entry` reaches with the params' `words`."""
    return digest_of_code(code_of(entry, words))
