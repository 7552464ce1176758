"""From a params file to `results/NAME/params.yaml`, which is all that a stage reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matebit.config.read import all_said, merged, validated
from matebit.config.schema import Method, MethodSections, Params, ResolvedParams
from matebit.config.translate import GivenImages
from matebit.config.yaml_text import yaml_text
from matebit.contracts.condition_kinds import condition_channels
from matebit.engines.stage_code import stage_digests
from matebit.errors import MatebitError
from matebit.io.files import sha256_of_bytes, write_text
from matebit.weights.shipped import start_checkpoint


def _method_sections(
    params: Params, method: Method, mapping: dict[str, Any], where: str
) -> MethodSections | GivenImages:
    if method.kind == "images":
        return GivenImages(path=str(method.path), lossy=method.lossy)
    # The changes are laid over what the file says, not over its filled sections: some defaults depend on
    # others (the variant decides the attention, say).
    sections = {
        name: merged(mapping.get(name) or {}, getattr(method, name)) for name in ("model", "losses", "train")
    }
    # What the data decides: the network takes the condition's channels at the size that is trained on.
    sections["model"] |= {
        "condition_channels": condition_channels(params.conditions, params.data),
        "crop_size": params.data.crop_size,
    }
    whole: MethodSections = validated(MethodSections, sections, f"{where}: methods.{method.name}")
    if whole.train.start is None:
        return whole
    # Another file under the same name trains anew.
    _, digest = start_checkpoint(whole.train.start, whole.train.start_sha256)
    return whole.model_copy(update={"train": whole.train.model_copy(update={"start_sha256": digest})})


def _methods(params: Params, mapping: dict[str, Any], where: str) -> dict[str, MethodSections | GivenImages]:
    """The sections of every method; raises `MatebitError` with the faults of all of them."""
    found: dict[str, MethodSections | GivenImages] = {}
    faults: dict[str, str] = {}
    for method in params.methods:
        try:
            found[method.name] = _method_sections(params, method, mapping, where)
        except MatebitError as fault:
            # Said once, of the first method: what is wrong in a section of the file is so in all.
            for line in str(fault).splitlines():
                faults.setdefault(line.replace(f"methods.{method.name}", "", 1), line)
    if faults:
        raise MatebitError(all_said(faults.values(), where))
    return found


def resolve(mapping: dict[str, Any], where: str) -> ResolvedParams:
    """Check the mapping of a params file, fill every default, give each method its complete sections.

    `where` names the file in messages.
    """
    params: Params = validated(Params, mapping, where)
    kept = params.model_dump(exclude={"methods", "model", "losses", "train"})
    methods = _methods(params, mapping, where)
    whole = kept | {"methods": methods, "order": list(methods)}
    whole["code"] = stage_digests(whole)
    resolved: ResolvedParams = validated(ResolvedParams, whole, where)
    return resolved


def resolved_text(params: ResolvedParams) -> str:
    """The YAML of resolved parameters: the same text for the same parameters."""
    return yaml_text(params.model_dump(mode="json"), sort_keys=True)


def write_resolved(params: ResolvedParams, target: Path) -> None:
    """Write `results/NAME/params.yaml`; a file that already says so keeps its time stamp."""
    text = resolved_text(params)
    if not target.exists() or target.read_text(encoding="utf-8") != text:
        write_text(target, text)


def params_digest(params: ResolvedParams) -> str:
    """Twelve hexadecimal digits that stand for these parameters and this code."""
    return sha256_of_bytes(resolved_text(params).encode())[:12]
