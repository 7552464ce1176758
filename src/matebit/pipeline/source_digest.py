"""Which source files a stage uses, and their digest: what tells an engine that code has changed."""

from __future__ import annotations

import ast
import hashlib
from functools import cache
from pathlib import Path

import matebit
from matebit.pipeline.stages import STAGES

_ROOT = Path(matebit.__file__).parent


@cache
def _modules() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    found = {}
    for path in sorted(_ROOT.rglob("*.py")):
        parts = path.relative_to(_ROOT.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(_modules()[module].read_text(encoding="utf-8"))


def _for_typing(tree: ast.Module) -> list[ast.stmt]:
    """The statements below `if TYPE_CHECKING:`, which never run."""
    tests = [node for node in tree.body if isinstance(node, ast.If)]
    return [
        inner
        for node in tests
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        for inner in node.body
    ]


def _home(package: str, name: str) -> str:
    """The module that gives `name` to `package`: its submodule, or where its lazy export lives.

    A package that imports on first use tells type checkers where each name comes from.
    """
    if package in _modules() and f"{package}.{name}" not in _modules():
        for node in _for_typing(_tree(package)):
            if isinstance(node, ast.ImportFrom) and name in {alias.name for alias in node.names}:
                return node.module or package
    return f"{package}.{name}"


def _named_in(text: str) -> set[str]:
    """Modules that a string names, as registries do: `matebit.a.b`, `matebit.a.b:Class`.

    One that ends with a dot is the beginning of a name put together when it runs: all that it may become.
    """
    if not text.startswith("matebit."):
        return set()
    name = text.partition(":")[0]
    return {module for module in _modules() if module.startswith(name)} if name[-1] == "." else {name}


@cache
def _imports(module: str) -> frozenset[str]:
    """Modules of the package that `module` imports anywhere, lazy imports in functions included.

    Importing `a.b.c` also runs `a` and `a.b`. The top package imports lazily by name and is left out.
    """
    tree = _tree(module)
    skipped = {inner for node in _for_typing(tree) for inner in ast.walk(node)}
    names: set[str] = set()
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
            names.update(_home(node.module, alias.name) for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names |= _named_in(node.value)
    parents = {name.rsplit(".", up)[0] for name in names for up in range(1, name.count(".") + 1)}
    return frozenset((names | parents) & set(_modules()) - {"matebit"})


def source_files(entry: str) -> list[Path]:
    """The files that the module `entry` reaches, templates of their rooms included, sorted."""
    reached: set[str] = set()
    waiting = [entry]
    while waiting:
        module = waiting.pop()
        if module not in reached:
            reached.add(module)
            waiting.extend(_imports(module))
    files = {_modules()[module] for module in reached}
    for folder in {path.parent for path in files} - {_ROOT}:
        files.update(path for path in folder.rglob("*") if path.suffix in {".j2", ".css", ".js", ".html"})
    return sorted(files)


def digest_of(entry: str) -> str:
    """Sixteen hexadecimal digits over names and contents of the files that `entry` reaches."""
    total = hashlib.sha256()
    for path in source_files(entry):
        total.update(path.relative_to(_ROOT).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]


@cache
def stage_digests() -> dict[str, str]:
    """The digest of each stage's source."""
    return {name: digest_of(stage.module) for name, stage in STAGES.items()}
