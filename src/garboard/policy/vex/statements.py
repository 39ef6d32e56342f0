"""What a VEX document of any format states, in one form."""

from __future__ import annotations

import enum

from garboard.model.base import Value


class VexStatus(enum.StrEnum):
    """The four statuses, in OpenVEX's words, the gravest first."""

    AFFECTED = "affected"
    UNDER_INVESTIGATION = "under_investigation"
    FIXED = "fixed"
    NOT_AFFECTED = "not_affected"


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
        timestamp: RFC 3339; the latest statement on a finding counts. Empty is the earliest.
        document: name of the file.
        flaw: why it closes nothing, if it does not.
    """

    ids: tuple[str, ...]
    status: VexStatus
    products: tuple[VexProduct, ...]
    justification: str = ""
    text: str = ""
    timestamp: str = ""
    document: str = ""
    author: str = ""
    flaw: str = ""
