"""Assembles facts of single files into one inventory: installed packages, and what only the whole image shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from garboard import ecosystems
from garboard.lock_text import DIRECT, UNREADABLE
from garboard.model.ecosystem import ANYWHERE, never_repeats
from garboard.model.gap import Gap, gathered, some
from garboard.model.image import FileHistory, Files, FileVersion
from garboard.model.package import (
    SYSTEM_TYPES,
    UNMANAGED,
    Absent,
    Asked,
    Distro,
    Diverted,
    Fact,
    Hold,
    Inventory,
    JarName,
    Licenses,
    Location,
    Marks,
    Owns,
    Package,
    Replaced,
    Retention,
    Script,
    Unlisted,
    Unread,
    Users,
)
from garboard.packages import (
    asked,
    bills,
    distro,
    dockerfiles,
    graph,
    held,
    install_commands,
    ownership,
    unexplained,
    unread,
    unread_lists,
    unread_locks,
)
from garboard.packages.applications import Applications
from garboard.packages.front_ends import FrontEnds
from garboard.packages.ownership import Listed, Owners, ReplacedProgram
from garboard.packages.purl import purl
from garboard.packages.vendored import VendoredFolders

_ENDS_OF_LISTS = ("-declared", "-scripts", "-other-cases")
_OF_LISTS = frozenset({unread_lists.NAME, install_commands.NAME, dockerfiles.NAME})
_TELLING = frozenset({unread.NAME, unread_lists.NAME, unread_locks.NAME})
"""Readers that tell of files which none reads."""
Key = tuple[str, str, str, str, str]
_OF_FOLDERS = {bare.kind: one.of_folder for one in ecosystems.ECOSYSTEMS if one.of_folder for bare in one.bare}
"""What makes packages of the folders that their names describe, by the kind of such a folder."""
_DAMAGED = ("is no JSON object: ", "is not what ", "cannot be read: ", "cannot be read beyond ")
"""How gaps of files begin of which nothing, or not all, could be read: no other file answers for them."""


def _key(package: Package) -> Key:
    return (package.type, package.full_name, package.version, package.arch, package.module)


def _packages(facts: Iterable[Fact]) -> Iterator[Package]:
    return (fact for fact in facts if isinstance(fact, Package))


def _introductions(versions: tuple[FileVersion, ...]) -> dict[Key, int]:
    """For each package of the last version, the layer since which it has been there without a break."""
    since: dict[Key, int] = {}
    for version in versions:
        keys = {_key(package) for package in _packages(version.facts or ())}
        since = {key: since.get(key, version.layer) for key in keys}
    return since


def _lists(reader: str) -> bool:
    """Whether a reader is of what a project asks for, and not of what is installed."""
    return reader.endswith(_ENDS_OF_LISTS) or reader in _OF_LISTS


class _Facts:
    """The facts of the files in the final image."""

    def __init__(self, files: Files) -> None:
        self.packages: dict[tuple[Key, str], Package] = {}
        self.distros: dict[str, Distro] = {}
        self.marks: list[Marks] = []
        self.lists: list[Listed] = []
        self.diversions: list[Diverted] = []
        self.replaced: list[ReplacedProgram] = []
        self.licenses: dict[tuple[str, str], tuple[str, ...]] = {}
        self.retention: dict[str, Retention] = {}
        self.unread: list[unexplained.Found] = []
        self.manifests: list[asked.ManifestFile] = []
        self.lock_files: list[asked.LockFile] = []
        self.holds = held.Holds()
        self.tools: set[str] = set()
        self.users: Users | None = None
        self.read: list[str] = []
        """What was read for itself, by the name that a link has for it too."""
        self.also: dict[str, str] = {}
        """Of files that links lead to, by one of their paths, the other."""
        self.absent: set[tuple[str, str]] = set()
        self.gaps: list[Gap] = list(files.gaps)
        self._billed: list[tuple[Package, Location, int]] = []
        """What bills of materials name."""
        self._vendored = VendoredFolders(files.histories)
        for history in files.histories:
            if not (_lists(history.reader) and self._vendored.within(history.path)):
                self._add(history)
        self._add_billed()
        self.gaps = _once(self.gaps)

    def _add(self, history: FileHistory) -> None:  # noqa: C901, PLR0912  (one case for each kind of fact)
        last = history.versions[-1]
        if last.facts is None:
            return
        if history.reader not in _TELLING:
            self.read += (history.path, history.asked) if history.asked else (history.path,)
        if history.asked:
            self.also[history.path] = history.asked
        since: dict[Key, int] | None = None
        for fact in last.facts:
            if isinstance(fact, Package):
                since = _introductions(history.versions) if since is None else since
                path = f"{history.path}!/{fact.inside}" if fact.inside else history.path
                location = Location(path=path, layer=last.layer, line=fact.line)
                if history.reader == bills.NAME:
                    self._billed.append((fact, location, since[_key(fact)]))
                else:
                    self._package(fact, location, since[_key(fact)])
            elif isinstance(fact, Distro):
                self.distros[history.asked or history.path] = fact
            elif isinstance(fact, Marks):
                self.marks.append(fact)
            elif isinstance(fact, Owns):
                self.lists.append(Listed(fact, history.versions))
            elif isinstance(fact, Licenses):
                self.licenses[fact.type, fact.package] = fact.licenses
            elif isinstance(fact, Retention):
                self.retention[history.asked or history.path] = fact
            elif isinstance(fact, Hold):
                self.holds.add(fact, history.path)
            elif isinstance(fact, Script):
                self.tools.update(fact.words)
            elif isinstance(fact, Users):
                self.users = fact
            elif isinstance(fact, Unread) and (of_folder := _OF_FOLDERS.get(fact.kind)) is not None:
                package = of_folder(fact.folder)
                if package is not None:
                    self._package(package, Location(path=fact.folder, layer=last.layer), history.versions[0].layer)
            elif isinstance(fact, Unread) and not self._vendored.asked_there(history.path, fact):
                software = fact.software and msgspec.structs.replace(
                    fact.software, layer=last.layer, locations=(Location(path=history.path, layer=last.layer),)
                )
                self.unread.append(
                    unexplained.Found(history.path, fact.kind, fact.names, fact.folder, fact.reason, software)
                )
            elif isinstance(fact, Replaced):
                self.replaced.append(ReplacedProgram(history.path, last.layer, fact))
            elif isinstance(fact, Diverted):
                self.diversions.append(fact)
            elif isinstance(fact, Asked):
                self.manifests.append(asked.ManifestFile(history.path, last.layer, fact))
            elif isinstance(fact, Unlisted):
                self.lock_files.append(asked.LockFile(history.path, fact))
            elif isinstance(fact, Absent):
                self.absent.add((fact.type, fact.name))
            elif isinstance(fact, Gap):
                self.gaps.append(fact)

    def _add_billed(self) -> None:
        """Add what bills of materials name, but for what is there in the same version."""

        def known_as(package: Package) -> tuple[str, str, str]:
            return package.type, ecosystems.of(package.type).normalize(package.full_name), package.version

        known = {known_as(package) for package in self.packages.values()} if self._billed else set()
        for package, location, layer in self._billed:
            if known_as(package) not in known:
                self._package(package, location, layer)

    def _package(self, package: Package, location: Location, layer: int) -> None:
        """Add one package; if a second database file names an operating-system package, it is the same package."""
        place = "" if package.type in SYSTEM_TYPES else location.path
        key = (_key(package), place)
        known = self.packages.get(key)
        if known is not None:
            package, layer = known, min(known.layer or 0, layer)
            if location.path == known.locations[-1].path:  # one file names it again and again
                self.packages[key] = msgspec.structs.replace(known, layer=layer)
                return
        self.packages[key] = msgspec.structs.replace(package, locations=(*package.locations, location), layer=layer)


def _once(gaps: Sequence[Gap]) -> list[Gap]:
    """Without those of manifests of which another reader tells that they cannot be read at all."""
    damaged = {one.subject for one in gaps if one.reason.startswith(_DAMAGED)}
    return [one for one in gaps if one.subject not in damaged or not one.reason.startswith(UNREADABLE)]


def _marked(packages: list[Package], marks: list[Marks]) -> list[Package]:
    """Mark what was asked for and what came along, where the package manager recorded it."""
    automatic = {(mark.type, name) for mark in marks for name in mark.automatic}
    # apt records packages of architecture "all" under the machine's own.
    automatic |= {(kind, f"{name.partition(':')[0]}:all") for kind, name in automatic}
    requested = {(mark.type, name) for mark in marks for name in mark.requested}
    lists_automatic = {mark.type for mark in marks if not mark.requested}
    lists_requested = {mark.type for mark in marks if mark.requested}

    def state(package: Package) -> bool | None:
        names = {(package.type, package.name), (package.type, f"{package.name}:{package.arch}")}
        if package.type in lists_requested:
            return not names & requested
        if package.type in lists_automatic:
            return bool(names & automatic)
        return package.automatic

    return [msgspec.structs.replace(package, automatic=state(package)) for package in packages]


def complete(packages: Iterable[Package], found: Distro | None) -> tuple[Package, ...]:
    """Give packages their purl, ecosystem and dependencies. Order: type, name, version, path.

    A package of an operating system may state an ecosystem of its own; otherwise it is of the distribution's, unless
    it is of another package manager's format.
    """
    filled = []
    for package in packages:
        system = package.type in SYSTEM_TYPES
        own = found if found is not None and (not system or distro.manages(found.id, package.type)) else None
        ecosystem = package.ecosystem or ((own.ecosystem if own else "") if system else ecosystems.of(package.type).osv)
        filled.append(msgspec.structs.replace(package, purl=package.purl or purl(package, own), ecosystem=ecosystem))
    filled.sort(key=lambda package: (package.type, package.full_name, package.version, package.id))
    needs = graph.edges(filled)
    return tuple(
        msgspec.structs.replace(package, depends_on=package.depends_on or needs.get(package.id, ()))
        for package in filled
    )


def _told_once(packages: Iterable[Package]) -> list[Package]:
    """The packages, without those of which a file only repeats what another says (`Ecosystem.repeats`)."""
    stated: list[tuple[Package, str | None]] = []
    first: set[tuple[Key, str]] = set()
    for one in packages:
        ecosystem, path = ecosystems.of(one.type), one.locations[0].path
        where = None if one.declared else ecosystem.repeats(path)
        stated.append((one, where))
        if where is None and not one.declared and ecosystem.repeats is not never_repeats:
            first |= {(_key(one), ANYWHERE), (_key(one), ecosystem.install_folder(path))}
    return [one for one, where in stated if where is None or (_key(one), where) not in first]


def _programs(owners: Mapping[str, Listed]) -> dict[tuple[str, str], list[str]]:
    """The names of the programs of each package of an operating system."""
    found: dict[tuple[str, str], list[str]] = {}
    for path, (owns, _) in owners.items():
        folder, _, name = path.rpartition("/")
        if folder.endswith("bin"):
            found.setdefault((owns.type, owns.package), []).append(name)
    return found


def _is_newer(package: Package, owner: Package) -> bool:
    """Whether a later layer than the owner's wrote another version in its place."""
    return package.layer is not None and owner.layer is not None and package.layer > owner.layer


def _owned(packages: tuple[Package, ...], owners: Owners) -> tuple[Package, ...]:
    """Mark language packages that an operating-system package brought, and those that are others' under the same name.

    Software that was told by its binary and that a package brought is that package itself.
    """
    same: dict[tuple[str, str, str], str] = {}
    marked = []
    for package in packages:
        owner = owners.of(package.locations[0].file) if package.type not in SYSTEM_TYPES else None
        if owner is None or _is_newer(package, owner):
            marked.append(package)
        elif package.type == UNMANAGED:
            continue
        elif owner.type in SYSTEM_TYPES:
            marked.append(msgspec.structs.replace(package, owner=owner.purl))
        else:
            marked.append(package)
            normalize = ecosystems.of(package.type).normalize
            if owner.version == package.version and normalize(owner.name) == normalize(package.full_name):
                same[owner.type, owner.name, owner.version] = package.id
    if not same:
        return tuple(marked)
    return tuple(
        msgspec.structs.replace(package, same_as=same.get((package.type, package.full_name, package.version), ""))
        for package in marked
    )


def _programs_of_packages(packages: tuple[Package, ...], found: Iterable[unexplained.Found]) -> tuple[Package, ...]:
    """Mark programs that were built of a package of the same name and version which brought them (a wheel with a Rust program)."""
    outside = unexplained.outside(found, packages)

    def marked(one: Package) -> Package:
        owner = outside.get(one.locations[0].file) if one.application else None
        if owner is None or owner.type == one.type or (owner.name, owner.version) != (one.name, one.version):
            return one
        return msgspec.structs.replace(one, same_as=owner.id)

    return tuple(map(marked, packages)) if outside else packages


def _interpreters(found: Iterable[unexplained.Found]) -> set[str]:
    """What runs the packages that are there and that no cataloger reads."""
    known = [(one.scripts + one.traces, one.interpreter) for one in ecosystems.ECOSYSTEMS if one.traces]
    return {runs for file in found for ends, runs in known if file.path.lower().endswith(ends)}


def _of_later_releases(packages: Iterable[Package], found: Distro) -> Iterator[Gap]:
    """A gap for each later release of the distribution that packages say they were built for."""
    releases: dict[str, list[str]] = {}
    for package in packages:
        later = ecosystems.of(package.type).later_release
        if later is not None and (release := later(package, found)):
            releases.setdefault(release, []).append(f"{package.name} {package.version}")
    for release, built in sorted(releases.items()):
        named = some(built)
        reason = (
            f"{len(built)} packages were built for release {release} and were judged by this one's data, which do not speak of "
            f"them: {named}"
        )
        yield Gap(stage="catalog", subject=found.pretty_name or found.id, reason=reason, names=named.names)


NamesOfArchives = Callable[[str], JarName | None]
"""What an archive is, by its SHA-1; None where that is not known."""


def _named(package: Package, names: NamesOfArchives | None) -> Package:
    """With the group that an archive does not state itself, and the name and version that go with it."""
    found = names(package.sha1) if names is not None and package.sha1 else None
    if found is None:
        return package
    return msgspec.structs.replace(
        package, namespace=found.namespace, name=found.name, version=found.version, namespaces=(), sha1=""
    )


def _with_groups(packages: list[Package]) -> list[Package]:
    """Packages that do not state their namespace, with that of the only declared one of their name and version."""
    declared: dict[tuple[str, str, str], set[str]] = {}
    for one in packages:
        if one.declared and one.namespace and ecosystems.of(one.type).part is not None:
            declared.setdefault((one.type, one.name, one.version), set()).add(one.namespace)
    if not declared:
        return packages

    def grouped(package: Package) -> Package:
        found = declared.get((package.type, package.name, package.version), ()) if not package.namespace else ()
        if len(found) != 1:
            return package
        return msgspec.structs.replace(package, namespace=next(iter(found)), namespaces=(), sha1="")

    return [grouped(one) for one in packages]


def assemble(files: Files, names: NamesOfArchives | None = None) -> Inventory:
    """All installed packages, each once, with the layer that brought it, its owner and its dependencies."""
    facts = _Facts(files)
    found = distro.choose(facts.distros)
    told_once = _told_once(facts.packages.values())
    named = _with_groups([_named(one, names) for one in told_once])
    joined = asked.joined(named, facts.manifests, facts.lock_files)
    packages = [facts.holds.marked(one) for one in _marked(joined.packages, facts.marks)]
    front_ends = FrontEnds(facts.unread, packages)
    packages = [front_ends.told(one) for one in packages]
    by_path = ownership.by_path(facts.lists, facts.diversions)
    programs = _programs(by_path)
    packages = [
        msgspec.structs.replace(
            package,
            licenses=package.licenses or facts.licenses.get((package.type, package.full_name), ()),
            programs=tuple(
                programs.get((package.type, package.full_name), ())
                or programs.get((package.type, f"{package.name}:{package.arch}"), ())
            ),
        )
        if package.type in SYSTEM_TYPES
        else package
        for package in packages
    ]
    completed = complete(packages, found)
    owners = Owners(completed, by_path, facts.also)
    completed = _owned(completed, owners)
    completed = _programs_of_packages(completed, facts.unread)
    stated = (
        one
        for one in facts.gaps
        if (one.subject not in joined.answered or one.reason.startswith((*_DAMAGED, UNREADABLE)))
        and not (one.subject in joined.installed and one.reason == DIRECT)
    )
    gaps = list(gathered((*joined.gaps, *stated, *facts.holds.gaps, *Applications(completed).passed_over(owners))))
    unowned = (one for one in facts.unread if not owners.answer_for(one.path))
    found_unread = tuple(unexplained.lists(unowned, facts.read, completed, facts.absent))
    software, found_unread = unexplained.products(found_unread, completed, facts.read)
    if software:
        completed = complete((*completed, *software), found)
    gaps += owners.gaps(facts.replaced)
    gaps += unexplained.gaps(found_unread, completed, facts.read)
    managed = any(package.type in SYSTEM_TYPES for package in completed) or (
        found is not None and any(found.id in ecosystems.of(package.type).distributions for package in completed)
    )
    if found is None and managed:
        reason = "no os-release or similar file tells which distribution this is, so its packages were not judged"
        gaps.append(Gap(stage="catalog", subject="distribution", reason=reason))
    gaps += _of_later_releases(completed, found) if found else ()
    if found is not None and not managed:
        reason = "no package of this distribution was found, so nothing is known of what it brought"
        gaps.append(Gap(stage="catalog", subject=found.pretty_name or found.id, reason=reason))
    # apt reads the folder of settings before the file beside it (apt.conf(5)).
    ordered = sorted(facts.retention.items(), key=lambda one: (".d/" not in one[0], one[0]))
    return Inventory(
        packages=completed,
        distro=found,
        gaps=tuple(gaps),
        retention=tuple(fact for _, fact in ordered),
        frozen=held.frozen(files.histories),
        dockerfiles=dockerfiles.found(files.histories),
        tools=frozenset(facts.tools | _interpreters(found_unread)),
        users=facts.users,
    )
