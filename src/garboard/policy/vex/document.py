"""Reads a VEX document of any format, known by what is in it."""

from __future__ import annotations

import msgspec

from garboard.model.policy import PolicyError
from garboard.model.vex import VexStatement
from garboard.policy.vex import csaf, cyclonedx, openvex


def read(data: bytes, name: str) -> tuple[VexStatement, ...]:
    """The statements of a document.

    Raises:
        PolicyError: it is no VEX document, or a damaged one.
    """
    hint = "OpenVEX, CSAF VEX and CycloneDX with vulnerabilities are read, as JSON"
    try:
        found = msgspec.json.decode(data)
        if not isinstance(found, dict):
            raise PolicyError(f"{name} is no VEX document", hint)
        if str(found.get("@context", "")).startswith(openvex.CONTEXT):
            return tuple(openvex.read(found, name))
        if found.get("bomFormat") == "CycloneDX":
            return tuple(cyclonedx.read(found, name))
        if "document" in found and "vulnerabilities" in found:
            return tuple(csaf.read(found, name))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise PolicyError(f"{name} is no VEX document that can be read: {error}", hint) from error
    raise PolicyError(f"{name} is no VEX document of a format that is known", hint)
