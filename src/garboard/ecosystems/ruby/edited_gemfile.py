"""Versions in a ``Gemfile``: the lines ``gem "name", "version"``.

Source: https://bundler.io/man/gemfile.5.html#GEMS
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard.ecosystems.ruby.declared import FROM_ELSEWHERE, AskedGem, asked_gems
from garboard.ecosystems.ruby.version import key
from garboard.model.fix import AlreadyAsked, CannotEdit, NotNamed, Splice
from garboard.splices import plain_text, spliced
from garboard.versions.raising import is_earlier

_LINE: Final = re.compile(
    r"""[ \t]*+gem(?:[ \t]*\([ \t]*|[ \t]+)(["'])[\w.-]+\1[ \t]*,[ \t]*(["'])((?:=|~>|>=?)?[ ]*)(\d[\w.]*)[ ]*\2"""
    r"""(?=[ \t]*(?:$|[#)]|(?:if|unless)\b|,[ \t]*(?:\w+:|:\w+|["']?[\w-]+["']?[ \t]*=>)))"""
)
"""One that states one version, and then nothing but options."""
_OTHERWISE: Final = re.compile(r"(?m)^(?:=begin|__END__)\b|<<[~-]?[\"'`A-Za-z_]")
"""What begins a part that Ruby does not run as lines."""


def raising(data: bytes, name: str, version: str) -> tuple[Splice, ...]:
    """What makes a Gemfile ask for at least a version of a gem, where it states an earlier one.

    Raises:
        CannotEdit: it states none, or not in a way that can be raised for certain.
    """
    text = plain_text(data)
    if _OTHERWISE.search(text):
        raise CannotEdit("the file has parts that are no plain lines of Ruby")
    before = list(asked_gems(text))
    numbers = {one.line for one in before if one.name == name}
    if not numbers:
        raise NotNamed("the Gemfile does not name it: another gem needs it, or another file names it")
    raised = tuple(_raised(text, numbers, version))
    if not raised:
        raise AlreadyAsked("the Gemfile asks for")
    after = list(asked_gems(spliced(data, raised).decode()))
    if [_unversioned(one) for one in before] != [_unversioned(one) for one in after]:
        raise CannotEdit("where its version is written is not certain")
    return raised


def _unversioned(one: AskedGem) -> AskedGem:
    return one._replace(version="")


def _raised(text: str, numbers: set[int], version: str) -> Iterator[Splice]:
    at = 0
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        if number in numbers:
            start, end, new = _in_line(line.rstrip("\r\n"), version)
            if new:
                before = len(text[: at + start].encode())
                yield Splice(start=before, end=before + len(line[start:end].encode()), new=new.encode())
        at += len(line)


def _in_line(line: str, version: str) -> tuple[int, int, str]:
    """What to write where in a line; nothing where it asks for no earlier version."""
    found = _LINE.match(line)
    if found is None:
        raise CannotEdit("its line states no version, or more than one")
    if FROM_ELSEWHERE.search(line, found.end()) is not None:
        raise CannotEdit("its line takes it from a folder or a repository")
    quote, sign, old = found[2], found[3], found[4]
    if not is_earlier(key, old, version):
        return 0, 0, ""
    kept = old.count(".") + 1
    if sign.startswith("~>") and version.count(".") + 1 > kept:  # as far as before, but not below the version
        near = ".".join(version.split(".")[:kept])
        return found.start(3), found.end(4), f"{sign}{near}{quote}, {quote}>= {version}"
    return found.start(4), found.end(4), version
