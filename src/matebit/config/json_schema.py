"""JSON Schema of a params file, with which editors complete and check it."""

from __future__ import annotations

from typing import Any

from matebit.config.schema import KNOWN_METHODS, Params


def params_schema() -> dict[str, Any]:
    """The schema, draft 2020-12.

    What a validator adds to the types stands here too: a method by one word, a name that the file's own
    replaces.
    """
    schema = Params.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Params file of matebit"
    schema["required"] = [key for key in schema.get("required", []) if key != "name"]
    if not schema["required"]:
        del schema["required"]
    methods = schema["properties"]["methods"]
    methods["items"] = {"anyOf": [{"enum": list(KNOWN_METHODS)}, methods["items"]]}
    return schema
