"""The packages that ``pubspec.lock`` declares, and what ``pubspec.yaml`` asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garboard import lock_text, yaml_text
from garboard.lock_text import Named, Pinned, Remark
from garboard.model.image import File
from garboard.model.package import Fact

TYPE: Final = "pub"
ORDER: Final = "pub"
_VERSIONED: Final = frozenset({"hosted", "git"})


def catalog(file: File, /) -> Iterator[Fact]:
    """Each package; those of a folder are the project's own, and those of an SDK are part of it."""
    if file.path.endswith(".yaml"):
        return lock_text.asked(file, _required, type_=TYPE, hint="`dart pub get` writes pubspec.lock")
    return lock_text.facts(file, _packages, type_=TYPE, order=ORDER, writer="pub")


def _required(text: str) -> Named:
    """Packages of an SDK, of a folder or a repository have no version of pub.dev."""
    (document,) = yaml_text.read(text)
    for kind in ("dependencies", "dev_dependencies"):
        needed = document.get(kind) or yaml_text.YamlMapping()
        yield from ((name, needed.lines[name]) for name, wanted in needed.items() if not _elsewhere(wanted))


def _elsewhere(wanted: object) -> bool:
    return isinstance(wanted, dict) and not {"sdk", "path", "git"}.isdisjoint(wanted)


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
