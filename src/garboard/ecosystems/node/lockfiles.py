"""The packages that the lock files of yarn (classic and berry), pnpm (5 to 9), Bun and Deno declare."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from garboard import lock_text, yaml_text
from garboard.lock_text import Remark
from garboard.model.faults import worded
from garboard.model.gap import Gap, some
from garboard.model.image import File
from garboard.model.package import Fact, Package, Unlisted

TYPE: Final = "npm"
ORDER: Final = "semver"
_RELEASE: Final = re.compile(r"v?\d+(?:\.\d+)*[^\s/:]*")
_NEEDED: Final = ("dependencies", "optionalDependencies", "peerDependencies")
_NEEDED_BY_ROOT: Final = ("dependencies", "devDependencies", "optionalDependencies")
_NEEDED_BY_PNPM: Final = (*_NEEDED_BY_ROOT, "configDependencies", "packageManagerDependencies")
_TRAILING: Final = re.compile(r'("(?:[^"\\]|\\.)*(?:"|\Z))|,(?=[ \t\r\n]*[}\]])')
_FIELD_NAME: Final = r'\s*"((?:[^"\\]|\\.)*)"\s*:'
_YARN_PAIR: Final = re.compile(r'("[^"]*+"|[^\s"]+)\s+("[^"]*+"|\S+)')
_BERRY: Final = ("3", "4", "5", "6", "7", "8", "9", "10")
_PNPM: Final = ("5", "6", "7", "9")
_LOCAL: Final = ("link:", "file:", "workspace:", "portal:")
_FIELD: Final = 2
_DENO_PARTS: Final = frozenset({"version", "packages", "specifiers", "npm", "jsr", "remote", "workspace"})
"""Of which a file has one since version 2; before that it lists addresses alone."""


class LockedModule(NamedTuple):
    """A package of a lock file: ``needs`` are keys of others, and ``version`` is an address where it is from no registry.

    ``own`` is it if it is the project's, ``asked`` tells whether it was asked for by name, and ``cloned`` whether it is from
    a source repository or an address, where a package of that version lay.
    """

    key: str
    name: str
    version: str
    needs: tuple[str, ...] = ()
    own: bool = False
    asked: bool | None = None
    line: int = 0
    cloned: bool = False
    called: tuple[str, ...] = ()
    """By what names the project asks for one of an address, which calls itself otherwise."""


def catalog(file: File, /) -> Iterator[Fact]:
    """Every package with its version, and the project where the file names it."""
    name = _kind(file.path)
    try:
        stated = list(_READERS[name](lock_text.decoded(file.data)))
    except lock_text.ERRORS as error:
        reason = f"is not what {_TOOLS[name]} writes: {worded(error)}"
        yield Gap(stage="catalog", subject=file.path, reason=reason)
        return
    yield from lock_text.gaps(file.path, (one for one in stated if isinstance(one, Remark)))
    yield from (one for one in stated if isinstance(one, Unlisted))
    modules = [one for one in stated if isinstance(one, LockedModule)]
    known = {one.key: one for one in modules if one.own or _RELEASE.fullmatch(one.version)}
    elsewhere = [one.name for one in modules if one.key not in known and one.version]
    if blank := [one.name for one in modules if one.key not in known and not one.version]:
        named = some(blank)
        reason = f"states no version of {named}: not judged"
        yield Gap(stage="catalog", subject=file.path, reason=reason, names=named.names)
    if elsewhere:
        named = some(elsewhere)
        reason = f"names what is not from the npm registry and is not judged: {named}"
        yield Gap(stage="catalog", subject=file.path, reason=reason, names=named.names)
    cloned = lock_text.from_repositories([one.name for one in known.values() if one.cloned])
    yield from lock_text.gaps(file.path, cloned)
    for one in known.values():
        namespace, _, short = one.name.rpartition("/")
        needs = dict.fromkeys(f"{known[need].name}@{known[need].version}" for need in one.needs if need in known)
        yield Package(
            type=TYPE,
            namespace=namespace,
            name=short,
            version=one.version,
            scheme=ORDER,
            requires=tuple((need,) for need in needs),
            application=one.own,
            automatic=None if one.own or one.asked is None else not one.asked,
            line=one.line,
            provides=one.called,
        )


def reads(path: str) -> bool:
    """Whether the file at this path is one of them."""
    return _kind(path) in _READERS


def _kind(path: str) -> str:
    """The name of such files; pnpm may add that of a branch."""
    name = path.rpartition("/")[2]
    return "pnpm-lock.yaml" if name.startswith("pnpm-lock.") else name


def _split(spec: str) -> tuple[str, str]:
    """Name and the rest of ``name@rest``, where the name may begin with a scope."""
    name, _, rest = spec[1:].partition("@")
    return spec[:1] + name, rest


def _unlisted(asked: Iterable[str], known: Container[str]) -> Iterator[Unlisted]:
    """What is asked for, by the keys of packages, and has no entry."""
    if absent := sorted({key for key in asked if key not in known}):
        yield Unlisted(type=TYPE, names=tuple(absent))


def _yarn(text: str) -> Iterator[LockedModule | Remark | Unlisted]:
    if "\n__metadata:" in text or text.startswith("__metadata:"):
        yield from _berry(text)
        return
    if "yarn lockfile v1" not in text[:1000] and text.strip():
        raise ValueError("it lacks the line '# yarn lockfile v1'")
    yield from _classic(text)


class _Entry(NamedTuple):
    specs: list[str]
    fields: dict[str, str]
    needs: list[str]
    certain: list[str]
    """Of these, what no installation lacks."""
    line: int


def _classic(text: str) -> Iterator[LockedModule | Unlisted]:
    entries = _entries(text)
    names = {_split(spec)[0] for entry in entries for spec in entry.specs}
    pairs = ((_split(entry.specs[0])[0], _split(need)[0]) for entry in entries for need in entry.certain)
    yield from lock_text.unmet(TYPE, ((name, need) for name, need in pairs if need not in names))
    by_spec = {spec: str(place) for place, entry in enumerate(entries) for spec in entry.specs}
    for place, entry in enumerate(entries):
        name, asked = _split(entry.specs[0])
        if asked.startswith("npm:"):
            name = _split(asked[4:])[0]
        found = tuple(by_spec[need] for need in entry.needs if need in by_spec)
        version = entry.fields.get("version", "")
        resolved = entry.fields.get("resolved", "")
        if asked.startswith(_LOCAL):
            version = asked
        cloned = resolved.startswith("git") or ".git#" in resolved or "codeload." in resolved
        yield LockedModule(
            str(place), name, version or (asked if cloned else ""), found, line=entry.line, cloned=cloned
        )


def _entries(text: str) -> list[_Entry]:
    entries: list[_Entry] = []
    within = ""
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        depth = len(raw) - len(raw.lstrip(" "))
        if not line or line.startswith("#"):
            continue
        if depth == 0 and line.endswith(":"):
            entries.append(_Entry([one.strip(' "') for one in line[:-1].split(",")], {}, [], [], number))
            within = ""
        elif depth == 0 or not entries:
            raise ValueError(f"line {number} names no package")
        elif depth == _FIELD and line.endswith(":"):
            within = line[:-1]
        elif (pair := _YARN_PAIR.fullmatch(line)) is not None:
            if depth == _FIELD:
                entries[-1].fields[pair[1].strip('"')] = pair[2].strip('"')
            elif within in _NEEDED:
                entries[-1].needs.append(_spec(pair))
                if within == _NEEDED[0]:
                    entries[-1].certain.append(_spec(pair))
    return entries


def _spec(pair: re.Match[str]) -> str:
    name, wanted = pair[1].strip('"'), pair[2].strip('"')
    return f"{name}@{wanted}"


def _berry(text: str) -> Iterator[LockedModule | Remark | Unlisted]:
    (document,) = yaml_text.read(text)
    yield from lock_text.newer(lock_text.mapping(document["__metadata"]).get("version"), _BERRY)
    entries = {key: entry for key, entry in document.items() if key != "__metadata"}
    by_spec = {spec.strip(): key for key in entries for spec in key.split(",")}

    def resolved(entry: Mapping[str, Any], kinds: tuple[str, ...]) -> Iterator[str]:
        for name, wanted in _pairs(entry, kinds):
            for spec in (f"{name}@{wanted}", f"{name}@npm:{wanted}", f"{name}@workspace:{wanted}"):
                if spec in by_spec:
                    yield by_spec[spec]
                    break

    own = {key for key, entry in entries.items() if "@workspace:" in str(entry.get("resolution"))}
    asked = {need for key in own for need in resolved(entries[key], _NEEDED_BY_ROOT)}
    yield from lock_text.unmet(TYPE, _berry_unmet(entries))
    for key, entry in entries.items():
        name, origin = _split(str(entry.get("resolution") or ""))
        version = str(entry.get("version") or "")
        cloned = key not in own and not origin.startswith(("npm:", "patch:"))
        if key in own:
            version = "" if version.endswith("-use.local") else version
        elif cloned and (origin.startswith(_LOCAL) or not version):
            version = origin
        yield LockedModule(
            key,
            name,
            version,
            tuple(resolved(entry, _NEEDED_BY_ROOT if key in own else _NEEDED)),
            key in own,
            key in asked,
            document.lines[key],
            cloned,
        )


def _berry_unmet(entries: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    names = {_split(spec.strip())[0] for key in entries for spec in key.split(",")}
    for key, entry in entries.items():
        stated = lock_text.mapping(entry.get("dependenciesMeta"))
        for need, _ in _pairs(entry, _NEEDED[:1]):
            if need not in names and not lock_text.mapping(stated.get(need)).get("optional"):
                yield _split(key)[0], need


def _pairs(entry: Mapping[str, Any], kinds: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for kind in kinds:
        yield from (entry.get(kind) or {}).items()


def _pnpm(text: str) -> Iterator[LockedModule | Remark | Unlisted]:
    documents = [one for one in yaml_text.read(text) if "importers" in one or "lockfileVersion" in one]
    if not documents:
        raise ValueError("it states no lockfileVersion")
    seen: set[str] = set()
    for document in reversed(documents):  # the project's own is the last one
        for found in _pnpm_document(document):
            if not isinstance(found, LockedModule):
                yield found
            elif found.key not in seen:
                seen.add(found.key)
                yield found


def _pnpm_document(document: yaml_text.YamlMapping) -> Iterator[LockedModule | Remark | Unlisted]:
    version = document["lockfileVersion"].partition("-")[0]
    old = float(version) < 6
    yield from lock_text.newer(version.partition(".")[0], _PNPM)
    packages = document.get("packages") or yaml_text.YamlMapping()
    snapshots = document.get("snapshots") or packages

    labels = {path.partition("(")[0].removeprefix("/"): "@".join(_pnpm_key(path, old=old)) for path in packages}

    def key(name: str, value: Any) -> str:
        """As the package is named here, without the peers that it is installed with."""
        wanted = str(value["version"] if isinstance(value, dict) else value)
        plain = wanted.partition("(")[0].removeprefix("/")
        if (label := labels.get(f"{name}@{plain}") or labels.get(plain)) is not None:
            return label
        if wanted.startswith("/") or (not old and "@" in wanted.partition("(")[0][1:]):
            return "@".join(_pnpm_key(wanted, old=old))
        return f"{name}@{wanted.partition('_')[0] if old else wanted.partition('(')[0]}"

    importers = document.get("importers") or {".": document}
    called: dict[str, dict[str, None]] = {}
    for one in importers.values():
        for pair in _pairs(one, _NEEDED_BY_PNPM):
            called.setdefault(key(*pair), {})[pair[0]] = None
    asked = called.keys()
    known = {*labels.values()}
    yield from _unlisted((key for key in asked if _RELEASE.fullmatch(_split(key)[1])), known)
    needs: dict[str, dict[str, None]] = {}
    unmet: list[tuple[str, str]] = []
    for path, entry in snapshots.items():
        by, version = _pnpm_key(path, old=old)
        found = needs.setdefault(f"{by}@{version}", {})
        found.update(dict.fromkeys(key(*pair) for pair in _pairs(entry or {}, _NEEDED[:2])))
        certain = (_split(key(*pair)) for pair in _pairs(entry or {}, _NEEDED[:1]))
        unmet += [(by, one[0]) for one in certain if _RELEASE.fullmatch(one[1]) and "@".join(one) not in known]
    yield from lock_text.unmet(TYPE, unmet)
    seen = set()
    for path, entry in packages.items():
        name, version = _pnpm_key(path, old=old)
        label = f"{name}@{version}"
        if label not in seen:
            seen.add(label)
            cloned = not _RELEASE.fullmatch(version)
            if cloned:
                local = version.startswith(_LOCAL) or path.startswith(_LOCAL)
                version = "" if local else str(entry.get("version") or "")
            own = str(entry.get("name") or name)
            yield LockedModule(
                label,
                own,
                version or path,
                tuple(needs.get(label, ())),
                asked=label in asked,
                line=packages.lines[path],
                cloned=cloned,
                called=tuple(one for one in called.get(label, ()) if one != own) if cloned else (),
            )


def _pnpm_key(path: str, *, old: bool) -> tuple[str, str]:
    path = path.partition("(")[0].removeprefix("/")
    if not old:
        return _split(path)
    parts = path.split("/")
    scoped = 2 if path.startswith("@") else 1
    return "/".join(parts[:scoped]), "/".join(parts[scoped:]).partition("_")[0]


def _bun(text: str) -> Iterator[LockedModule | Remark | Unlisted]:
    document = msgspec.json.decode(_TRAILING.sub(lambda found: found[1] or "", text))
    yield from lock_text.newer(document.get("lockfileVersion"), ("0", "1", "2"))
    packages: dict[str, list[Any]] = lock_text.listed(document, "packages")
    lines = lock_text.lines(text, _FIELD_NAME, last=True)

    def place(above: str, name: str) -> str:
        while above:
            if f"{above}/{name}" in packages:
                return f"{above}/{name}"
            parts = above.split("/")
            above = "/".join(parts[: -2 if len(parts) > 1 and parts[-2].startswith("@") else -1])
        return name

    asked: set[str] = set()
    for folder, member in (document.get("workspaces") or {}).items():
        name = str(member.get("name") or "")
        needs = tuple(place(name, need) for need, _ in _pairs(member, _NEEDED_BY_ROOT))
        asked.update(needs)
        if name:
            yield LockedModule(name, name, str(member.get("version") or ""), needs, own=True, line=lines.get(folder, 0))
    yield from _unlisted(asked, packages)
    unmet: dict[tuple[str, str], None] = {}
    for key, entry in packages.items():
        name, version = _split(entry[0])
        if version.startswith("workspace:"):
            continue
        stated = next((one for one in entry if isinstance(one, dict)), {})
        needs = tuple(place(key, need) for need, _ in _pairs(stated, _NEEDED))
        unmet |= {(name, need): None for need, _ in _pairs(stated, _NEEDED[:1]) if place(key, need) not in packages}
        yield LockedModule(key, name, version, needs, asked=key in asked, line=lines.get(key, 0))
    yield from lock_text.unmet(TYPE, unmet)


def _deno(text: str) -> Iterator[LockedModule | Remark | Unlisted]:
    document = msgspec.json.decode(text, type=dict[str, Any])
    yield from lock_text.newer(document.get("version"), ("1", "2", "3", "4", "5"))
    part = _deno_part(document)
    npm = lock_text.table(part, "npm")
    lines = lock_text.lines(text, _FIELD_NAME, last=True)
    names: dict[str, str] = {}
    for key in npm:
        names.setdefault(_split(key)[0], key)
    asked = {*_deno_asked(lock_text.table(part, "specifiers"))}
    yield from _unlisted(asked, npm)
    for key, entry in npm.items():
        stated = entry.get("dependencies") or ()
        needs = stated.values() if isinstance(stated, dict) else (one.rpartition("@npm:")[2] for one in stated)
        found = tuple(need if need in npm else names.get(need, "") for need in needs)
        name, version = _split(key)
        yield LockedModule(key, name, version.partition("_")[0], found, asked=key in asked, line=lines.get(key, 0))
    for key in lock_text.table(part, "jsr"):
        name, version = _split(key)
        yield LockedModule(f"jsr:{key}", name, f"jsr:{version}", line=lines.get(key, 0))
    for address in lock_text.table(part, "remote"):
        yield LockedModule(address, address, address)


def _deno_part(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a file of any version lists, as since version 4: ``specifiers``, ``npm``, ``jsr`` and ``remote``."""
    npm = lock_text.mapping(document.get("npm"))
    if "specifiers" in npm or "packages" in npm:  # version 2
        specifiers = lock_text.table(npm, "specifiers")
        return {
            "remote": document.get("remote"),
            "specifiers": {f"npm:{wanted}": f"npm:{one}" for wanted, one in specifiers.items()},
            "npm": lock_text.table(npm, "packages"),
        }
    if not _DENO_PARTS.isdisjoint(document):
        return {**document, **lock_text.table(document, "packages")}
    return {"remote": {key: one for key, one in document.items() if "://" in key}}


def _deno_asked(specifiers: Mapping[str, str]) -> Iterator[str]:
    for wanted, version in specifiers.items():
        if wanted.startswith("npm:"):
            yield version[4:] if version.startswith("npm:") else f"{_split(wanted[4:])[0]}@{version}"


_READERS: Final = {"yarn.lock": _yarn, "pnpm-lock.yaml": _pnpm, "bun.lock": _bun, "deno.lock": _deno}
_TOOLS: Final = {"yarn.lock": "yarn", "pnpm-lock.yaml": "pnpm", "bun.lock": "Bun", "deno.lock": "Deno"}
