"""What readers of lock files and manifests share: entries made into packages, and lines at which names stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_SHOWN: Final = 3
_ERRORS: Final = (msgspec.MsgspecError, ValueError, KeyError, IndexError, RecursionError, AttributeError, TypeError)


class Pinned(NamedTuple):
    """A package that a file names: its version is empty where the file does not tell it.

    ``needs`` are names of others in the file. ``own`` is it if it is the project's; ``asked`` tells whether it was asked for
    by name, if that is known.
    """

    name: str
    version: str
    needs: tuple[str, ...] = ()
    own: bool = False
    asked: bool | None = None
    line: int = 0


Parse = Callable[[str], Iterable[Pinned]]


def facts(
    file: File, parse: Parse, *, type_: str, order: str, writer: str, partial: str = "", separator: str = "/"
) -> Iterator[Fact]:
    """The packages of a file; gaps for what has no version there, and for a ``partial`` list: what else is installed."""
    try:
        entries = list(parse(file.data.decode("utf-8-sig")))
    except _ERRORS as error:
        yield Gap(stage="catalog", subject=file.path, reason=f"is not what {writer} writes: {error}")
        return
    unknown = list(dict.fromkeys(one.name for one in entries if not one.version and not one.own))
    if unknown:
        yield Gap(stage="catalog", subject=file.path, reason=f"states no version of {some(unknown)}: not judged")
    if partial and entries:
        yield Gap(stage="catalog", subject=file.path, reason=partial)
    known = [one for one in dict.fromkeys(entries) if one.version or one.own]
    versions: dict[str, dict[str, None]] = {}
    for one in known:
        versions.setdefault(one.name, {})[one.version] = None
    for one in known:
        namespace, _, name = one.name.rpartition(separator)
        needs = dict.fromkeys(
            f"{need.replace(separator, '/')}@{version}" for need in one.needs for version in versions.get(need, ())
        )
        yield Package(
            type=type_,
            namespace=namespace,
            name=name,
            version=one.version,
            scheme=order,
            requires=tuple((need,) for need in needs),
            application=one.own,
            automatic=None if one.own or one.asked is None else not one.asked,
            line=one.line,
        )


def some(names: list[str]) -> str:
    """The first of them, and how many more there are."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def lines(text: str, pattern: str) -> dict[str, int]:
    """By what the first group of a pattern matches at a line's beginning, the first such line."""
    found: dict[str, int] = {}
    compiled = re.compile(pattern)
    for number, line in enumerate(text.split("\n"), 1):
        if (named := compiled.match(line)) is not None:
            found.setdefault(named[1], number)
    return found


def xml(text: str) -> Element:
    """The root of a document, its elements named without their namespaces.

    Raises:
        ValueError: it is not XML, or has a document type.
    """
    from xml.etree.ElementTree import ParseError, fromstring

    if "<!DOCTYPE" in text:
        raise ValueError("it has a document type")
    try:
        root = fromstring(text.encode())  # noqa: S314  (without a document type there are no entities)
    except ParseError as error:
        raise ValueError(str(error)) from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def mapping(value: Any) -> Mapping[str, Any]:
    """The value, if it is one, else an empty one."""
    return value if isinstance(value, Mapping) else {}
