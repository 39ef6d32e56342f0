"""What a VEX document of any format states, in one form; and a document to write."""

from __future__ import annotations

import datetime as dt
import enum
from types import MappingProxyType
from typing import Final

from garboard.model.base import Value


class VexStatus(enum.StrEnum):
    """The four statuses, in OpenVEX's words, the gravest first."""

    AFFECTED = "affected"
    UNDER_INVESTIGATION = "under_investigation"
    FIXED = "fixed"
    NOT_AFFECTED = "not_affected"


JUSTIFICATIONS: Final = MappingProxyType(
    {
        "component_not_present": "code_not_present",
        "vulnerable_code_not_present": "code_not_present",
        "vulnerable_code_not_in_execute_path": "code_not_reachable",
        "vulnerable_code_cannot_be_controlled_by_adversary": "",
        "inline_mitigations_already_exist": "protected_by_mitigating_control",
    }
)
"""CISA's words, which OpenVEX and CSAF share, with that of CycloneDX; empty where it has none that says the same."""
_OF_CYCLONEDX: Final = MappingProxyType(
    {
        "code_not_present": "vulnerable_code_not_present",
        "code_not_reachable": "vulnerable_code_not_in_execute_path",
        "protected_by_compiler": "inline_mitigations_already_exist",
        "protected_at_runtime": "inline_mitigations_already_exist",
        "protected_at_perimeter": "inline_mitigations_already_exist",
        "protected_by_mitigating_control": "inline_mitigations_already_exist",
    }
)


def justification_of(word: str) -> str:
    """A word of any format as one of `JUSTIFICATIONS`; empty if none says the same."""
    return word if word in JUSTIFICATIONS else _OF_CYCLONEDX.get(word, "")


class VexProduct(Value):
    """A product by its package URL, or an image by its own, with the package in it (empty: all that it holds)."""

    purl: str
    subcomponent: str = ""


class VexStatement(Value):
    """One statement on vulnerabilities in products.

    Attributes:
        ids: names of one vulnerability.
        justification: a word of the format.
        text: an impact statement or a detail, for people.
        action: what is done about it, of what is affected.
        notes: what the statement rests on, for people.
        timestamp: RFC 3339; the latest statement on a finding counts. Empty is the earliest.
        dated: other times that the document gives for it, of which none may be to come.
        document: name of the file.
        place: where in the document it stands.
        within: what the document as a whole is on, for people; empty if it is on no image or other thing alone.
        flaw: why it closes nothing, if it does not; a verb and what follows.
    """

    ids: tuple[str, ...]
    status: VexStatus
    products: tuple[VexProduct, ...]
    justification: str = ""
    text: str = ""
    action: str = ""
    notes: str = ""
    timestamp: str = ""
    dated: tuple[str, ...] = ()
    document: str = ""
    author: str = ""
    place: str = ""
    within: str = ""
    flaw: str = ""


class VexSource(Value):
    """A document that lies in an image or is attached to it: what became of what it states.

    Attributes:
        place: where it lies, for people.
        statements: how many it has.
        trusted: whether the policy trusts the author or the signer, so that they are applied.
        signer: the name of the key that signed it, if it is one that the policy trusts.
        unchecked: whether it is in an attestation that none of these keys signed.
        problem: why nothing of it is applied, if it is none that can be read, or of another image.
    """

    place: str
    author: str = ""
    statements: int = 0
    trusted: bool = False
    signer: str = ""
    unchecked: bool = False
    problem: str = ""


class VexDocument(Value):
    """A document to write, on one image.

    Attributes:
        product: the image's package URL, which each statement names.
        id: an IRI; empty: made of the content.
    """

    product: str
    author: str
    created: dt.datetime
    statements: tuple[VexStatement, ...]
    id: str = ""
