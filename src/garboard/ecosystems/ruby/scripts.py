"""What Ruby's scripts state in themselves: a Gemfile within the script (``bundler/inline``)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard import lock_text
from garboard.ecosystems.ruby.declared import ORDER, TYPE, asked_gems
from garboard.lock_text import Pinned, Remark
from garboard.model.image import File
from garboard.model.package import Fact

HEAD: Final = 16 * 1024
"""Bytes of a script that are looked at."""
_REQUIRED: Final = re.compile(r"""(?m)^[ \t]*require[ \t(]+["']bundler/inline["']""")
_BEGINNING: Final = re.compile(r"(?m)^([ \t]*)gemfile\b[^\n#]*\bdo[ \t]*(?:#[^\n]*)?\n")
_WORKED_OUT: Final = re.compile(r"(?m)^[ \t]*(?:gem[ \t(]+[a-zA-Z_*]|(?:eval_gemfile|instance_eval)\b)")
_OWN: Final = re.compile(r"[,\s](?::path[ \t]*=>|path:)")
_HINT: Final = 'bundler/inline has no lock file: a version such as "1.2.3" pins a gem, and not what it needs'


def catalog(file: File, /) -> Iterator[Fact]:
    """The gems that a script asks for, but for those of folders; none where it requires no Gemfile of its own."""
    text = lock_text.legible(file.data)
    if _REQUIRED.search(text) is None:
        return iter(())
    stated = _stated(text, whole=len(file.data) < HEAD)
    return lock_text.script(file.path, stated, type_=TYPE, order=ORDER, hint=_HINT, partial=lock_text.DIRECT)


def _stated(text: str, *, whole: bool) -> Iterator[Pinned | Remark]:
    found = _BEGINNING.search(text)
    if found is None:
        yield Remark("asks for gems in a form that is not read: they were not judged")
    while found is not None:
        end = re.compile(rf"(?m)^{found[1]}end\b").search(text, found.end())
        if end is None and not whole:
            yield Remark("asks for more gems than is looked at: these were not judged")
        block = text[found.end() : end.start() if end is not None else len(text)]
        yield from _gems(block, text.count("\n", 0, found.end()))
        found = _BEGINNING.search(text, end.end()) if end is not None else None


def _gems(block: str, before: int) -> Iterator[Pinned | Remark]:
    if _WORKED_OUT.search(block) is not None:
        yield Remark("works out some of its gems: these were not judged")
    lines = block.split("\n")
    for one in asked_gems(block):
        if _OWN.search(lines[one.line - 1]) is None:
            version = "" if one.elsewhere or one.conditional else one.version
            yield Pinned(one.name, version, asked=True, line=before + one.line)
