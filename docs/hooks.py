"""Pages of the site that are made from the program and from the root of the repository at every build."""

from __future__ import annotations

import json
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the commands, the JSON Schema of the parameters, CHANGELOG and CONTRIBUTING."""
    from matebit.cli.reference import cli_reference
    from matebit.config.reference import params_schema

    made = {
        "cli.md": cli_reference(),
        "params.schema.json": json.dumps(params_schema(), indent=2) + "\n",
        "changelog.md": _at_root("CHANGELOG.md"),
        "contributing.md": _at_root("CONTRIBUTING.md"),
    }
    for name, content in made.items():
        files.append(File.generated(config, name, content=content))
    return files


def _at_root(name: str) -> str:
    """A file of the repository's root, its links as they are from docs/."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("](CHANGELOG.md)", "](changelog.md)")
    return re.sub(r"\]\(docs/", "](", text)
