"""What the package gives to a project: the workflow, the profiles, the params files.

In a wheel they lie in this folder; in a clone, and in an editable installation of one, at its root.
"""

from __future__ import annotations

from pathlib import Path

from matebit.errors import MatebitError


def given_folder() -> Path:
    """The folder that holds `workflow`, `profiles` and `params`."""
    here = Path(__file__).resolve().parent
    for folder in (here, here.parents[2]):
        if (folder / "workflow" / "Snakefile").is_file():
            return folder
    raise MatebitError(f"{here} lacks the workflow that belongs to the program: install matebit again")


def workflow_file() -> str:
    """The Snakefile that a project uses as a module: `snakefile: workflow_file()`."""
    return str(given_folder() / "workflow" / "Snakefile")


def params_files() -> dict[str, Path]:
    """The params files to begin from, by name."""
    return {path.stem: path for path in sorted((given_folder() / "params").glob("*.yaml"))}


def params_file(name: str) -> Path:
    """The params file called `name`; a `MatebitError` that names the nearest one where there is none."""
    import difflib

    known = params_files()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
        raise MatebitError(f"no params file of the program is called {name!r}; {hint}")
    return known[name]


def about(path: Path) -> str:
    """What a params file is for: the first sentence of its comment."""
    lines: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        text = line.removeprefix("#")
        if text == line or text.startswith("   ") or not text.strip():
            break
        lines.append(text.strip())
    return " ".join(lines)
