"""The crates that ``Cargo.lock`` declares, in all of its versions, and what ``Cargo.toml`` asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from garboard import lock_text, toml_text
from garboard.lock_text import Named, Pins, Remark
from garboard.model.faults import worded
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Asked, Fact, Package

TYPE: Final = "cargo"
ORDER: Final = "semver"
_HINT: Final = "`cargo generate-lockfile` writes Cargo.lock"
_VERSIONS: Final = ("1", "2", "3", "4")
_KINDS: Final = ("dependencies", "dev-dependencies", "build-dependencies", "dev_dependencies", "build_dependencies")
_EXACT: Final = re.compile(r"=[ \t]*(\d+\.\d+\.\d+(?:[-+][\w.+-]+)?)")
_OF_THE_REGISTRY: Final = frozenset(
    {"version", "features", "optional", "default-features", "default_features", "package"}
)
"""Keys of what is said of a crate that is taken from crates.io."""
_NAMED: Final = re.compile(r'name\s*=\s*"([^"]+)"')


def catalog(file: File, /) -> Iterator[Fact]:
    """The members of the workspace, which have no source, and every crate that they are built of; or what a manifest asks for."""
    if file.path.endswith(".toml"):
        yield from _manifest(file)
        return
    try:
        text = lock_text.decoded(file.data)
        document = toml_text.loads(text)
        entries = lock_text.listed(document, "package") if document else []
        entries = [*([document["root"]] if "root" in document else []), *entries]
        crates = [one for one in entries if _is_crate(one)]
    except lock_text.ERRORS as error:
        yield Gap(stage="catalog", subject=file.path, reason=f"is not what cargo writes: {worded(error)}")
        return
    yield from lock_text.gaps(file.path, _remarks(document, entries, crates))
    versions: dict[str, list[str]] = {}
    for crate in crates:
        versions.setdefault(crate["name"], []).append(crate["version"])
    asked = {need for crate in crates if "source" not in crate for need in _needs(crate, versions)}
    yield from lock_text.unmet(TYPE, _unmet(crates, versions))
    lines = _lines(text)
    for crate in crates:
        name, version = crate["name"], crate["version"]
        member = "source" not in crate
        yield Package(
            type=TYPE,
            name=name,
            version=version,
            scheme=ORDER,
            requires=tuple((need,) for need in _needs(crate, versions)),
            application=member,
            automatic=None if member else f"{name}@{version}" not in asked,
            line=lines.get((name, version), 0),
        )


def _manifest(file: File) -> Iterator[Fact]:
    facts = tuple(lock_text.asked(file, _required, type_=TYPE, hint=_HINT, pins=_PINS))
    try:
        document = toml_text.loads(lock_text.decoded(file.data))
    except lock_text.ERRORS:
        yield from facts
        return
    project = lock_text.text_of(lock_text.mapping(document.get("package")).get("name"))
    replaced = tuple(_replaced(document))
    if replaced and not facts:
        facts = (Asked(type=TYPE, hint=_HINT),)
    for fact in facts:
        if isinstance(fact, Asked) and not fact.told:
            yield msgspec.structs.replace(
                fact,
                project=project,
                open=tuple(dict.fromkeys((*fact.open, *replaced))),
                inherited=_inherited(document),
            )
        else:
            yield fact


def _replaced(document: Mapping[str, Any]) -> Iterator[str]:
    """Crates that the workspace takes from elsewhere, for whatever needs them: a lock file lists them only where that does."""
    tables = [*lock_text.mapping(document.get("patch")).values(), document.get("replace")]
    for table in tables:
        for name, wanted in lock_text.mapping(table).items():
            stated = lock_text.mapping(wanted)
            if "path" not in stated:
                yield str(stated.get("package") or name).rpartition("#")[2].partition(":")[0]


def _inherited(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Crates that are asked for in the version of the workspace, and in no other."""
    every = [(_crate(name, one), "workspace" in one) for _, name, one in _wanted(document)]
    own = {name for name, inherited in every if not inherited}
    return tuple(dict.fromkeys(name for name, inherited in every if inherited and name not in own))


def _required(text: str) -> Named:
    lines = lock_text.toml_keys(text)
    for table, name, wanted in _wanted(toml_text.loads(text)):
        line = lines.get((table, name)) or lines.get((table, f"{name}.workspace"), 0)
        yield _crate(name, wanted), line, table.endswith(("dev-dependencies", "dev_dependencies"))


def _exact(text: str) -> Mapping[str, str]:
    """Of what is taken from crates.io; what the workspace states of a crate its own table has."""
    document = toml_text.loads(text)
    stated = [(_crate(name, one), _version(one)) for _, name, one in _wanted(document) if "workspace" not in one]
    return lock_text.agreed((*stated, *((name, "") for name in _replaced(document))))


_PINS: Final = Pins(ORDER, _exact)


def _crate(name: str, wanted: Mapping[str, Any]) -> str:
    return str(wanted.get("package") or name)


def _version(wanted: Mapping[str, Any]) -> str:
    exact = _EXACT.fullmatch(lock_text.text_of(wanted.get("version")))
    return exact[1] if exact is not None and wanted.keys() <= _OF_THE_REGISTRY else ""


def _wanted(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """The crates that are asked for, each with its table and what that says of it; those in folders of the project are its own."""
    tables = {kind: lock_text.table(document, kind) for kind in _KINDS}
    tables["workspace.dependencies"] = lock_text.table(document, "workspace", "dependencies")
    for target in lock_text.table(document, "target"):
        plain = target.replace('"', "").replace("'", "")
        tables |= {f"target.{plain}.{kind}": lock_text.table(document, "target", target, kind) for kind in _KINDS}
    for table, needed in tables.items():
        for name, wanted in needed.items():
            stated = {"version": wanted} if isinstance(wanted, str) else lock_text.mapping(wanted)
            if "path" not in stated:
                yield table, name, stated


def _remarks(document: Mapping[str, Any], entries: Sequence[Any], crates: Sequence[Any]) -> Iterator[Remark]:
    yield from lock_text.newer(document.get("version"), _VERSIONS)
    if left := len(entries) - len(crates):
        yield Remark(f"has {left} packages without a name or a version: not judged")
    elsewhere = [one["name"] for one in crates if str(one.get("source", "")).startswith("git+")]
    yield from lock_text.from_repositories(elsewhere)


def _is_crate(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("name"), str) and isinstance(entry.get("version"), str)


def _needs(crate: dict[str, Any], versions: dict[str, list[str]]) -> Iterator[str]:
    """``name``, ``name version`` or ``name version (source)``: no longer than it takes to tell them apart."""
    for need in crate.get("dependencies", ()):
        name, _, rest = str(need).partition(" ")
        version = rest.partition(" ")[0] or next(iter(versions.get(name, ())), "")
        if version:
            yield f"{name}@{version}"


def _unmet(crates: Sequence[Any], versions: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    """What crates need that is not listed, with the version where they state it."""
    for crate in crates:
        for need in crate.get("dependencies", ()):
            name, _, rest = str(need).partition(" ")
            version = rest.partition(" ")[0]
            if version not in versions.get(name, ()) if version else name not in versions:
                yield crate["name"], f"{name} {version}".strip()


def _lines(text: str) -> dict[tuple[str, str], int]:
    """The line that names each crate; the next one states its version."""
    lines = text.split("\n")
    found: dict[tuple[str, str], int] = {}
    for number, line in enumerate(lines[:-1], 1):
        if (named := _NAMED.match(line)) is not None:
            found.setdefault((named[1], lines[number].partition('"')[2].partition('"')[0]), number)
    return found
