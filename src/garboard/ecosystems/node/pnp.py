"""Yarn's Plug'n'Play: ``.pnp.cjs``, a program with a JSON text of all packages, or that text alone (``.pnp.data.json``)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import unquote

import msgspec

from garboard.model.bounded import bounded
from garboard.model.faults import worded
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package

_QUOTED: Final = re.compile(rb"RAW_RUNTIME_STATE\s*=\s*'")
_END: Final = re.compile(rb"'|\\.", re.DOTALL)
_LITERAL: Final = b"hydrateRuntimeState("
_ESCAPED: Final = re.compile(rb"\\(\n|.)", re.DOTALL)
_REFERENCE: Final = re.compile(r"(?:virtual:[^#]*#)?(?:patch:[^#]*@)?npm:(?:@?[^@#]+@)?([0-9][^:#@]*)(?:[:#].*)?")
"""A version of the registry, of a package whose peers are bound (virtual), or that is patched."""


class _State(msgspec.Struct):
    registry: list[tuple[Any, list[tuple[Any, Any]]]] = msgspec.field(name="packageRegistryData")


def catalog(file: File, /) -> Iterator[Fact]:
    """The packages that Yarn resolves; those of the project itself are none. What is of no registry is a gap."""
    try:
        state = msgspec.json.decode(_text(file), type=_State)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        yield Gap(
            stage="catalog", subject=file.path, reason=f"is not what Yarn writes of its packages: {worded(error)}"
        )
        return
    yield from bounded(file.path, _packages(file.path, state))


def _text(file: File) -> bytes:
    if file.path.endswith(".json"):
        return file.data
    quoted = _QUOTED.search(file.data)
    if quoted is not None:
        end = next((one.start() for one in _END.finditer(file.data, quoted.end()) if one[0] == b"'"), quoted.end())
        return _ESCAPED.sub(lambda found: b"" if found[1] == b"\n" else found[1], file.data[quoted.end() : end])
    _, found, rest = file.data.partition(_LITERAL)
    while found:
        start = rest.lstrip()
        if start.startswith(b"{"):
            import json

            value, _ = json.JSONDecoder().raw_decode(start.decode("utf-8", "replace"))
            return msgspec.json.encode(value)
        _, found, rest = rest.partition(_LITERAL)
    raise ValueError("it holds no list of packages")


def _packages(path: str, state: _State) -> Iterator[Fact]:
    known: dict[tuple[str, str], None] = {}
    for name, versions in state.registry:
        for reference, about in versions:
            if not isinstance(name, str) or not isinstance(reference, str):
                continue
            text = unquote(reference)
            found = _REFERENCE.fullmatch(text)
            if found is None:
                if not text.rpartition("#")[2].startswith("workspace:"):
                    reason = f"{name} is {text[:128]}, which is no version of a registry: it was not judged"
                    yield Gap(stage="catalog", subject=path, reason=reason)
                continue
            if (name, found[1]) in known:
                continue
            known[name, found[1]] = None
            scope, slash, rest = name.rpartition("/") if name[:1] == "@" else ("", "", name)
            yield Package(
                type="npm",
                namespace=scope,
                name=rest if slash else name,
                version=found[1],
                scheme="semver",
                requires=tuple((need,) for need in _needs(name, about)),
            )


def _needs(name: str, about: Any) -> Iterator[str]:
    listed = about.get("packageDependencies") if isinstance(about, dict) else None
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, list) and one and isinstance(one[0], str) and one[0] != name:
            yield one[0]
