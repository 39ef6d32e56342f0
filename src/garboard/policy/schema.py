"""The JSON schema of policies, for editors: made of the same tables that check them."""

from __future__ import annotations

from typing import Any

from garboard.policy import of_findings, of_images, values
from garboard.policy.document import IGNORE, MORE, VEX


def schema() -> dict[str, Any]:
    """Draft 2020-12."""
    conditions = {
        name: {"description": text, **kind.schema}
        for name, kind, text in (
            *((name, one.kind, one.text) for name, one in of_findings.CONDITIONS.items()),
            *((name, one.kind, one.text) for name, one in of_images.CONDITIONS.items()),
        )
    }
    words = {**values.WORDS.schema}
    ignore = {key: {"description": text, **kind.schema} for key, (_, kind, text) in IGNORE.items()}
    ignore |= {key: {**kind.schema} for key, kind in MORE.items()}
    rules = {"type": "array", "items": {"$ref": "#/$defs/rule"}}
    stage = {
        "type": "object",
        "additionalProperties": False,
        "properties": {"fail": rules, "warn": rules, "tags": words, "targets": words, "extends": {"type": "string"}},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "garboard.toml",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "default-stage": {"type": "string"},
            "stages": {"type": "object", "additionalProperties": stage},
            "ignore": {"type": "array", "items": {"$ref": "#/$defs/ignore"}},
            "stale-after": dict(values.COUNT.schema),
            "defaults": {"type": "object", "additionalProperties": dict(values.OPTION.schema)},
            "vex": {
                "oneOf": [
                    *words["oneOf"],
                    {"type": "object", "additionalProperties": False, "properties": dict.fromkeys(VEX, words)},
                ]
            },
        },
        "$defs": {
            "rule": {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": False,
                "properties": conditions,
            },
            "ignore": {
                "type": "object",
                "additionalProperties": False,
                "required": ["reason"],
                "anyOf": [{"required": [key]} for key in IGNORE],
                "properties": ignore,
            },
        },
    }
