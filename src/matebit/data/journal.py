"""What a stage has made of its images, so that it goes on where it was stopped, and what it refused."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel

from matebit.contracts.structure import REJECTED_COLUMNS
from matebit.errors import MatebitError
from matebit.io.files import sha256_of_bytes, sha256_of_file
from matebit.io.tables import write_table
from matebit.pipeline.source_digest import digest_of, words_in


def write_rejected(target: Path, rows: list[dict], total: int, max_share: float) -> None:
    """Write `rejected.csv`; a `MatebitError` when it holds more than `max_share` of `total`."""
    write_table(target, rows, REJECTED_COLUMNS)
    if len(rows) > max_share * total:
        raise MatebitError(
            f"{len(rows)} of {total} images cannot be used, more than "
            f"data.max_rejected_share: {max_share} allows; {target} says why (the first: "
            f"{rows[0]['reason']})"
        )


def work_key(*parts: str) -> str:
    """A digest of everything that a piece of work depends on."""
    return sha256_of_bytes("\0".join(parts).encode())


def code_digest(module: str, *sections: BaseModel) -> str:
    """A digest of the source that `module` reaches under these sections: other code makes other files."""
    return digest_of(module, frozenset().union(*(words_in(section.model_dump()) for section in sections)))


def remove_strangers(folder: Path, names: set[str]) -> None:
    """Remove what is not in `names` from `folder`: items dropped since, temporaries of a crash."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name not in names:
            path.unlink()


def still_whole(record: dict, key: str, folder: Path) -> bool:
    """Whether the record's files are there with its digests, made from the same things."""
    if record.get("key") != key:
        return False
    try:
        return all(sha256_of_file(folder / name) == digest for name, digest in record["files"].items())
    except OSError:
        return False


class Journal:
    """A file with one JSON line for each item that is done.

    A line holds `id`, `key`, `files` (SHA-256 by name) and what else the stage needs. Where all depend on the
    same things, they bear the journal's own `key`, and those of another one are forgotten.

    It lies outside the results: it says how they were come by, not what they are. A last line cut
    short by a crash is ignored.
    """

    def __init__(self, path: Path, key: str | None = None) -> None:
        self._path, self._key = path, key
        self.records: dict[str, dict] = {}

    def __enter__(self) -> Journal:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if self._path.exists():
            for line in self._path.read_text(encoding="utf-8").splitlines():
                try:
                    record = json.loads(line)
                except json.JSONDecodeError:
                    continue
                if self._key in (None, record.get("key")):
                    self.records[record["id"]] = record
        # Written anew, so that it neither grows without end nor goes on after a cut line.
        self._stream = self._path.open("w", encoding="utf-8")
        for record in self.records.values():
            self.note(record)
        return self

    def __exit__(self, *error: object) -> None:
        self._stream.close()

    def note(self, record: dict) -> None:
        """Write one finished item down at once."""
        record = record if self._key is None else {**record, "key": self._key}
        self._stream.write(json.dumps(record, sort_keys=True) + "\n")
        self._stream.flush()
