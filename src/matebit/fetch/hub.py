"""Models on a Hugging Face Hub: named, fetched and checked, sent.

The Hub's address is HF_ENDPOINT, the token HF_TOKEN or that of `hf auth login`, as everywhere in its library.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from matebit.errors import MatebitError
from matebit.io.files import read_json, sha256_of_file

T = TypeVar("T")
SCHEME = "hf://"
MODEL_FILE, PROVENANCE_FILE = "model.safetensors", "provenance.json"
# Nothing else of a repository is fetched: no pickles, no code.
FILES = (MODEL_FILE, "config.json", PROVENANCE_FILE, "README.md", "sample.png")
_NAME = re.compile(r"hf://(?P<repository>[\w.-]+/[\w.-]+)(?:@(?P<revision>[\w./-]+))?", re.ASCII)


def _parsed(address: str) -> tuple[str, str | None]:
    found = _NAME.fullmatch(address)
    if found is None:
        raise MatebitError(f"{address!r} is not of the form hf://OWNER/NAME or hf://OWNER/NAME@REVISION")
    return found["repository"], found["revision"]


def _asked(what: str, ask: Callable[[], T]) -> T:
    """What a call of the Hub's library gives; its errors as one sentence. `what` begins it."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # before the library is imported
    from huggingface_hub import errors

    try:
        return ask()
    except errors.GatedRepoError as error:
        raise MatebitError(
            f"{what}: its owner gives it out on request: ask on its page, then set HF_TOKEN"
        ) from error
    except errors.RepositoryNotFoundError as error:
        raise MatebitError(f"{what}: there is no such repository, or it is private: set HF_TOKEN") from error
    except errors.RevisionNotFoundError as error:
        raise MatebitError(f"{what}: it has no such revision") from error
    except errors.LocalEntryNotFoundError as error:
        raise MatebitError(f"{what}: the Hub does not answer, and it was not fetched before") from error
    except errors.EntryNotFoundError as error:
        raise MatebitError(f"{what}: it holds no {MODEL_FILE}, so it is no model of this program") from error
    except errors.HFValidationError as error:
        raise MatebitError(f"{what}: {str(error).splitlines()[0]}") from error
    except (errors.HTTPError, OSError) as error:
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise MatebitError(f"{what}: the Hub does not give it ({said}); is it on line?") from error


def _endpoint() -> str | None:
    return os.environ.get("HF_ENDPOINT") or None


def fetch_model(address: str, into: Path | None = None) -> Path:
    """The folder with the files of `hf://OWNER/NAME[@REVISION]`: the library's cache, or `into`.

    The weights are held against the SHA-256 of `provenance.json`, where there is one. What was fetched once
    is found again without a network. Raises `MatebitError`.
    """
    repository, revision = _parsed(address)

    def fetch() -> Path:
        from huggingface_hub import hf_hub_download
        from huggingface_hub.errors import EntryNotFoundError

        def one(name: str, at: str | None) -> Path:
            return Path(hf_hub_download(repository, name, revision=at, endpoint=_endpoint(), local_dir=into))

        weights = one(MODEL_FILE, revision)
        # All files of one commit, whatever is pushed meanwhile: the cache names its folder by it.
        at = revision if into is not None else weights.parent.name
        for name in FILES[1:]:
            try:
                one(name, at)
            except EntryNotFoundError:
                continue
        return weights.parent

    folder = _asked(address, fetch)
    if (folder / PROVENANCE_FILE).is_file():
        expected = read_json(folder / PROVENANCE_FILE).get("checkpoint_sha256")
        if expected is not None and expected != sha256_of_file(folder / MODEL_FILE):
            raise MatebitError(
                f"{address}: {MODEL_FILE} is not the file that its {PROVENANCE_FILE} names (SHA-256 differs)"
            )
    return folder


def send_model(folder: Path, repository: str, private: bool, message: str) -> str:
    """Make the repository where it is absent, send the folder's files as one commit; returns its address."""
    _parsed(SCHEME + repository)

    def send() -> str:
        from huggingface_hub import HfApi

        hub = HfApi(endpoint=_endpoint())
        hub.create_repo(repository, private=private or None, exist_ok=True)
        sent = hub.upload_folder(
            repo_id=repository, folder_path=folder, commit_message=message, allow_patterns=list(FILES)
        )
        return str(sent.commit_url)

    return _asked(f"{SCHEME}{repository}", send)
