"""The actions that GitHub workflows use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard import lock_text
from garboard.lock_text import Pinned, Remark
from garboard.model.image import File
from garboard.model.package import Fact

TYPE: Final = "githubactions"
ORDER: Final = "githubactions"
_USES: Final = re.compile(
    r"""(?:^|[\s{,-])["']?uses["']?\s*+:\s*+(?:&\S++\s++)?["']?([\w.-]++/[\w.-]++)(?:/[^@\s"']*+)?@([^\s"'#,}]++)["']?[\s,}]*+(?:#\s*+(\S++))?"""
)
_FOLDED: Final = re.compile(r"""(?:^|[\s{,-])["']?uses["']?\s*+:\s*+[>|]""")
"""A text over several lines."""
_EXACT: Final = re.compile(r"v?\d+\.\d+\.\d+\S*")


def catalog(file: File, /) -> Iterator[Fact]:
    """Each action that states its version: by its tag, or in the comment beside a commit.

    A branch, or a tag that moves, takes whatever is newest, and is none.
    """
    return lock_text.facts(file, _actions, type_=TYPE, order=ORDER, writer="GitHub")


def _actions(text: str) -> Iterator[Pinned | Remark]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("#"):
            continue
        if _FOLDED.search(line) is not None:
            yield Remark(f"line {number} is of a form that is not known: what it names was not judged")
        for found in _USES.finditer(line):
            version = next((one for one in (found[2], found[3]) if one and _EXACT.fullmatch(one)), "")
            if version:
                yield Pinned(found[1], version, asked=True, line=number)
