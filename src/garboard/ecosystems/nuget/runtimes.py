"""The .NET that projects are built for (``TargetFramework``), and the SDK that ``global.json`` names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard import lock_text
from garboard.model.package import UNMANAGED, Fact, Package, Unread

_NAME: Final = "dotnet"
_FRAMEWORK_NAME: Final = "dotnet-framework"
_ORDER: Final = "deb"
_NET: Final = re.compile(r"net(?:coreapp)?(\d+\.\d+)(?:-.*)?", re.DOTALL)
_FRAMEWORK: Final = re.compile(r"net\d{2,3}(?:-.*)?|v[1-4]\.[\d.]+", re.DOTALL)
_STANDARD: Final = "netstandard"
_LONGEST: Final = 100
_SDK: Final = re.compile(r'"sdk"\s*+:\s*+\{[^{}]*?"version"\s*+:\s*+"([^"\n]{1,100})"')


def frameworks(stated: str, line: int) -> Iterator[Fact]:
    """What a project is built for; .NET Standard is no runtime, and .NET Framework is a part of Windows."""
    for one in dict.fromkeys(filter(None, map(str.strip, stated.split(";")))):
        if (found := _NET.fullmatch(one)) is not None:
            yield _runtime(found[1], line)
        elif _FRAMEWORK.fullmatch(one):
            yield _runtime(one, line, _FRAMEWORK_NAME)
        elif not one.startswith(_STANDARD):
            yield Unread(kind=lock_text.RUNTIMES, names=(one[:_LONGEST],), reason=lock_text.NO_RELEASE)


def sdk(text: str) -> Iterator[Fact]:
    """The SDK that ``global.json`` names, which may have comments; by it its runtime is known."""
    found = _SDK.search(text)
    if found is not None:
        yield _runtime(found[1], 1 + text.count("\n", 0, found.start(1)))


def _runtime(version: str, line: int, name: str = _NAME) -> Package:
    return Package(type=UNMANAGED, name=name, version=version, scheme=_ORDER, declared=True, line=line)
