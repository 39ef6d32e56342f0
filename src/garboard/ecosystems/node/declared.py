"""The packages that npm's lock files declare (``package-lock.json`` and ``npm-shrinkwrap.json``, versions 1 to 3).

And what ``package.json`` asks for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec

from garboard import lock_text
from garboard.ecosystems.node import LOCKING
from garboard.lock_text import Named, Pins, Remark, agreed, text_of
from garboard.model.faults import worded
from garboard.model.gap import Gap, some
from garboard.model.image import File
from garboard.model.package import Asked, Fact, Package, Unlisted

TYPE: Final = "npm"
ORDER: Final = "semver"
_UNMET: Final = b'"dependencies"'
"""In a manifest whose reader as an application tells of what is needed and nowhere found."""
_MANAGER: Final = re.compile(rb'"packageManager"\s*:\s*"([a-z]+)@(\d+)')
_LOCKING: Final = MappingProxyType(
    {
        b"npm": "`npm install --package-lock-only` writes package-lock.json",
        b"yarn": "`yarn install --mode update-lockfile` writes yarn.lock",
        b"pnpm": "`pnpm install --lockfile-only` writes pnpm-lock.yaml",
        b"bun": "`bun install --lockfile-only` writes bun.lock",
    }
)
"""By the name of the package manager that a project says to use."""
_MODULES: Final = "node_modules/"
_DEEPEST: Final = 100
"""Folders of packages within each other."""
_OPENED: Final = r'\s*"((?:[^"\\]|\\.)*)"\s*:\s*\{'
_NEEDED: Final = ("dependencies", "optionalDependencies", "peerDependencies")
_NEEDED_BY_ROOT: Final = ("dependencies", "devDependencies", "optionalDependencies")
_EXACT: Final = re.compile(r"=?[ \t]*v?(\d+\.\d+\.\d+(?:[-+][\w.+-]+)?)")
_OVERRIDING: Final = (("overrides",), ("resolutions",), ("pnpm", "overrides"))
"""Where a project says of some packages in which versions they are taken, whoever asks for them."""
_OVERRIDDEN: Final = re.compile(r"(?:@[^/@>\s]+/)?[^/@>\s]+")
"""Names in what stands before such versions (``a/@s/b``, ``a>b``, ``**/b``, ``b@^1``)."""
_RELEASE: Final = re.compile(r"v?\d+(?:\.\d+)*[^\s/:]*")
_OF_REGISTRY: Final = re.compile(
    r"https?://[^/\s]+/(?:\S+?/)??((?:@[^/\s]+/)?[^/@\s]+)/-/[^/\s]+?-(\d+\.\d+\.\d+[^/\s]*)\.tgz"
)
"""The address of an archive as a registry publishes it: the package's name, and its version."""
_LONGEST: Final = 1000
"""Characters of such an address."""
_VERSIONS: Final = ("1", "2", "3")
_BY_PATH: Final = 2
"""The first version whose files list packages by their paths."""


class _Lock(msgspec.Struct):
    """``packages`` since version 2 by path, ``dependencies`` before that by name and nested like the folders."""

    name: Any = None
    version: Any = None
    form: Any = msgspec.field(default=None, name="lockfileVersion")
    packages: dict[str, dict[str, Any]] | None = None
    dependencies: dict[str, dict[str, Any]] | None = None


Tree = Mapping[str, Mapping[str, Any]]
"""Entries by the path at which npm installs them, the project's own with an empty one."""


def catalog(file: File, /) -> Iterator[Fact]:
    """The project and every package that npm installs for it; one that comes from an address has no version of a registry."""
    try:
        text = lock_text.decoded(file.data)
        lock = msgspec.json.decode(text, type=_Lock)
        unread: dict[str, None] = {}
        tree = _tree(lock, unread)
    except lock_text.ERRORS as error:
        yield Gap(stage="catalog", subject=file.path, reason=f"is not what npm writes: {worded(error)}")
        return
    unread |= {path or "the project": None for path, entry in tree.items() if _is_odd(entry)}
    yield from lock_text.gaps(file.path, _remarks(lock, tree, tuple(unread)))
    absent = {place for path in tree if _MODULES not in f"{path}/" for place in _missing(tree, path)}
    if absent and lock.packages is not None:
        yield Unlisted(type=TYPE, names=tuple(sorted(absent)))
    if lock.packages is not None:
        yield from lock_text.unmet(TYPE, _unmet(tree))
    lines = lock_text.lines(text, _OPENED)
    asked = _asked(tree)
    linked = {
        text_of(entry.get("resolved")): path.rpartition(_MODULES)[2]
        for path, entry in tree.items()
        if entry.get("link")
    }
    for path, entry in tree.items():
        if entry.get("link"):
            continue
        member = _MODULES not in f"{path}/"
        name = text_of(entry.get("name")) or linked.get(path) or path.rpartition(_MODULES)[2] or text_of(lock.name)
        version = text_of(entry.get("version"))
        if not name or (not version and not member):
            continue
        if not member and not _RELEASE.fullmatch(version):
            reason = f"{name} comes from {version[:200]}: its version is not known"
            yield Gap(stage="catalog", subject=file.path, reason=reason)
            continue
        namespace, _, short = name.rpartition("/")
        yield Package(
            type=TYPE,
            namespace=namespace,
            name=short,
            version=version,
            scheme=ORDER,
            licenses=(stated,) if (stated := text_of(entry.get("license"))) else (),
            requires=tuple(_needs(tree, path, _NEEDED_BY_ROOT if member else _NEEDED)),
            application=member,
            automatic=None if member else path not in asked,
            line=lines.get(path, 0) or lines.get(name, 0),
            scope="development" if entry.get("dev") is True and not member else "",
            provides=() if member else _called(path, name, entry),
        )


def manifest(file: File, /) -> Iterator[Fact]:
    """What ``package.json`` asks for, for development too."""
    named = _MANAGER.search(file.data)
    hint = _LOCKING.get(named[1], LOCKING) if named is not None and named.groups() != (b"yarn", b"1") else LOCKING
    for fact in lock_text.asked(file, _dependencies, type_=TYPE, hint=hint, pins=_PINS):
        if isinstance(fact, Asked):
            told = fact.told or _UNMET in file.data
            yield msgspec.structs.replace(
                fact, told=told, project=_project(file.data), elsewhere=_optional(file.data) if fact.names else ()
            )
        else:
            yield fact


def _called(path: str, name: str, entry: Mapping[str, Any]) -> tuple[str, ...]:
    """By what name a project asks for a package from an address that calls itself otherwise."""
    folder = path.rpartition(_MODULES)[2]
    resolved = text_of(entry.get("resolved"))[:_LONGEST]
    elsewhere = bool(resolved) and _OF_REGISTRY.fullmatch(resolved) is None
    return (folder,) if folder != name and elsewhere else ()


def _is_odd(entry: Mapping[str, Any]) -> bool:
    """Whether what an entry needs is no table."""
    return any(not isinstance(entry.get(kind) or {}, Mapping | bool) for kind in (*_NEEDED, "devDependencies"))


def _optional(data: bytes) -> tuple[str, ...]:
    """What an installation may lack."""
    return tuple(lock_text.table(msgspec.json.decode(lock_text.decoded(data)), "optionalDependencies"))


def _project(data: bytes) -> str:
    try:
        return text_of(lock_text.mapping(msgspec.json.decode(lock_text.decoded(data))).get("name"))
    except lock_text.ERRORS:
        return ""


def _dependencies(text: str) -> Named:
    lines = lock_text.fields(text, _NEEDED_BY_ROOT)
    for kind, name, real, _ in _wanted(msgspec.json.decode(text)):
        yield real, lines.get(name, 0), kind == "devDependencies"


def _wanted(document: Any) -> Iterator[tuple[str, str, str, str]]:
    """What is asked for: the list that it is in, its name there, and the package's own with what is said of its version."""
    for kind in _NEEDED_BY_ROOT:
        for name, wanted in lock_text.table(document, kind).items():
            stated = text_of(wanted)
            alias = stated.removeprefix("npm:") if stated.startswith("npm:") else ""
            real, _, version = alias[1:].partition("@")
            yield (kind, name, alias[:1] + real, version) if alias else (kind, name, name, stated)


def _exact(text: str) -> Mapping[str, str]:
    document = msgspec.json.decode(text)
    overridden = (key for keys in _OVERRIDING for key in lock_text.table(document, *keys))
    others = ((name, "") for key in overridden for name in _OVERRIDDEN.findall(key))
    exact = ((real, _EXACT.fullmatch(stated)) for _, _, real, stated in _wanted(document))
    return agreed((*((name, found[1] if found is not None else "") for name, found in exact), *others))


_PINS: Final = Pins(ORDER, _exact)


def _tree(lock: _Lock, unread: dict[str, None]) -> Tree:
    """The entries; the names of what is in none that can be read go to ``unread``."""
    if lock.packages is not None:
        return lock.packages
    if lock.dependencies is None and isinstance(lock.form, int) and lock.form >= _BY_PATH:
        raise ValueError("it has no packages")
    return _flattened(lock, unread)


def _remarks(lock: _Lock, tree: Tree, unread: tuple[str, ...]) -> Iterator[Remark]:
    yield from lock_text.newer(lock.form, _VERSIONS)
    if unread:
        named = some(unread)
        yield Remark(
            f"has entries that are nested too deeply, or none of npm's, and were not judged: {named}", named.names
        )
    blank = dict.fromkeys(
        text_of(one.get("name")) or path.rpartition(_MODULES)[2]
        for path, one in tree.items()
        if _MODULES in f"{path}/" and not one.get("link") and not text_of(one.get("version"))
    )
    if blank:
        named = some(tuple(blank))
        yield Remark(f"states no version of {named}: not judged", named.names)
    cloned = [
        path.rpartition(_MODULES)[2] for path, one in tree.items() if text_of(one.get("resolved")).startswith("git")
    ]
    yield from lock_text.from_repositories(cloned)


def _missing(tree: Tree, path: str) -> Iterator[str]:
    """What the project or a member of its workspace asks for, and needs, that has no entry."""
    wanted = _names(tree[path], ("dependencies", "devDependencies"))
    return (name for name in wanted if not _resolved(tree, path, name))


def _unmet(tree: Tree) -> Iterator[tuple[str, str]]:
    """What installed packages need that has no entry; of what they bring themselves (bundle) an entry is not certain."""
    for path, entry in tree.items():
        if entry.get("link") or _MODULES not in f"{path}/":
            continue
        bundled = entry.get("bundleDependencies") or ()
        optional = lock_text.mapping(entry.get("optionalDependencies"))
        for name in lock_text.mapping(entry.get("dependencies")) if bundled is not True else ():
            if name not in optional and name not in bundled and not _resolved(tree, path, name):
                yield path.rpartition(_MODULES)[2], name


def _flattened(lock: _Lock, unread: dict[str, None]) -> Tree:
    """The tree of version 1 in the form of the later ones."""
    tree: dict[str, Mapping[str, Any]] = {}

    def add(folder: str, entries: object, depth: int) -> None:
        if not isinstance(entries, dict):
            return
        if depth > _DEEPEST:
            unread.update(dict.fromkeys(entries))
            return
        for name, entry in entries.items():
            if not isinstance(entry, dict):
                unread[name] = None
            else:
                path = f"{folder}{_MODULES}{name}"
                tree[path] = {**entry, **_named(entry), "dependencies": entry.get("requires")}
                add(f"{path}/", entry.get("dependencies"), depth + 1)

    entries = lock.dependencies or {}
    needed = {need for entry in entries.values() for need in lock_text.mapping(entry.get("requires"))}
    tree[""] = {
        "name": lock.name,
        "version": lock.version,
        "dependencies": {name: "" for name in entries if name not in needed},
    }
    add("", entries, 0)
    return tree


def _named(entry: Mapping[str, Any]) -> Mapping[str, str]:
    """Name and version of a package that is installed under another's name, or from the address of a registry's archive."""
    version = text_of(entry.get("version"))
    if version.startswith("npm:"):
        name, _, version = version[4:].rpartition("@")
        return {"name": name, "version": version}
    address = version or text_of(entry.get("resolved"))
    found = _OF_REGISTRY.fullmatch(address) if len(address) < _LONGEST else None
    return {"name": found[1], "version": found[2]} if found is not None else {}


def _asked(tree: Tree) -> set[str]:
    """The paths of what the project and its workspaces ask for by name."""
    found = set()
    for path, entry in tree.items():
        if _MODULES not in f"{path}/":
            found |= {place for name in _names(entry, _NEEDED_BY_ROOT) if (place := _resolved(tree, path, name))}
    return found


def _needs(tree: Tree, path: str, kinds: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for name in _names(tree[path], kinds):
        place = _resolved(tree, path, name)
        if place:
            entry = tree[place]
            yield (f"{text_of(entry.get('name')) or name}@{text_of(entry.get('version'))}",)


def _names(entry: Mapping[str, Any], kinds: tuple[str, ...]) -> dict[str, None]:
    return dict.fromkeys(name for kind in kinds for name in lock_text.mapping(entry.get(kind)))


def _resolved(tree: Tree, path: str, name: str) -> str:
    """Where Node finds a package: in the nearest ``node_modules`` above; empty if nowhere."""
    base = f"{path}/" if path else ""
    while True:
        place = f"{base}{_MODULES}{name}"
        if place in tree:
            target = tree[place]
            linked = text_of(target.get("resolved"))
            return linked if target.get("link") and linked in tree else place
        if not base:
            return ""
        above = base[:-1].rpartition("/")[0]
        base = f"{above}/" if above else ""
