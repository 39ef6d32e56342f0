"""Manifests of a source tree beside its lock files: what was asked for by name, at which line, and what nothing pins."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from itertools import islice, takewhile
from typing import Final, NamedTuple

import msgspec

from garboard import ecosystems
from garboard.model.ecosystem import same_file
from garboard.model.gap import Gap, some
from garboard.model.package import Asked, Location, Package, Unlisted

_BOM: Final = re.compile(r"(?:^|[-.])(?:bom|dependencies|platform|parent)$")
"""How the names of packages end that hold versions of others, and nothing else."""
DEVELOPMENT: Final = "development"
"""See `Package.scope`."""
_MODULES: Final = "node_modules/"
"""In which a project has what is installed for it."""
_INNER: Final = frozenset({"obj", "requirements", "gradle", "dependency-locks", "locks", "project", "packrat"})
"""Folders within that of a project in which its manifests and lock files lie."""


class ManifestFile(NamedTuple):
    """A manifest, its path, and the layer that it is in."""

    path: str
    layer: int
    asked: Asked


class LockFile(NamedTuple):
    """The path of a lock file, and what it asks for and does not list."""

    path: str
    unlisted: Unlisted


class Joined(NamedTuple):
    """Packages without those that a lock file states, too, and gaps; those of ``answered`` manifests are none.

    Of ``installed`` manifests all that they state is there.
    """

    packages: list[Package]
    gaps: tuple[Gap, ...]
    answered: frozenset[str]
    installed: frozenset[str] = frozenset()


def joined(
    packages: Sequence[Package], manifests: Sequence[ManifestFile], lock_files: Sequence[LockFile] = ()
) -> Joined:
    """Which package each manifest asks for, in the lock files that answer for it."""
    if not manifests:
        gaps = (*_unlisted(lock_files, frozenset()), *_unmet(lock_files, manifests, packages))
        return Joined(list(packages), gaps, frozenset())
    locks = _Locks(packages, {one.path: one for one in manifests}, lock_files)
    answers = {one.path: locks.answer(one) for one in manifests}
    unreadable = {one.path for one in manifests if one.asked.told and not one.asked.names}
    answered = frozenset(path for path, files in answers.items() if files and path not in unreadable)
    marked = locks.marked(manifests, answers)
    for place in locks.for_development(manifests, answers):
        if not marked[place].scope:
            marked[place] = msgspec.structs.replace(marked[place], scope=DEVELOPMENT)
    dropped = [locks.tells(one, answers) for one in marked]
    kept = [one for one, drop in zip(marked, dropped, strict=True) if not drop]
    stated = {_file(one) for one in kept if one.declared and not one.application} & {one.path for one in manifests}
    installed = frozenset(_file(one) for one, drop in zip(marked, dropped, strict=True) if drop) - stated
    told: set[tuple[str, str, str]] = set()
    gaps = (
        *_stale(manifests, answers, locks, told),
        *_gaps(manifests, answered, locks, stated),
        *_unlisted(lock_files, told),
        *_unmet(lock_files, manifests, packages),
    )
    return Joined(kept, gaps, answered, installed - answered)


def _file(package: Package) -> str:
    return package.locations[0].file if package.locations else ""


def _may_answer(package: Package) -> bool:
    """Whether a file that declares it may answer for a project: no script that states its own, and not what only builds it."""
    script = _file(package).endswith(tuple(one.end.decode() for one in ecosystems.of(package.type).glances))
    return not script and (package.application or package.scope != DEVELOPMENT)


def _home(path: str) -> str:
    """The folder of the project that a file is of."""
    folder = path.rpartition("/")[0]
    while folder.rpartition("/")[2] in _INNER:
        folder = folder.rpartition("/")[0]
    return folder


def _upwards(folder: str) -> Iterator[str]:
    yield folder
    while folder:
        folder = folder.rpartition("/")[0]
        yield folder


def _named(type_: str, name: str) -> str:
    """As names are compared; Maven writes a colon after the group."""
    return ecosystems.of(type_).normalize(name.replace(":", "/"))


def _user(path: str) -> str:
    """The folder for whose projects a package lies where it does: what a store has (pnpm's) is for those of its folder."""
    before, inside, _ = path.rpartition(_MODULES)
    if not inside:
        return path.rpartition("/")[0]
    outer, stored, _ = before.rpartition(f"{_MODULES}.")
    return (outer if stored else before).rstrip("/")


def _is_top(path: str) -> bool:
    """Whether it is of a package that lies in a folder of packages itself, which may be called otherwise (npm's aliases)."""
    folder = path.rpartition(_MODULES)[2].rpartition("/")[0]
    return _MODULES in path and folder.count("/") == folder.startswith("@")


def _looks_up(type_: str) -> bool:
    """Whether projects of this type of packages find them by the folders in which they lie."""
    return ecosystems.of(type_).nearest not in {None, same_file}


class _Locks:
    """The packages of a tree by the files that declare them."""

    def __init__(
        self, packages: Sequence[Package], manifests: Mapping[str, ManifestFile], lock_files: Sequence[LockFile] = ()
    ) -> None:
        self._packages = list(packages)
        self._manifests = manifests
        self._unlisted = {
            (one.path, one.unlisted.type, _named(one.unlisted.type, name))
            for one in lock_files
            for name in one.unlisted.names
        }
        self._by_file: dict[str, dict[tuple[str, str], list[int]]] = defaultdict(lambda: defaultdict(list))
        self._homes: dict[str, list[str]] = defaultdict(list)
        self._loose: dict[str, set[tuple[str, str]]] = defaultdict(set)
        """By manifest, what it states with a version."""
        self._above: dict[tuple[str, bool], set[tuple[str, str]]] = defaultdict(set)
        """The same by folder, of all manifests there, and of those whose versions count for others."""
        self._told: dict[str, tuple[str, ...]] = {}
        """Of a manifest, the lock files that answer for it and are the project's own."""
        self._stated: dict[tuple[str, ...], AbstractSet[tuple[tuple[str, str], str]]] = {}
        self._members: dict[str, set[str]] = defaultdict(set)
        """By lock file, the projects that it says to be of."""
        self._own: dict[tuple[str, str], set[str]] = defaultdict(set)
        """The projects themselves, with their versions."""
        for one in packages:
            if one.application:
                self._own[one.type, _named(one.type, one.full_name)].add(one.version)
        self._installed = {(one.type, _named(one.type, one.full_name)) for one in packages if not one.declared}
        self._nearest: dict[tuple[str, str], str] = {}
        """By folder and type of packages, a lock file there, which may name the project alone."""
        for place, package in enumerate(packages):
            if not package.declared:
                continue
            if _file(package) not in manifests and _may_answer(package):
                self._nearest.setdefault((_home(_file(package)), package.type), _file(package))
            if package.application:
                self._members[_file(package)].add(_named(package.type, package.full_name))
                continue
            file, key = _file(package), (package.type, _named(package.type, package.full_name))
            if file in manifests:
                self._loose[file].add(key)
                self._above[_home(file), manifests[file].asked.spread].add(key)
            else:
                if file not in self._by_file:
                    self._homes[_home(file)].append(file)
                self._by_file[file][key].append(place)
                for name in package.provides:
                    self._by_file[file][package.type, _named(package.type, name)].append(place)

    def answer(self, manifest: ManifestFile) -> tuple[str, ...]:
        """The lock files that name anything that it asks for, in the nearest folder that has one."""
        keys = self._keys(manifest)
        home = _home(manifest.path)
        for folder in _upwards(home):
            files = (file for file in self._homes.get(folder, ()) if self._is_of(file, manifest))
            if found := tuple(file for file in files if self._names(file, keys, manifest)):
                return found
        if not manifest.asked.spread:
            return ()
        within = (file for folder in self._below(home) for file in self._homes[folder])
        return tuple(file for file in within if self._names(file, keys, manifest))

    def above(self, manifest: ManifestFile, *, of_others: bool = False) -> str:
        """The nearest lock file, in its folder or above, of the kind that answers for it, or one ``of_others``; empty if there is none."""
        found = (self._nearest.get((folder, manifest.asked.type)) for folder in _upwards(_home(manifest.path)))
        return next((file for file in found if file and (of_others or self._is_of(file, manifest))), "")

    def _is_of(self, file: str, manifest: ManifestFile) -> bool:
        """Whether a lock file may be of the manifest's project: one of another folder that lists its members has to name it."""
        members, project = self._members.get(file), manifest.asked.project
        if not members or not project or _home(file) == _home(manifest.path):
            return True
        return _named(manifest.asked.type, project) in members

    def tells(self, package: Package, answers: dict[str, tuple[str, ...]]) -> bool:
        """Whether something else tells the version of what a manifest states.

        That is an installation, or lock files: one of the project whichever it has, others the same.
        """
        manifest = _file(package)
        if package.application or not package.declared or manifest not in self._manifests:
            return False
        if self._is_there(package, self._manifests[manifest]):
            return True
        files = answers[manifest]
        if not files:
            return False
        key = (package.type, _named(package.type, package.full_name))
        if manifest not in self._told:
            self._told[manifest] = tuple(file for file in files if self._is_of_project(file, self._manifests[manifest]))
        own = self._told[manifest]
        if own and ecosystems.of(package.type).loose_locks and _BOM.search(package.name):  # in no lock file
            return True
        return any(key in self._by_file[file] for file in own) or (key, package.version) in self._versions(files)

    def _is_of_project(self, file: str, manifest: ManifestFile) -> bool:
        """Whether a lock file is the project's own: it lies in its folder, or names it."""
        project = _named(manifest.asked.type, manifest.asked.project)
        return _home(file) == _home(manifest.path) or (bool(project) and project in self._members.get(file, ()))

    def _is_there(self, package: Package, manifest: ManifestFile) -> bool:
        """Whether the project finds a package installed, or the tree has it itself, or the manifest is that of an installed one."""
        if not _looks_up(package.type):
            return False
        key = (package.type, _named(package.type, package.full_name))
        own = package.version in self._own.get(key, ())
        return own or manifest.path in self._places or self.finds(manifest, package.full_name)

    def _versions(self, files: tuple[str, ...]) -> AbstractSet[tuple[tuple[str, str], str]]:
        """What lock files state, with the versions; made once, as one answers for many manifests."""
        if files not in self._stated:
            self._stated[files] = {
                (key, self._packages[place].version)
                for file in files
                for key, places in self._by_file[file].items()
                for place in places
            }
        return self._stated[files]

    def _below(self, home: str) -> Iterator[str]:
        """The folders with lock files below one."""
        below = f"{home}/" if home else ""
        start = bisect_left(self._folders, below)
        return takewhile(lambda folder: folder.startswith(below), islice(self._folders, start, None))

    @cached_property
    def _folders(self) -> list[str]:
        return sorted(self._homes)

    @staticmethod
    def _keys(manifest: ManifestFile) -> set[tuple[str, str]]:
        return {(manifest.asked.type, _named(manifest.asked.type, name)) for name, _ in manifest.asked.names}

    def _names(self, file: str, keys: set[tuple[str, str]], manifest: ManifestFile) -> bool:
        stated = self._by_file[file].keys()
        return not keys.isdisjoint(stated) if keys else any(type_ == manifest.asked.type for type_, _ in stated)

    def has(self, manifest: ManifestFile, name: str, files: Iterable[str]) -> bool:
        """Whether any of these lock files states a package, or the tree has it itself, as a member or installed."""
        key = (manifest.asked.type, _named(manifest.asked.type, name))
        return self._installs(manifest, name) or key in self._own or any(key in self._by_file[file] for file in files)

    def _installs(self, manifest: ManifestFile, name: str) -> bool:
        """Whether a package is installed: where the project looks for it, or anywhere where that is not known."""
        if _looks_up(manifest.asked.type):
            return self.finds(manifest, name)
        return (manifest.asked.type, _named(manifest.asked.type, name)) in self._installed

    def finds(self, manifest: ManifestFile, name: str) -> bool:
        """Whether a package is installed where the manifest's project looks for it."""
        type_ = manifest.asked.type
        by_folder = self._copies.get((type_, _named(type_, name)))
        nearest = ecosystems.of(type_).nearest
        if by_folder is None or nearest is None or not _looks_up(type_):
            return False
        above = {*_upwards(manifest.path.rpartition("/")[0])}
        copies = [copy for folder in above for copy in by_folder.get(folder, ())]
        if not copies:
            return False
        place = Location(path=manifest.path, layer=manifest.layer)
        project = Package(type=type_, name="", version="", scheme="", locations=(place,))
        return bool(nearest(project, copies)) or any(
            _file(one).rpartition("/")[0] in above or _is_top(_file(one)) for one in copies
        )

    @cached_property
    def _copies(self) -> Mapping[tuple[str, str], Mapping[str, list[Package]]]:
        """What is installed, by name and by the folder for whose projects it is."""
        found: dict[tuple[str, str], dict[str, list[Package]]] = defaultdict(lambda: defaultdict(list))
        for one in self._packages:
            if not one.declared and not one.application and _looks_up(one.type):
                found[one.type, _named(one.type, one.full_name)][_user(_file(one))].append(one)
        return found

    @cached_property
    def _places(self) -> AbstractSet[str]:
        """The files that state what is installed."""
        every = (one for by_folder in self._copies.values() for found in by_folder.values() for one in found)
        return {_file(one) for one in every}

    def leaves_out(self, manifest: ManifestFile, name: str, files: Iterable[str]) -> bool:
        """Whether one of these lock files knows of a package that is for other platforms, and does not list it."""
        key = (manifest.asked.type, _named(manifest.asked.type, name))
        return name in manifest.asked.elsewhere and any((file, *key) in self._unlisted for file in files)

    def stated(self, manifest: ManifestFile, name: str) -> bool:
        """Whether the manifest itself states the version, or another that decides it, or the package is installed in the tree.

        Versions of one beside it or above count for it if they are ``spread``, or it leaves them to others (``inherited``).
        """
        key = (manifest.asked.type, _named(manifest.asked.type, name))
        if self._installs(manifest, name) or key in self._loose.get(manifest.path, ()):
            return True
        kinds = (True, False) if name in manifest.asked.inherited else (True,)
        folders = _upwards(_home(manifest.path))
        return any(key in self._above.get((folder, kind), ()) for folder in folders for kind in kinds)

    def marked(self, manifests: Iterable[ManifestFile], answers: dict[str, tuple[str, ...]]) -> list[Package]:
        """The packages, each with the places that ask for it; what none asks for came along."""
        places: dict[int, list[Location]] = defaultdict(list)
        known: set[str] = set()
        for one in manifests:
            for name, line in one.asked.names:
                location = Location(path=one.path, layer=one.layer, line=line)
                key = (one.asked.type, _named(one.asked.type, name))
                for file in answers[one.path]:
                    known.add(file)
                    found = self._by_file[file].get(key, [])
                    direct = [place for place in found if not self._packages[place].automatic]
                    for place in direct or found:
                        places[place].append(location)
        marked = list(self._packages)
        for place, locations in places.items():
            marked[place] = msgspec.structs.replace(
                marked[place], asked=tuple(dict.fromkeys(locations)), automatic=False
            )
        for file in known:
            for found in self._by_file[file].values():
                for place in found:
                    if marked[place].automatic is None:
                        marked[place] = msgspec.structs.replace(marked[place], automatic=True)
        return marked

    def for_development(self, manifests: Iterable[ManifestFile], answers: dict[str, tuple[str, ...]]) -> Iterator[int]:
        """The packages that only those lead to which manifests ask for in development alone."""
        starts: dict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
        for one in manifests:
            only = {*one.asked.development}
            for name, _ in one.asked.names:
                key = (one.asked.type, _named(one.asked.type, name))
                for file in answers[one.path]:
                    starts[file][name in only].update(map(self._label, self._by_file[file].get(key, ())))
        for file, (always, development) in starts.items():
            if development - always:
                by_label = {self._label(place): place for found in self._by_file[file].values() for place in found}
                needed = self._reached(always, by_label)
                yield from (by_label[label] for label in self._reached(development, by_label) - needed)

    def _label(self, place: int) -> str:
        """As others in its file require it."""
        package = self._packages[place]
        return f"{package.full_name}@{package.version}"

    def _reached(self, start: set[str], by_label: dict[str, int]) -> set[str]:
        seen, waiting = set(start), list(start)
        while waiting:
            for needs in self._packages[by_label[waiting.pop()]].requires:
                found = {need for need in needs if need in by_label} - seen
                seen |= found
                waiting += found
        return seen


def _stale(
    manifests: Iterable[ManifestFile],
    answers: dict[str, tuple[str, ...]],
    locks: _Locks,
    told: set[tuple[str, str, str]],
) -> Iterator[Gap]:
    """What lock files do not have that were written before a manifest asked for it; ``told`` gets it by lock file."""
    for one in manifests:
        loose = ecosystems.of(one.asked.type).loose_locks
        names = dict.fromkeys(one.asked.open if loose else (name for name, _ in one.asked.names))
        files = answers[one.path]
        if loose and not files:
            continue
        if not files and (above := locks.above(one)):
            files = (above,)
            names = dict.fromkeys(name for name in one.asked.open if not locks.stated(one, name))
        if not files and (other := locks.above(one, of_others=True)):
            unknown = [name for name in one.asked.open if not locks.has(one, name, ()) and not locks.stated(one, name)]
            if unknown:
                named = some(unknown)
                reason = f"asks for {named}, and {other} is not of this project: not judged"
                yield Gap(stage="catalog", subject=one.path, reason=reason, names=named.names)
            continue
        missing = [name for name in names if not locks.has(one, name, files) and not locks.stated(one, name)]
        absent = [name for name in missing if not locks.leaves_out(one, name, files)]
        yield from _stated_alone(one, files, locks)
        told |= {(file, one.asked.type, _named(one.asked.type, name)) for name in missing for file in files}
        if files and absent:
            folder, _, lock = files[0].rpartition("/")
            lock = lock if folder == one.path.rpartition("/")[0] else files[0]
            named = some(absent)
            reason = f"asks for {named}, which {lock} does not have: not judged"
            yield Gap(stage="catalog", subject=one.path, reason=reason, names=named.names)


def _stated_alone(manifest: ManifestFile, files: Sequence[str], locks: _Locks) -> Iterator[Gap]:
    """What a manifest states with a version, and the lock file that answers for it does not have: what that needs.

    A ``spread`` one may state that for projects beside that of the lock file, unless this lies above it.
    """
    if not files or (manifest.asked.spread and _home(files[0]) not in islice(_upwards(_home(manifest.path)), 1, None)):
        return
    opened = {*manifest.asked.open}
    names = [name for name, _ in manifest.asked.names if name not in opened and not locks.has(manifest, name, files)]
    if ecosystems.of(manifest.asked.type).loose_locks:
        names = [name for name in names if not _BOM.search(name)]
    if names:
        lock = files[0].rpartition("/")[2]
        named = some(names)
        reason = f"asks for {named}, which {lock} does not have: what that needs is not known"
        yield Gap(stage="catalog", subject=manifest.path, reason=reason, names=named.names)


def _unlisted(lock_files: Iterable[LockFile], told: AbstractSet[tuple[str, str, str]]) -> Iterator[Gap]:
    """What lock files ask for and do not list, but for what is ``told`` of manifests or is for other platforms."""
    for path, one in lock_files:
        absent = [name for name in one.names if (path, one.type, _named(one.type, name)) not in told]
        if absent and not one.by:
            named = some(absent)
            reason = f"asks for {named}, which it does not list: not judged"
            yield Gap(stage="catalog", subject=path, reason=reason, names=named.names)


def _unmet(
    lock_files: Iterable[LockFile], manifests: Iterable[ManifestFile], packages: Iterable[Package]
) -> Iterator[Gap]:
    """What entries of lock files need that these do not list, but for what the projects of the tree are or stand for."""
    needed = [one for one in lock_files if one.unlisted.by]
    if not needed:
        return
    own = {(one.type, _named(one.type, one.full_name)) for one in packages if one.application}
    for _, _, asked in manifests:
        own |= {(asked.type, _named(asked.type, name)) for name in (asked.project, *asked.provided) if name}
    for path, one in needed:
        pairs = zip(one.by, one.names, strict=True)
        absent = [pair for pair in pairs if (one.type, _named(one.type, pair[1])) not in own]
        if absent:
            (by, need), *more = absent
            others = some([f"that of {other} {name}" for other, name in more])
            listed = f"the entry of {by} needs {need}{', ' if more else ''}{others}"
            names = tuple(f"{by} needs {need}" for by, need in absent) if others.names else ()
            reason = f"{listed}, which it does not list: not judged"
            yield Gap(stage="catalog", subject=path, reason=reason, names=names)


def _gaps(
    manifests: Iterable[ManifestFile], answered: frozenset[str], locks: _Locks, stated: AbstractSet[str]
) -> Iterator[Gap]:
    """What no lock file answers for; others tell of that where a manifest is none of the ``stated``, whose versions count."""
    for one in manifests:
        asked = one.asked
        if one.path in answered or (locks.above(one, of_others=True) and not ecosystems.of(asked.type).loose_locks):
            continue
        if asked.told and one.path not in stated:
            yield from _half_installed(one, locks)
            continue
        unknown = [name for name in asked.open if not locks.stated(one, name)]
        if unknown:
            hint = f"; {asked.hint}" if asked.hint else ""
            named = some(unknown)
            reason = f"asks for {named}, and no lock file says in which versions: not judged{hint}"
            yield Gap(stage="catalog", subject=one.path, reason=reason, names=named.names)


def _half_installed(manifest: ManifestFile, locks: _Locks) -> Iterator[Gap]:
    """What an installation lacks that has something of what the manifest asks for; with nothing of it, others tell."""
    left_out = {*manifest.asked.development, *manifest.asked.elsewhere}
    names = [name for name, _ in manifest.asked.names if name not in left_out]
    absent = tuple(dict.fromkeys(name for name in names if not locks.has(manifest, name, ())))
    if absent and any(locks.finds(manifest, name) for name in names):
        hint = f"; {manifest.asked.hint}" if manifest.asked.hint else ""
        named = some(absent)
        reason = f"asks for {named}, which the installation lacks: not judged{hint}"
        yield Gap(stage="catalog", subject=manifest.path, reason=reason, names=named.names)
