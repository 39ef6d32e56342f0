"""The packages that ``pubspec.lock`` declares, and what ``pubspec.yaml`` asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from garboard import lock_text, yaml_text
from garboard.lock_text import Named, Pinned, Pins, Remark
from garboard.model.image import File
from garboard.model.package import Fact

TYPE: Final = "pub"
ORDER: Final = "pub"
_EXACT: Final = re.compile(r"\d+\.\d+\.\d+(?:[-+][\w.+-]+)?")
_KINDS: Final = ("dependencies", "dev_dependencies")
_VERSIONED: Final = frozenset({"hosted", "git"})


def catalog(file: File, /) -> Iterator[Fact]:
    """Each package; those of a folder are the project's own, and those of an SDK are part of it."""
    if file.path.endswith(".yaml"):
        return lock_text.asked(file, _required, type_=TYPE, hint="`dart pub get` writes pubspec.lock", pins=_PINS)
    return lock_text.facts(file, _packages, type_=TYPE, order=ORDER, writer="pub")


def _required(text: str) -> Named:
    """Packages of an SDK or of a folder have no version of pub.dev."""
    (document,) = yaml_text.read(text)
    for kind in _KINDS:
        needed = document.get(kind) or yaml_text.YamlMapping()
        yield from (
            (name, needed.lines[name], kind == _KINDS[1]) for name, wanted in needed.items() if not _elsewhere(wanted)
        )


def _exact(text: str) -> Mapping[str, str]:
    """Of what is taken from pub.dev, and in no other version than the one that is asked for."""
    (document,) = yaml_text.read(text)
    wanted = [one for kind in _KINDS for one in (document.get(kind) or {}).items()]
    stated = [(name, one if isinstance(one, str) and _EXACT.fullmatch(one) else "") for name, one in wanted]
    stated += [(name, "") for name in document.get("dependency_overrides") or ()]
    return lock_text.agreed(stated)


_PINS: Final = Pins(ORDER, _exact)


def _elsewhere(wanted: object) -> bool:
    return isinstance(wanted, dict) and not {"sdk", "path"}.isdisjoint(wanted)


def _packages(text: str) -> Iterator[Pinned | Remark]:
    (document,) = yaml_text.read(text)
    packages = document["packages"] or yaml_text.YamlMapping()
    for name, entry in packages.items():
        if entry.get("source") == "sdk":
            continue
        own = entry.get("source") == "path"
        version = entry["version"] if entry.get("source") in _VERSIONED else ""
        asked = str(entry.get("dependency")).startswith("direct")
        scope = "development" if entry.get("dependency") == "direct dev" else ""
        yield Pinned(name, version, own=own, asked=asked, line=packages.lines[name], scope=scope)
    git = [name for name, entry in packages.items() if entry.get("source") == "git"]
    yield from lock_text.from_repositories(git)
