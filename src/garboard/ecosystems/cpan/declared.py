"""The distributions that Carton's ``cpanfile.snapshot`` declares."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard import lock_text
from garboard.ecosystems.cpan.cataloger import TYPE, of_name
from garboard.lock_text import Pinned, Remark
from garboard.model.image import File
from garboard.model.package import Fact

_FORM: Final = re.compile(r"#[ \t]*carton snapshot format: version (\S+)")
_FORMS: Final = frozenset({"1.0"})
_LINE: Final = re.compile(r"( *+)(\S+)(?:[ \t]+(\S.*))?")
_ENTRY, _FIELD, _MODULE = 2, 4, 6
"""How far a distribution, its fields, and the modules in them are indented."""
_FIELDS: Final = frozenset({"pathname:", "provides:", "requirements:"})
_NOT_KNOWN: Final = "line {} is of a form that is not known: what it names was not judged"


class _Entry:
    """A distribution as the file has it: the modules in it, and those that it needs."""

    def __init__(self, name: str, line: int) -> None:
        self.name = name
        self.line = line
        self.modules: dict[str, list[str]] = {"provides:": [], "requirements:": []}


def catalog(file: File, /) -> Iterator[Fact]:
    """Each distribution with its version, and those whose modules it needs."""
    return lock_text.facts(file, _snapshot, type_=TYPE, order="", writer="Carton")


def _snapshot(text: str) -> Iterator[Pinned | Remark]:
    form = _FORM.match(text)
    if form is None:
        raise ValueError("its first line does not name the form")
    yield from lock_text.newer(form[1], _FORMS)
    entries: list[_Entry] = []
    field = ""
    for number, line in enumerate(text.splitlines(), 1):
        found = _LINE.match(line.rstrip())
        if found is None or line.startswith(("#", "DISTRIBUTIONS")):
            continue
        indent, word = len(found[1]), found[2]
        if indent == _ENTRY:
            entries.append(_Entry(word, number))
        elif indent == _FIELD and entries and word in _FIELDS:
            field = word
        elif indent == _MODULE and entries and field in entries[-1].modules:
            entries[-1].modules[field].append(word)
        else:
            yield Remark(_NOT_KNOWN.format(number))
    yield from _pinned(entries)


def _pinned(entries: list[_Entry]) -> Iterator[Pinned]:
    """What an entry needs and none of the file provides comes with Perl itself."""
    packages = [(one, of_name(one.name)) for one in entries]
    providing = {
        module: package.name for one, package in packages if package is not None for module in one.modules["provides:"]
    }
    for one, package in packages:
        if package is None:
            yield Pinned(one.name, "", line=one.line)
            continue
        needs = dict.fromkeys(providing[name] for name in one.modules["requirements:"] if name in providing)
        yield Pinned(
            package.name, package.version, tuple(name for name in needs if name != package.name), line=one.line
        )
