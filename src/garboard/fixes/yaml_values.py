"""The values of YAML and JSON that name an image: whole, in parts beside each other, or in the defaults of variables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

from yaml.nodes import Node, ScalarNode

from garboard.fixes.named_images import NamedImage, PutTogether, ValuePart

_REFERENCE: Final = re.compile(
    r"((?:[A-Za-z0-9][\w.-]*(?::[0-9]+)?/)?[a-z0-9][a-z0-9._/-]*)(?::(\w[\w.-]*))?(?:@(sha256:[0-9a-f]{64}))?\Z"
)
_NO_IMAGE: Final = re.compile(
    r"[./]|.*(?:://|\.(?:png|jpe?g|svg|gif|webp|ico|avif|tiff?|bmp|iso|img|qcow2|ova)\Z)", re.IGNORECASE
)
"""How addresses, paths, pictures and disks look that other files have under the same keys."""
_PROPERTIES: Final = re.compile(r"[&!]\S*[ \t]+(?:[&!]\S*[ \t]+)?")
"""An anchor and a tag, before a value."""
_TEMPLATE: Final = re.compile(r"\{\{[^{}]*\}\}")
_DEFAULT: Final = re.compile(r"\$\{\w+:?-([^{}$]*)\}")
"""A variable with the text that stands for it where it is not set."""
_OTHER_DIGESTS: Final = re.compile(r"digest.+|sha(?:256|512|Digest)?", re.IGNORECASE)
_DIGEST: Final = "digest"
_REGISTRY: Final = "registry"
_NO_NAME: Final = "is no name of an image, and was not looked at"
_ELSEWHERE: Final = "names no tag: what does stands elsewhere, and was not looked at"
_NUMBER: Final = "is a number to YAML, and may lose its last zero: it was not looked at"
_SHARED: Final = "is also what an alias gives to another key, and was not looked at"
_OWN_DIGEST: Final = "has a digest in a value of its own that is not understood, and was not looked at"


def text_of(node: Node | None) -> str:
    """A scalar's text; empty for none and for any other."""
    return str(node.value) if isinstance(node, ScalarNode) and not node.tag.endswith(":null") else ""


def is_tagged(reference: str) -> bool:
    """Whether a reference names a tag or a digest, or leaves that to variables."""
    return any(one in reference.rpartition("/")[2] for one in ":@${")


class _Piece(NamedTuple):
    """A part of a value as it is where no variable is set: where it begins there, and where it is written."""

    text: str
    at: int
    written: int


class WrittenValues:
    """What the values of one file name; ``skipped`` bytes stand before the text.

    ``shared`` are nodes, by their identity, that an alias also has where nothing is to change.
    """

    def __init__(self, text: str, skipped: int, shared: AbstractSet[int]) -> None:
        self._shared = shared
        self._text = text
        self._skipped = skipped
        self._ascii = text.isascii()

    def whole(self, node: Node | None, before: str = "", platform: str = "") -> Iterator[NamedImage | PutTogether]:
        """What a value names that holds all of it, behind what stands ``before`` it."""
        if not isinstance(node, ScalarNode) or not node.value or not node.tag.endswith(":str"):
            return
        line = node.start_mark.line + 1
        shown = node.value.strip()[:100]
        part = self._part(node, before)
        if id(node) in self._shared:
            yield PutTogether(shown, line, _SHARED)
        elif part is None or any(one in part.text for one in "${"):
            found = self._of_defaults(node, before) if part is not None else None
            if found is not None:
                yield found._replace(platform=platform)
            elif " " not in _TEMPLATE.sub("", node.value.strip()) and not _NO_IMAGE.match(node.value):
                yield PutTogether(shown, line)
        elif _REFERENCE.match(part.text) and not _NO_IMAGE.match(part.text):
            yield NamedImage(part.text, line, part, platform=platform)
        elif not _NO_IMAGE.match(part.text) and " " not in part.text.strip():
            yield PutTogether(shown, line, _NO_NAME)

    def parts(
        self, values: Mapping[str, Node], repository: str, tag: str, platform: str = ""
    ) -> Iterator[NamedImage | PutTogether]:
        """What values beside each other name; ``repository`` and ``tag`` are the keys of two of them."""
        node = values[repository]
        name = text_of(node)
        if not name or _NO_IMAGE.match(name):
            return
        if is_tagged(name) and not text_of(values.get(tag)):
            yield from self.whole(node, platform=platform)
            return
        found = self._of_parts(values, repository, tag)
        line = node.start_mark.line + 1
        yield PutTogether(name[:100], line, found) if isinstance(found, str) else found._replace(platform=platform)

    def _of_parts(self, values: Mapping[str, Node], repository: str, tag: str) -> NamedImage | str:
        """The image, or why it was not looked at."""
        stated = {key: self._part(values.get(key)) for key in (repository, tag, _DIGEST, _REGISTRY)}
        if doubt := self._doubt(values, tag, stated):
            return doubt
        label, digest, registry = (
            one if one is not None and one.text else None for one in (stated[tag], stated[_DIGEST], stated[_REGISTRY])
        )
        name = stated[repository]
        assert name is not None
        if label is None and digest is None:
            return _ELSEWHERE
        prefix = registry.text.rstrip("/") if registry else ""
        reference = f"{prefix}/{name.text}" if prefix else name.text
        reference += (f":{label.text}" if label else "") + (f"@{digest.text}" if digest else "")
        if any(one in reference for one in "${"):
            return PutTogether("", 0).reason
        line = values[repository].start_mark.line + 1
        return NamedImage(reference, line, name, label, digest, prefix) if _REFERENCE.match(reference) else _NO_NAME

    def _doubt(self, values: Mapping[str, Node], tag: str, stated: Mapping[str, ValuePart | None]) -> str:
        """Why what values say together is not looked at; empty if it is."""
        if any(text_of(values.get(key)) and part is None for key, part in stated.items()):
            return PutTogether("", 0).reason
        if any(id(values.get(key)) in self._shared for key in stated):
            return _SHARED
        if _is_shortened(values.get(tag)):
            return _NUMBER
        return _OWN_DIGEST if any(text_of(values[key]) for key in values if _OTHER_DIGESTS.fullmatch(key)) else ""

    def _part(self, node: Node | None, before: str = "") -> ValuePart | None:
        """A scalar that is written as it is meant, without what stands ``before`` it; None for any other."""
        if not isinstance(node, ScalarNode) or node.tag.endswith(":null"):
            return None
        start, end, quote = self._place(node)
        if self._text[start:end] != f"{quote}{node.value}{quote}":
            return None
        if before:
            start, end, quote = start + len(quote) + len(before), end - len(quote), ""
        return self._value(node.value.removeprefix(before), start, end, quote, inside=bool(before))

    def _place(self, node: ScalarNode) -> tuple[int, int, str]:
        """Where a scalar is written, without an anchor and a tag before it, and the quote around it."""
        start, end = node.start_mark.index, node.end_mark.index
        properties = _PROPERTIES.match(self._text, start, end)
        return properties.end() if properties else start, end, node.style or ""

    def _value(self, text: str, start: int, end: int, quote: str = "", *, inside: bool = False) -> ValuePart:
        if not self._ascii:
            start, end = (len(self._text[:at].encode()) for at in (start, end))
        return ValuePart(text, start + self._skipped, end + self._skipped, quote, inside)

    def _of_defaults(self, node: ScalarNode, before: str) -> NamedImage | None:
        """The image that a value names where no variable is set, if its name and its tag are each in one piece."""
        start, _, quote = self._place(node)
        pieces = _pieces(node.value, len(before), start + len(quote))
        reference = "".join(one.text for one in pieces)
        found = _REFERENCE.match(reference)
        if found is None:
            return None
        line = node.start_mark.line + 1
        all_of_it = self._in_one(pieces, 0, len(reference))
        if all_of_it is not None:
            return NamedImage(reference, line, all_of_it)
        tag = self._in_one(pieces, *found.span(2)) if found[2] and not found[3] else None
        for at in (0, *(one.end() for one in re.finditer("/", found[1]))):
            name = self._in_one(pieces, at, found.end(1))
            if name is not None and tag is not None:
                return NamedImage(reference, line, name, tag, registry=reference[: max(at - 1, 0)])
        return None

    def _in_one(self, pieces: tuple[_Piece, ...], start: int, end: int) -> ValuePart | None:
        """Where a part of the joined pieces is written; None if it is in several."""
        for one in pieces:
            if one.at <= start and end <= one.at + len(one.text) and start < end:
                text = one.text[start - one.at : end - one.at]
                return self._value(text, one.written + start - one.at, one.written + end - one.at, inside=True)
        return None


def _pieces(value: str, at: int, written: int) -> tuple[_Piece, ...]:
    """What a value consists of from a place on, with the defaults of its variables; none if a variable has none."""
    out: list[_Piece] = []
    joined = 0
    for found in (*_DEFAULT.finditer(value, at), None):
        end = found.start() if found else len(value)
        for start, text in ((at, value[at:end]), (found.start(1), found[1]) if found else (0, "")):
            if text:
                out.append(_Piece(text, joined, written + start))
                joined += len(text)
        at = found.end() if found else at
    return tuple(out)


def _is_shortened(node: Node | None) -> bool:
    """Whether a program that reads YAML gets another text than is written: ``1.20`` is 1.2."""
    if not isinstance(node, ScalarNode) or not node.tag.endswith(":float"):
        return False
    return "." in node.value and node.value.endswith("0")
