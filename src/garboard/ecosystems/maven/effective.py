"""The projects of a source tree with what they inherit and import, and what that needs, as Maven resolves it.

Parents and bills of materials are looked for in the tree, then in a local repository. Of dependencies that are asked for
more than once the nearest counts, of equally near ones the first.
"""

from __future__ import annotations

import posixpath
import re
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import msgspec

from garboard.ecosystems.maven import poms
from garboard.ecosystems.maven.poms import Dependency, ManagementKey, Parent, Pom
from garboard.model.ecosystem import Documents

_PROPERTY: Final = re.compile(r"\$\{([^{}]+)\}")
_EXACT: Final = re.compile(r"\[?([^\[\](),\s$]+)\]?")
_DEEPEST: Final = 10
"""Properties in each other's values."""
_LONGEST: Final = 500
_ANCESTORS: Final = 50
"""Parents above each other, and bills of materials that import each other."""
_MOST: Final = 30_000
"""Dependencies of all projects of a tree, each counted in every project."""
_STEPS: Final = 200_000
"""Times that one of them needs another."""
_APART: Final = frozenset({"test", "provided", "system"})
"""Scopes that do not reach those that need the project."""


class Resolved(NamedTuple):
    """A dependency with its version, empty where that is not known; ``needs`` are indexes of others; 0 is the project."""

    key: ManagementKey
    version: str
    scope: str
    line: int
    needs: tuple[int, ...]


class MavenProject(NamedTuple):
    """A project of the tree.

    Attributes:
        dependencies: the project itself, then all others; ``asked`` of them are its own.
        missing: coordinates of parents and bills of materials that were not found.
        unknown: coordinates of dependencies of which it is not known what they need.
        cut: whether what they need was not looked up to the end, as the projects of the tree need too much.
    """

    dependencies: tuple[Resolved, ...]
    asked: int
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    cut: bool


class _Model(NamedTuple):
    """A project with its ancestors' properties and entries: nothing is filled in yet."""

    group: str
    artifact: str
    version: str
    properties: Mapping[str, str]
    managed: Mapping[ManagementKey, Dependency]
    imports: tuple[Dependency, ...]
    dependencies: Mapping[ManagementKey, Dependency]
    missing: tuple[str, ...]


class Projects:
    """The projects of one tree; ``otherwise`` with profiles of which it is not known whether they are active.

    ``unsure`` says whether a file that was read has such profiles.
    """

    def __init__(self, files: Mapping[str, Pom], documents: Documents, *, otherwise: bool = False) -> None:
        self.unsure = any(pom.otherwise is not None for pom in files.values())
        self._otherwise = otherwise
        self._files = files = {path: self._chosen(pom) for path, pom in files.items()}
        self._documents = documents
        self._by_name: dict[tuple[str, str], list[str]] = {}
        for path, pom in files.items():
            group = pom.group or (pom.parent.group if pom.parent else "")
            self._by_name.setdefault((group, pom.artifact), []).append(path)
        self._models: dict[str, _Model] = {}
        self._read: dict[str, Pom | None] = {}
        self._managed: dict[str, dict[ManagementKey, Dependency]] = {}
        self._needed: dict[str, tuple[Dependency, ...]] = {}
        self._entries = self._steps = 0

    def project(self, path: str) -> MavenProject:
        """The project of a file of the tree."""
        model = self._model(path, self._files[path], 0)
        managed = self._management(model, 0)
        itself = Resolved(
            ManagementKey(model.group, model.artifact, "pom"),
            _filled(model.version, model.properties),
            "",
            self._files[path].line,
            (),
        )
        found: list[Resolved] = [itself]
        needs: list[list[int]] = [[]]
        places: dict[ManagementKey, int] = {}
        unknown: dict[str, None] = {}
        missing = dict.fromkeys(model.missing)
        queue: deque[tuple[Dependency, int, frozenset[tuple[str, str]]]] = deque(
            (one, 0, frozenset()) for one in self._filled_dependencies(model, managed, own=True)
        )
        asked = len(queue)
        cut = False
        while queue:
            one, by, excluded = queue.popleft()
            if by and (cut := self._entries + len(found) > _MOST or self._steps > _STEPS):
                break
            self._steps += 1
            if one.key in places:
                needs[by].append(places[one.key])
                continue
            place = places[one.key] = len(found)
            found.append(Resolved(one.key, exact(one.version), one.scope, one.line, ()))
            needs.append([])
            needs[by].append(place)
            other = self._model_of(one.key, exact(one.version)) if found[place].version else None
            if other is None:
                unknown[_label(one.key, one.version)] = None
                continue
            missing.update(dict.fromkeys(other.missing))
            below = excluded.union(one.exclusions) if one.exclusions else excluded
            for need in self._needs(other):
                if not _is_excluded(need.key, below):
                    queue.append((self._nearest(need, one, managed), place, below))
        self._entries += len(found)
        return MavenProject(
            tuple(one._replace(needs=tuple(dict.fromkeys(more))) for one, more in zip(found, needs, strict=True)),
            asked,
            tuple(missing),
            tuple(unknown),
            cut,
        )

    def plugins(self, path: str) -> tuple[str, ...]:
        """Coordinates of what the plugins of this project need."""
        pom = self._pom(path)
        return pom.plugins if pom is not None else ()

    def has(self, one: Resolved) -> bool:
        """Whether a dependency is another project of the tree."""
        return self._place(one.key.group, one.key.artifact, one.version).rpartition("/")[2] == "pom.xml"

    @staticmethod
    def _nearest(need: Dependency, by: Dependency, managed: Mapping[ManagementKey, Dependency]) -> Dependency:
        """What a dependency needs, with what the project itself says of it."""
        stated = managed.get(need.key)
        scope = by.scope if by.scope not in ("", "compile") else need.scope
        return msgspec.structs.replace(
            need,
            version=(stated.version if stated and stated.version else need.version),
            exclusions=(*need.exclusions, *(stated.exclusions if stated else ())),
            scope=scope,
            line=0,
        )

    def _needs(self, model: _Model) -> tuple[Dependency, ...]:
        """What a project hands on to those that need it."""
        label = f"{model.group}:{model.artifact}:{model.version}"
        known = self._needed.get(label)
        if known is None:
            known = self._needed[label] = tuple(self._filled_dependencies(model, self._management(model, 0), own=False))
        return known

    def _filled_dependencies(
        self, model: _Model, managed: Mapping[ManagementKey, Dependency], *, own: bool
    ) -> Iterator[Dependency]:
        for one in model.dependencies.values():
            stated = _fill(one, model.properties)
            central = managed.get(stated.key)
            if central is not None:
                stated = msgspec.structs.replace(
                    stated,
                    version=stated.version or central.version,
                    scope=stated.scope or central.scope,
                    exclusions=(*stated.exclusions, *central.exclusions),
                )
            if own or not (stated.optional or stated.scope in _APART):
                yield stated

    def _model(self, path: str, pom: Pom, depth: int) -> _Model:
        known = self._models.get(path)
        if known is None:
            known = self._models[path] = self._inherited(path, pom, depth)
        return known

    def _inherited(self, path: str, pom: Pom, depth: int) -> _Model:
        above: _Model | None = None
        missing: tuple[str, ...] = ()
        parent = pom.parent
        if parent is not None:
            place = self._parent_place(path, parent)
            found = self._pom(place) if place and place != path and depth < _ANCESTORS else None
            if found is None:
                missing = (f"{parent.group}:{parent.artifact}:{parent.version}",)
            else:
                above = self._model(place, found, depth + 1)
        group = pom.group or (parent.group if parent else "")
        version = pom.version or (parent.version if parent else "")
        properties = {**(above.properties if above else {}), **dict(pom.properties)}
        own = {"groupId": group, "artifactId": pom.artifact, "version": version}
        if parent is not None:
            own |= {
                "parent.groupId": parent.group,
                "parent.artifactId": parent.artifact,
                "parent.version": parent.version,
            }
        for name, value in own.items():
            properties[f"project.{name}"] = properties[f"pom.{name}"] = value
            properties.setdefault(name, value)
        imports = [one for one in pom.managed if one.scope == "import"]
        stated = {one.key: one for one in reversed(pom.managed) if one.scope != "import"}
        return _Model(
            group,
            pom.artifact,
            version,
            properties,
            {**(above.managed if above else {}), **stated},
            (*imports, *(above.imports if above else ())),
            {**(above.dependencies if above else {}), **{one.key: one for one in pom.dependencies}},
            (*missing, *(above.missing if above else ())),
        )

    def _parent_place(self, path: str, parent: Parent) -> str:
        """Where the parent is: in the tree where the file says, or of these coordinates; else in the repository."""
        if parent.path and path in self._files:
            place = posixpath.normpath(posixpath.join(path.rpartition("/")[0], parent.path))
            for one in (place, f"{place}/pom.xml".removeprefix("./")):
                pom = self._files.get(one)
                if pom is not None and pom.artifact == parent.artifact:
                    return one
        return self._place(parent.group, parent.artifact, parent.version)

    def _place(self, group: str, artifact: str, version: str) -> str:
        for path in self._by_name.get((group, artifact), ()):
            pom = self._files[path]
            stated = pom.version or (pom.parent.version if pom.parent else "")
            if stated == version or "${" in stated:
                return path
        return f"{group.replace('.', '/')}/{artifact}/{version}/{artifact}-{version}.pom"

    def _pom(self, place: str) -> Pom | None:
        if place in self._files:
            return self._files[place]
        if place not in self._read:
            self._read[place] = self._document(place)
        return self._read[place]

    def _document(self, place: str) -> Pom | None:
        if ".." in place.split("/") or "${" in place:
            return None
        data = self._documents(place)
        try:
            return self._chosen(poms.parse(data)) if data is not None else None
        except ValueError:
            return None

    def _chosen(self, pom: Pom) -> Pom:
        self.unsure = self.unsure or pom.otherwise is not None
        return pom.otherwise if self._otherwise and pom.otherwise is not None else pom

    def _model_of(self, key: ManagementKey, version: str) -> _Model | None:
        place = self._place(key.group, key.artifact, version)
        pom = self._pom(place)
        return self._model(place, pom, 0) if pom is not None else None

    def _management(self, model: _Model, depth: int) -> dict[ManagementKey, Dependency]:
        """The entries by their key, with those of imported bills of materials: the first that names a key counts."""
        label = f"{model.group}:{model.artifact}:{model.version}"
        if label in self._managed:
            return self._managed[label]
        found = {one.key: one for one in (_fill(one, model.properties) for one in model.managed.values())}
        self._managed[label] = found
        for one in model.imports:
            stated = _fill(one, model.properties)
            bill = self._model_of(stated.key, exact(stated.version)) if depth < _ANCESTORS else None
            if bill is not None:
                for key, entry in self._management(bill, depth + 1).items():
                    found.setdefault(key, entry)
        return found

    def missing_imports(self, path: str) -> tuple[str, ...]:
        """Bills of materials that a project imports, itself or through others, and that were not found."""
        missing: dict[str, None] = {}
        seen: set[str] = set()
        waiting = [self._model(path, self._files[path], 0)]
        while waiting:
            model = waiting.pop()
            for one in model.imports:
                stated = _fill(one, model.properties)
                label = _label(stated.key, stated.version)
                if label in seen:
                    continue
                seen.add(label)
                bill = self._model_of(stated.key, exact(stated.version))
                if bill is None:
                    missing[label] = None
                else:
                    missing.update(dict.fromkeys(bill.missing))
                    waiting.append(bill)
        return tuple(missing)


def _label(key: ManagementKey, version: str) -> str:
    return f"{key.group}:{key.artifact}:{version}" if version else f"{key.group}:{key.artifact}"


def _is_excluded(key: ManagementKey, excluded: frozenset[tuple[str, str]]) -> bool:
    group, artifact = key.group, key.artifact
    return not excluded.isdisjoint(((group, artifact), (group, "*"), ("*", artifact), ("*", "*")))


def _fill(one: Dependency, known: Mapping[str, str]) -> Dependency:
    key = ManagementKey(
        *(_filled(part, known) for part in (one.key.group, one.key.artifact, one.key.type, one.key.classifier))
    )
    return msgspec.structs.replace(one, key=key, version=_filled(one.version, known), scope=_filled(one.scope, known))


def _filled(value: str, known: Mapping[str, str]) -> str:
    """With the properties that are known; those that are not stay as they are."""
    for _ in range(_DEEPEST if "${" in value and len(value) <= _LONGEST else 0):
        filled = _PROPERTY.sub(lambda found: known.get(found[1]) or found[0], value)
        if filled == value or len(filled) > _LONGEST:
            break
        value = filled
    return value


def exact(version: str) -> str:
    """The version; empty for a range, one with a property that is not known, or what the repository says when asked."""
    if version in {"LATEST", "RELEASE"}:
        return ""
    found = _EXACT.fullmatch(version)
    return found[1] if found is not None and version[:1].isalnum() == (version[-1:] != "]") else ""
