"""An image that a file names, and where the values stand that name it."""

from __future__ import annotations

from typing import NamedTuple


class ValuePart(NamedTuple):
    """A value of a file: its text, where it stands (in bytes), and the quote around it, if any.

    ``inside`` says that it is a part of a larger value, and takes no quotes of its own.
    """

    text: str
    start: int
    end: int
    quote: str = ""
    inside: bool = False


class NamedImage(NamedTuple):
    """An image that a file names: its reference, the line, and the values that it is made of.

    ``tag`` and ``digest`` are None where the repository's value holds them too, or where there is no such value.
    ``registry`` is what a value of its own adds before the repository, and ``platform`` what the file says beside it, as
    Compose does; empty if it says nothing.
    """

    reference: str
    line: int
    repository: ValuePart
    tag: ValuePart | None = None
    digest: ValuePart | None = None
    registry: str = ""
    platform: str = ""


class PutTogether(NamedTuple):
    """What may name an image and is not looked at: of variables, templates, folded or escaped text, or not for certain."""

    text: str
    line: int
    reason: str = "is put together, and was not looked at"
