"""Versions in pip's requirements files: the lines that name a package, or one more line.

Source: https://pip.pypa.io/en/stable/reference/requirements-file-format/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from garboard.ecosystems.python.names import normalize
from garboard.ecosystems.python.version import key
from garboard.model.fix import CannotEdit, Splice
from garboard.splices import newline, spliced
from garboard.versions.raising import is_earlier

_NAME: Final = re.compile(rb"[ \t]*([A-Za-z0-9][\w.-]*)(\[[^\]\r\n]*\])?")
_SPECIFIER: Final = re.compile(rb"(?:[ \t(]|\\\r?\n)*([=~!<>][^;#\r\n\\]*)")
_VERSION: Final = re.compile(rb"\d[\w.+!*-]*")
_KEEPING: Final = re.compile(rb"(?:===?|~=|>=?)[ \t]*\d[\w.+!-]*")
"""A specifier of one version that can be raised by writing another one in its place."""
_END: Final = re.compile(rb"\r?\n")
_MARK: Final = b"\xef\xbb\xbf"
_UNUSUAL: Final = re.compile("[\\v\\f\x1c-\x1e\x85\u2028\u2029]|\\r(?!\\n)")
"""What ends a line for pip besides line feeds."""
_OTHERS: Final = re.compile(rb"(?m)^[ \t]*((?:-r|-c|--requirement|--constraint)[ \t=]*[^\r\n]{1,200})")
_LIMITING: Final = re.compile(r"-c|--constraint")
_HASHES: Final = b"--hash"


class _Line(NamedTuple):
    """A requirement: where it begins, and its text with continued lines."""

    start: int
    text: bytes


def raising(data: bytes, name: str, version: str) -> tuple[Splice, ...]:
    """What makes a requirements file ask for at least a version of a package.

    Raises:
        CannotEdit: its hashes would have to be made again, or its line names more than one version.
    """
    if not _plain(data):
        raise CannotEdit("the file is no plain text in UTF-8, or its lines end in unusual ways")
    lines = list(_lines(data))
    others = [found[1].decode("utf-8", "replace") for found in _OTHERS.finditer(data)]
    limits = [one for one in others if _LIMITING.match(one)]
    if limits:
        raise CannotEdit(f"the file goes by limits for versions (`{limits[0]}`): change those with it")
    own = [
        (one, found)
        for one in lines
        if (found := _NAME.match(one.text)) and normalize(found[1].decode()) == normalize(name)
    ]
    if not own:
        if others:
            raise CannotEdit(f"the file takes in others (`{others[0]}`), which may name it")
        if any(_HASHES in one.text for one in lines):
            raise CannotEdit(
                "the file has hashes: `pip-compile --upgrade-package` or `uv pip compile` makes them again"
            )
        return (_appended(data, f"{name}>={version}"),)
    raised = tuple(filter(None, (_line(one, found, version) for one, found in own)))
    if not raised:
        raise CannotEdit("the file asks for that version or a later one already: a build without cache brings it")
    return raised


def requirement(text: str, name: str, version: str) -> str:
    """A requirement that asks for at least a version, where it is one of this package and does not yet; else as it is.

    Raises:
        CannotEdit: it names an address, or more than one version.
    """
    data = text.encode()
    found = _NAME.match(data)
    if found is None or normalize(found[1].decode()) != normalize(name):
        return text
    raised = _line(_Line(0, data), found, version)
    return text if raised is None else spliced(data, (raised,)).decode()


def _line(line: _Line, found: re.Match[bytes], version: str) -> Splice | None:
    """What raises the version of a line; None where it is not lower."""
    if _HASHES in line.text:
        raise CannotEdit("the line has hashes: `pip-compile --upgrade-package` or `uv pip compile` makes them again")
    rest = line.text[found.end() :]
    if rest.lstrip(b" \t").startswith(b"@"):
        raise CannotEdit("the line names an address")
    specifier = _SPECIFIER.match(rest)
    if specifier is None:
        at = line.start + found.end()
        return Splice(start=at, end=at, new=b">=" + version.encode())
    said = specifier[1].strip(b" \t)")
    if not _KEEPING.fullmatch(said):
        raise CannotEdit(
            f"its line names more than one version, or leaves some out (`{said.decode('utf-8', 'replace')}`)"
        )
    old = _VERSION.search(said)
    assert old is not None
    if not is_earlier(key, old[0].decode("utf-8", "replace"), version):
        return None
    start = line.start + found.end() + specifier.start(1) + old.start()
    return Splice(start=start, end=start + len(old[0]), new=version.encode())


def _appended(data: bytes, text: str) -> Splice:
    end = newline(data)
    before = b"" if not data or data.endswith(b"\n") else end
    return Splice(start=len(data), end=len(data), new=before + text.encode() + end)


def _plain(data: bytes) -> bool:
    """Whether pip and this reader see the same lines."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return "\0" not in text and not _UNUSUAL.search(text)


def _lines(data: bytes) -> Iterator[_Line]:
    """Each line that may be a requirement; one that ends in a backslash goes on in the next."""
    start = at = len(_MARK) if data.startswith(_MARK) else 0
    while at < len(data):
        end = _END.search(data, at)
        stop, after = (end.start(), end.end()) if end else (len(data), len(data))
        at = after
        continued = data[stop - 1 : stop] == b"\\" and stop > start and after < len(data)
        if continued and not data[start:stop].lstrip().startswith(b"#"):
            continue
        text = data[start:stop]
        if text.strip() and not text.lstrip().startswith((b"#", b"-")):
            yield _Line(start, text)
        start = after
