"""The packages that ``Manifest.toml`` declares, and what ``Project.toml`` asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garboard import lock_text, toml_text
from garboard.lock_text import Named, Pinned, Remark
from garboard.model.image import File
from garboard.model.package import Fact

TYPE: Final = "julia"
ORDER: Final = "semver"


def catalog(file: File, /) -> Iterator[Fact]:
    """Each package with its version; a part of Julia itself may have none."""
    if file.path.endswith("Project.toml"):
        return lock_text.asked(file, _required, type_=TYPE, hint="`Pkg.resolve()` writes Manifest.toml")
    return lock_text.facts(file, _packages, type_=TYPE, order=ORDER, writer="Pkg")


def _required(text: str) -> Named:
    keys = lock_text.toml_keys(text)
    needed = lock_text.table(toml_text.loads(text), "deps")
    return [(name, keys.get(("deps", name), 0)) for name in needed]


def _packages(text: str) -> Iterator[Pinned | Remark]:
    document = toml_text.loads(text)
    stated = document.get("manifest_format")
    yield from lock_text.newer(stated and str(stated).partition(".")[0], ("1", "2"))
    lines = lock_text.lines(text, r"\[\[(?:deps\.)?([\w.]+)\]\]")
    tables = lock_text.listed(document, "deps") if stated else document
    for name, entries in lock_text.of_kind(tables, "deps").items():
        for entry in entries:
            yield Pinned(name, entry.get("version", ""), tuple(entry.get("deps") or ()), line=lines.get(name, 0))
