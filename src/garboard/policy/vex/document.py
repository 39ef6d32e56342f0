"""Reads a VEX document of any format, known by what is in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from garboard.model.policy import PolicyError
from garboard.model.vex import VexStatement
from garboard.policy.vex import csaf, cyclonedx, openvex, strict_json


def read(data: bytes, name: str) -> tuple[VexStatement, ...]:
    """The statements of a document; one that its specification does not allow has a flaw, and the others none of it.

    Raises:
        PolicyError: it is no VEX document, or a damaged one.
    """
    hint = "OpenVEX, CSAF VEX and CycloneDX with vulnerabilities are read, as JSON"
    try:
        found = strict_json.decoded(data)
        if not isinstance(found, dict):
            raise PolicyError(f"{name} is no VEX document", hint)
        statements = _statements(found, name)
        if statements is not None:
            return tuple(statements)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise PolicyError(f"{name} is no VEX document that can be read: {error}", hint) from error
    raise PolicyError(f"{name} is no VEX document of a format that is known", hint)


def _statements(found: dict[str, Any], name: str) -> Iterator[VexStatement] | None:
    if str(found.get("@context", "")).startswith(openvex.CONTEXT):
        return openvex.read(found, name)
    if found.get("bomFormat") == "CycloneDX":
        return cyclonedx.read(found, name)
    if "document" in found and "vulnerabilities" in found:
        return csaf.read(found, name)
    return None
