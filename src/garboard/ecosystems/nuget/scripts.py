"""What C# files state in themselves (.NET 10: ``#:package NAME@VERSION``): an application in one file, without a project.

Source: https://learn.microsoft.com/dotnet/core/sdk/file-based-apps
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard import lock_text
from garboard.ecosystems.nuget.projects import ORDER, TYPE, exact
from garboard.lock_text import Pinned
from garboard.model.image import File
from garboard.model.package import Fact

_DIRECTIVE: Final = re.compile(r"(?m)^#:package[ \t]+([\w.-]+)(?:[ \t]*@[ \t]*([^\s@]+))?")


def catalog(file: File, /) -> Iterator[Fact]:
    """The packages that a file asks for; directives stand before its code."""
    return lock_text.script(
        file.path, _stated(lock_text.legible(file.data)), type_=TYPE, order=ORDER, partial=lock_text.DIRECT
    )


def _stated(text: str) -> Iterator[Pinned]:
    for found in _DIRECTIVE.finditer(text):
        yield Pinned(found[1], exact(found[2] or ""), asked=True, line=text.count("\n", 0, found.start()) + 1)
