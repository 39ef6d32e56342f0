"""What readers of lock files and manifests share: entries made into packages, and lines at which names stand."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from garboard.model.faults import worded
from garboard.model.gap import Gap, some
from garboard.model.image import File
from garboard.model.package import Asked, Fact, Package, Unlisted, Unread

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LINE: Final = "}line"
"""The attribute of an element that has its line."""
_SHOWN: Final = 3
ERRORS: Final = (msgspec.MsgspecError, ValueError, KeyError, IndexError, RecursionError, AttributeError, TypeError)
"""What reading a damaged file raises."""


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
    scope: str = ""
    """See `Package`."""


class Pins(NamedTuple):
    """How a manifest's text states versions exactly: by name, those in which alone it takes a package."""

    order: str
    exact: Callable[[str], Mapping[str, str]]


def agreed(stated: Iterable[tuple[str, str]], normalize: Callable[[str], str] = str) -> Mapping[str, str]:
    """By name, however it is spelled, the one version in which a package is taken; none of those with an empty one, or several."""
    found: dict[str, set[str]] = {}
    names: dict[str, str] = {}
    for name, version in stated:
        names[name] = normalize(name)
        found.setdefault(names[name], set()).add(version)
    only = {name: next(iter(versions)) for name, versions in found.items() if len(versions) == 1}
    return {name: only[spelled] for name, spelled in names.items() if only.get(spelled)}


class Remark(NamedTuple):
    """What a reader could not make of a file that it read: the reason of a gap, and all names of which it has the first."""

    reason: str
    names: tuple[str, ...] = ()


SCRIPTS: Final = "scripts that state what they need"
"""What a report calls these, where they leave versions open and no lock file lies beside them (``NAME.lock``)."""
ALIASES: Final = "scripts of Gradle that name libraries of a catalog which is not here"
"""The same of these."""
CONSTANTS: Final = "scripts of Gradle that name artifacts by constants which are not in the tree"
"""The same of these."""
NAMED_ARCHIVES: Final = "archives that scripts of Gradle name and that are not in the tree"
"""The same of these."""
FOLDERS: Final = "folders that go.mod or go.work puts in the place of modules"
"""Of those in which no go.mod was read: a module's, or one of a workspace."""
RUNTIMES: Final = "runtimes that files name without a version"
"""The same of these."""
NO_RELEASE: Final = "which ones run is not known: not judged"
"""Why."""
TOOLS: Final = "files of version managers that install packages of registries"
"""The same of these."""
NO_VERSION: Final = "they were not judged"
"""Why."""
CUT: Final = Remark("it ends too early: what it listed after that is not known")
"""Of a file that lacks the end that its writer gives it."""
DIRECT: Final = "lists only what is asked for by name: what that needs is not known"
"""What a list of dependencies that is no lock file leaves open."""
UNREADABLE: Final = "what it asks for cannot be read"
"""How a gap of a manifest begins that is damaged."""
NOTEBOOKS: Final = "notebooks that install packages"
"""The same of these, where they name what nothing in the tree states."""
Parse = Callable[[str], Iterable[Pinned | Remark | Unlisted]]
Named = Iterable[tuple[str, int] | tuple[str, int, bool]]
"""Names, each with the line at which it stands, and whether only development needs it, where that is told."""
_FIELD: Final = re.compile(r'\s*"((?:[^"\\]|\\.)*)"\s*:')
_TEXT: Final = re.compile(r'"((?:[^"\\]|\\.)*)(?:"(\s*+:)?)?')
"""A text, and the colon after it if it names a field."""
_HEADER: Final = re.compile(r"\s*\[+([^\[\]]+)\]")
_KEY: Final = re.compile(r"""\s*(?:"([^"]*+)"|'([^']*+)'|([\w.-]++))\s*+=""")


def facts(
    file: File,
    parse: Parse,
    *,
    type_: str,
    order: str,
    writer: str,
    partial: str = "",
    separator: str = "/",
    spread: bool = False,
) -> Iterator[Fact]:
    """The packages of a file; gaps for what has no version there, and for a ``partial`` list: what else is installed.

    A partial list is a manifest, for which a lock file may answer (see `Asked`, of which ``spread`` is).
    """
    try:
        stated = list(parse(decoded(file.data)))
    except ERRORS as error:
        yield Gap(stage="catalog", subject=file.path, reason=f"is not what {writer} writes: {worded(error)}")
        return
    yield from gaps(file.path, (one for one in stated if isinstance(one, Remark)))
    yield from (one for one in stated if isinstance(one, Unlisted))
    entries = [one for one in stated if isinstance(one, Pinned)]
    yield from packaged(
        file.path, entries, type_=type_, order=order, partial=partial, separator=separator, spread=spread
    )


def decoded(data: bytes) -> str:
    """The text of a file, without the mark of its byte order; UTF-8 where that names no other encoding.

    Lines end as on Unix, whatever ends them in the file.

    Raises:
        ValueError: it is no text of that encoding.
    """
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data.decode("utf-16" if marked else "utf-8-sig").replace("\r\n", "\n")


def legible(data: bytes) -> str:
    """The same of a file that may be of any kind, or of its beginning: what is no text of that encoding is replaced."""
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data.decode("utf-16" if marked else "utf-8-sig", "replace").replace("\r\n", "\n")


def gaps(path: str, remarks: Iterable[Remark]) -> Iterator[Gap]:
    """A gap of the file at this path for each."""
    return (Gap(stage="catalog", subject=path, reason=one.reason, names=one.names) for one in remarks)


def newer(stated: object, known: Container[str]) -> Iterator[Remark]:
    """A remark where a file states another version of its form than the ``known`` ones."""
    if stated is not None and str(stated) not in known:
        version = str(stated)[:100]
        yield Remark(f"is of version {version} of its form, which is not known: what is in it may not have been read")


def listed(document: Mapping[str, Any], *keys: str) -> Any:
    """The value of the first of these keys that the document has.

    Raises:
        ValueError: it has none of them.
    """
    found = next((document[key] for key in keys if document.get(key) is not None), None)
    if found is None:
        raise ValueError(f"it has no {' and no '.join(keys)}")
    return found


def unknown_parts(document: Mapping[str, Any], known: AbstractSet[str]) -> Iterator[Remark]:
    """A remark on what a file has beside the parts that are ``known``."""
    if unknown := sorted(document.keys() - known):
        named = some(unknown)
        yield Remark(f"has parts that are not known, and were not read: {named}", named.names)


def from_repositories(names: Sequence[str]) -> Iterator[Remark]:
    """A remark on packages that a lock file takes from source repositories."""
    if names:
        named = some(names)
        reason = f"comes from a source repository, and was judged as if it were the release of its version: {named}"
        yield Remark(reason, named.names)


def unmet(type_: str, needs: Iterable[tuple[str, str]]) -> Iterator[Unlisted]:
    """What entries of a lock file need and it does not list, of pairs of an entry's name and the name that it needs."""
    by: dict[str, str] = {}
    for name, need in needs:
        by.setdefault(need, name)
    if by:
        yield Unlisted(type=type_, names=tuple(by), by=tuple(by.values()))


def packaged(
    path: str,
    entries: Sequence[Pinned],
    *,
    type_: str,
    order: str,
    partial: str | Remark = "",
    separator: str = "/",
    spread: bool = False,
    manifest: bool = False,
) -> Iterator[Fact]:
    """The same of the entries of the file at this path; a ``manifest`` may be complete."""
    unknown = list(dict.fromkeys(one.name for one in entries if not one.version and not one.own))
    if partial or manifest:
        names = dict.fromkeys((one.name.replace(separator, "/"), one.line) for one in entries if not one.own)
        yield Asked(type=type_, names=tuple(names), open=tuple(unknown), spread=spread)
    elif unknown:
        named = some(unknown)
        reason = f"states no version of {named}: not judged"
        yield Gap(stage="catalog", subject=path, reason=reason, names=named.names)
    if partial and entries:
        yield from gaps(path, [partial if isinstance(partial, Remark) else Remark(partial)])
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
            scope=one.scope,
        )


def asked(
    file: File,
    parse: Callable[[str], Named],
    *,
    type_: str,
    hint: str = "",
    told: bool = False,
    pins: Pins | None = None,
) -> Iterator[Fact]:
    """What a manifest asks for, in versions that a lock file has to tell; ``hint`` and ``told`` as in `Asked`.

    Those of ``pins`` are packages, too: no installation of the project has them in another version.
    """
    try:
        text = decoded(file.data)
        needed = tuple(parse(text))
        exact = pins.exact(text) if pins is not None else {}
    except ERRORS as error:
        yield Gap(stage="catalog", subject=file.path, reason=f"{UNREADABLE}: {worded(error)}")
        yield Asked(type=type_, told=True)
        return
    if needed:
        names = tuple(dict.fromkeys((one[0], one[1]) for one in needed))
        every = tuple(dict.fromkeys(name for name, _ in names))
        always = {one[0] for one in needed if not any(one[2:])}
        development = tuple(name for name in every if name not in always)
        opened = tuple(name for name in every if name not in exact)
        yield Asked(type=type_, names=names, open=opened, hint=hint, told=told, development=development)
        if pins is not None and len(opened) < len(every):
            lines = dict(reversed(names))
            stated = [
                Pinned(one, exact[one], line=lines[one], scope="" if one in always else "development")
                for one in every
                if one in exact
            ]
            yield from packaged(file.path, stated, type_=type_, order=pins.order)
            yield Gap(stage="catalog", subject=file.path, reason=DIRECT)


def script(
    path: str,
    entries: Iterable[Pinned | Remark],
    *,
    type_: str,
    order: str,
    separator: str = "/",
    hint: str = "",
    partial: str = "",
) -> Iterator[Fact]:
    """What a script states that it needs: packages, and what leaves its version open, for which a lock file may answer.

    ``partial`` says why that is not all, where it is not.
    """
    stated = tuple(entries)
    yield from gaps(path, dict.fromkeys(one for one in stated if isinstance(one, Remark)))
    found = [one for one in stated if isinstance(one, Pinned)]
    pinned = [one for one in found if one.version]
    yield from packaged(path, pinned, type_=type_, order=order, separator=separator)
    if pinned and partial:
        yield Gap(stage="catalog", subject=path, reason=partial)
    if unknown := tuple(dict.fromkeys(one.name for one in found if not one.version)):
        yield Unread(
            kind=SCRIPTS, names=unknown, reason=f"leave open in which versions: not judged{hint and f'; {hint}'}"
        )


def lines(text: str, pattern: str, *, last: bool = False) -> dict[str, int]:
    """By what the first group of a pattern matches at a line's beginning, the first such line, or the ``last``."""
    found: dict[str, int] = {}
    compiled = re.compile(pattern)
    for number, line in enumerate(text.split("\n"), 1):
        if (named := compiled.match(line)) is not None:
            if last:
                found[named[1]] = number
            else:
                found.setdefault(named[1], number)
    return found


def fields(text: str, within: Container[str]) -> dict[str, int]:
    """By name, the lines of the fields of a JSON text's objects that have one of these names and are written over lines.

    Of a text on one line all fields are there.
    """
    if "\n" not in text.strip():
        only = 1 + text[: len(text) - len(text.lstrip())].count("\n")
        return {name: only for name, colon in _TEXT.findall(text) if colon}
    found: dict[str, int] = {}
    inside = False
    for number, line in enumerate(text.split("\n"), 1):
        named = _FIELD.match(line)
        if inside and line.lstrip().startswith("}"):
            inside = False
        elif inside and named is not None:
            found.setdefault(named[1], number)
        elif named is not None and line.rstrip().endswith("{"):
            inside = named[1] in within
    return found


def toml_keys(text: str) -> dict[tuple[str, str], int]:
    """The line of each key of a TOML text, by its table and its name; that of a table's header by its own name.

    A table's name is as it is written, without quotes.
    """
    found: dict[tuple[str, str], int] = {}
    table = ""
    for number, line in enumerate(text.split("\n"), 1):
        if (header := _HEADER.match(line)) is not None and "=" not in line.partition("#")[0]:
            table = header[1].strip().replace('"', "").replace("'", "")
            above, _, last = table.rpartition(".")
            found.setdefault((above, last), number)
        elif (key := _KEY.match(line)) is not None:
            found.setdefault((table, key[1] or key[2] or key[3]), number)
    return found


def xml(data: bytes | str) -> Element:
    """The root of a document, its elements named without their namespaces, each with its line as `LINE`.

    What a text says of its encoding does not count, as it is decoded.

    Raises:
        ValueError: it is not XML, or has a document type.
    """
    from xml.etree.ElementTree import TreeBuilder
    from xml.parsers import expat

    builder = TreeBuilder()
    parser = expat.ParserCreate("utf-8" if isinstance(data, str) else None, namespace_separator="}")

    def start(tag: str, attributes: dict[str, str]) -> None:
        plain = {name.rpartition("}")[2]: value for name, value in attributes.items()}
        builder.start(tag.rpartition("}")[2], {**plain, LINE: str(parser.CurrentLineNumber)})

    def refuse(*_stated: object) -> None:
        raise ValueError("it has a document type")

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda tag: builder.end(tag.rpartition("}")[2])
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)  # noqa: FBT003  (its own signature)
    except (expat.ExpatError, LookupError) as error:
        raise ValueError(str(error)) from error
    return builder.close()


def mapping(value: Any) -> Mapping[str, Any]:
    """The value, if it is one, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def table(document: Any, *keys: str) -> Mapping[str, Any]:
    """The table under these keys, each within the one before; an empty one where there is none, or an empty list.

    Raises:
        ValueError: there is something else, so that what it was to say is not known.
    """
    for place, key in enumerate(keys, 1):
        found = of_kind(document, "").get(key)
        document = of_kind(found, ".".join(keys[:place]))
    return of_kind(document, "")


def of_kind(value: Any, name: str) -> Mapping[str, Any]:
    """The value of this name as a table.

    Raises:
        ValueError: it is something else. An empty list is how PHP writes an empty table.
    """
    if value is None or value == []:
        return {}
    if isinstance(value, Mapping):
        return value
    raise ValueError(f"{name or 'it'} is not a table")


def entries(value: Any, name: str) -> Sequence[Any]:
    """The value of this name as a list.

    Raises:
        ValueError: it is something else.
    """
    if value is None:
        return ()
    if isinstance(value, list):
        return value
    raise ValueError(f"{name} is not a list")


def text_of(value: object) -> str:
    """The value without white space around it, if it is a text, else an empty one."""
    return value.strip() if isinstance(value, str) else ""
