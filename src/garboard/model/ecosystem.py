"""The types that describe an ecosystem; `garboard.ecosystems` holds one record for each."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from garboard.model.base import Value
from garboard.model.image import Bare, File, Glance
from garboard.model.package import SYSTEM_TYPES, Distro, Fact, Package

if TYPE_CHECKING:
    from garboard.model.fix import Splice
    from garboard.model.program import Commands


class MetadataPaths(Protocol):
    """The files that an operating-system package may own and that say something of themselves.

    They describe or hold packages of languages, or are programs.
    """

    def mentioned(self, data: bytes, /) -> bool:
        """Whether a file list may name such a path: a cheap test on its bytes, with no false negatives."""
        ...

    def describes(self, path: str, /) -> bool:
        """Whether this path (without a leading slash) is one of them."""
        ...

    def among(self, paths: Iterable[str], /) -> tuple[str, ...]:
        """Those of the paths that `describes` is true for; faster for many."""
        ...


Catalog = Callable[[File, MetadataPaths], Iterator[Fact]]
"""Turns one file into the facts that it states, in the file's order. Bytes that cannot be read are a `Gap`; nothing is
raised. Catalogers of operating systems list the metadata paths that a package owns as `Owns`.
"""


PlainCatalog = Callable[[File], Iterator[Fact]]
"""Turns one file into the packages that it names; nothing where it names none. Bytes that cannot be read are a `Gap`.

Of a program ``File.data`` is the beginning, and ``File.view`` all of it. Of a file that declares packages, one that is the
project itself is an ``application``; ``requires`` of others are ``name@version`` of packages in the same file, by which
copies in several versions are told apart, and ``automatic`` tells what was not asked for by name.
"""


Documents = Callable[[str], bytes | None]
"""The content of a file of a local repository of packages, by its path there; None where there is none."""

Editor = Callable[[bytes, str, str], "tuple[Splice, ...]"]
"""Makes a file ask for at least a version of a package, given its bytes, the package's name and the version.

Raises `garboard.model.fix.CannotEdit` where no change of that file alone is certain to do so.
"""
Join = Callable[[Mapping[str, bytes], Documents, Container[str]], Iterator[tuple[str, Fact]]]
"""Turns what was kept of files that speak of each other, by their paths, into what each of them declares.

Last are the paths of all files that readers were shown.
"""


class VersionOrder(Protocol):
    """How the versions of one kind of package are ordered.

    A module with ``SPELLINGS = True`` says that one version may be spelled in several ways (``1.0`` and ``1.0.0``).
    One with ``last`` has revisions of its packagers: the last affected version of a publisher stands for all of its builds.
    """

    @property
    def NAME(self) -> str: ...  # noqa: N802

    def key(self, text: str, /) -> Any:
        """A value that orders as the version does, comparable with keys of the same order only.

        Raises:
            InvalidVersion: the text is not a version.
        """
        ...


class AdvisedName(NamedTuple):
    """A name under which advisories list a package, and the installed version to compare with theirs.

    What is said under a name that is ``only_else`` counts where the same advisory says nothing under the names before it.
    """

    name: str
    version: str
    only_else: bool = False


def exact_name(name: str) -> str:
    """The name itself, for ecosystems that compare names exactly."""
    return name


def parent_folder(path: str) -> str:
    """The folder of a metadata file."""
    return path.rpartition("/")[0]


def own_folder(path: str) -> tuple[str, ...]:
    """The folder of a metadata file, in which everything is the package's."""
    return (parent_folder(path),)


def raised_by(command: str, text: str = "install {} or later") -> Callable[[], Commands]:
    """What is known of a package manager whose remedy alone is: ``command`` takes the names of packages, if there is one.

    ``text`` says what to do, with a place for the version.
    """

    def load() -> Commands:
        from types import MappingProxyType

        from garboard.model.program import FIXED, Commands, Fix

        def remedy(fix: Fix) -> tuple[str, str]:
            from shlex import quote

            names = " ".join(quote(one.name) for one, _ in fix.pins)
            return text.format(FIXED), f"{command} {names}".strip() if command else ""

        return Commands(programs=MappingProxyType({}), remedy=remedy)

    return load


def never(path: str) -> bool:  # noqa: ARG001
    """No path."""
    return False


ANYWHERE: Final = "*"
"""Every folder."""


def never_repeats(path: str) -> str | None:  # noqa: ARG001
    """No file repeats another."""
    return None


def no_folders(path: str) -> tuple[str, ...]:  # noqa: ARG001
    """None: files of other kinds do not lie within its packages."""
    return ()


def same_file(requiring: Package, copies: list[Package]) -> list[Package]:
    """Those that the same file states: it is one program, linked of them."""
    places = {location.path for location in requiring.locations}
    return [copy for copy in copies if any(location.path in places for location in copy.locations)]


class LockTool(NamedTuple):
    """A program that makes a lock file fit its manifest again, without running anything of the project.

    Attributes:
        lock: name of the lock file.
        manifest: name of the manifest beside it, which is changed first where it names the package.
        program: the program's name.
        named: arguments of each call where the manifest names the package, with a ``folder`` and, of the package, its
            ``name`` and ``version``.
        other: the same where only another package needs it; none if nothing can be done then.
        environment: what is set for it, whatever the user has.
        kept: how the names of variables begin that it gets of the user's environment, besides the common ones.
        refused: what a manifest has that makes it depend on more than the two files, as a regular expression.
        read: name of the file that tells the versions afterwards.
        stays: what it may not change in the manifest, as a regular expression: which toolchain builds the project.
    """

    lock: str
    manifest: str
    program: str
    named: tuple[tuple[str, ...], ...]
    other: tuple[tuple[str, ...], ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    kept: tuple[str, ...] = ()
    refused: str = ""
    read: str = ""
    stays: str = "(?!)"


class Ecosystem(Value):
    """All that is known about one ecosystem.

    The record is light: whatever parses is imported by the functions in it, when it is first needed.

    Attributes:
        name: the module's.
        type: package URL type.
        manager: the package manager as a report names it.
        language: as ``docker scan`` names it; empty if it is the type.
        osv: the ecosystem in OSV's data; empty for operating systems, where it depends on the distribution.
        separator: what stands between a name's namespace and the rest where people read it.
        order: name of the version order of its packages; empty if none is known yet.
        load_order: imports that order, where it is the ecosystem's own.
        normalize: a name in the spelling by which names are compared.
        one_spelling: whether package URLs have names in that spelling alone.
        globs: files that list or describe installed packages, without a leading slash; ``*`` stands for one path
            component or a part of it, a leading ``**/`` for any folders.
        locks: names of files that pin packages, which may be installed or not.
        loose_locks: whether lock files may lack what a manifest asks for (what a BOM or another tool decides).
        below_locks: whether packages are installed below the folder of such a file.
        installers: packages that are there before any that such a file pins.
        head: so many bytes of these are enough; 0 where all are read.
        databases: whether these may be as large as databases are.
        mapped: whether they are archives or programs, of which parts are read (`garboard.model.image.File.view`).
        archives: files of which parts are read, where the others are read as a whole (`load_archives`).
        scripts_with_archives: whether a script whose first line an archive follows may be one.
        version: rises whenever the facts made of the same bytes change, which empties the cache.
        roots: files that list what is installed, seen from the root; below another folder they are another root's.
        bare: folders of packages without the file that names the package.
        of_folder: the package that is such a folder whose name says so, where ``bare`` looks for all of its packages.
        distributions: ids of distributions (os-release) of which it is the package manager, where it is no operating system's.
        for_tests: whether a path lies within what only the tests of a package need.
        unread: what a report calls files that the cataloger states to be unread, and that may be part of a package.
        unmet: what a report calls the image's own applications that need packages, which the cataloger states to be unread
            with the packages' names; empty if it does not. One for which any of these is installed is none.
        unmet_hint: how their versions are told without an installation.
        built_in_a_folder: whether a program's own package goes by the name that others have it by, so that the image's own
            application is a package of the registry where data know that name: in a version that the program may not state.
        modules: files that show the folder of a package, or are modules, of which nothing there names the package, as globs.
        module_lists: files in the folder of a package's metadata with lines that begin with the names of such folders and files.
        in_modules: globs of the files by which ``bare`` finds such folders, as far as these are common.
        lists: the folders of files that list what a package brought and are named after it, with any extension.
        load_catalog: imports what reads those files.
        load_archives: imports what reads the archives, as ``File.view``.
        load_program: imports what reads of which packages a program or shared library was built.
        load_software: imports what known software is called by CPE: vendors and products by its name.
        sections: names of sections of which such a program has one.
        windows_sections: the same for those of Windows, where names are short.
        appended: whether a program with data behind its own may be one of it.
        named: whether a program at this path is one of its, whatever its sections: a cheap test, asked of every program.
        declares: globs of the files of a source tree that say which packages its build installs.
        of_sources: which of these say nothing of what an image that holds them lacks.
        blank: which of these may be empty, as a regular expression that is looked for in the path; an empty one of the others
            is damaged.
        manifests: globs of those that ask for packages by name, which lock files answer for (`garboard.model.package.Asked`).
        any_case: whether its tools find these whatever the capitals in their names.
        glances: scripts of a source tree that may say in themselves what they need.
        load_declared: imports what reads all of these.
        edited: files of those that name packages whose versions can be raised in place, as globs.
        load_editor: imports what does so for the file of a path.
        projects: the manifest of a project, by its name in the project's folder, which commands go by that name no file.
        builds: commands that build a project by that file and are no package manager's installations, as a regular
            expression that is looked for in a line.
        tied: files beside an edited manifest that a tool has to change with it, each with the command, of a ``name`` and a
            ``version``.
        tools: programs that change such a file with its manifest, where the user asks for that.
        toolchain: the name of the package that comes with the toolchain itself, which no manifest asks for by that name.
        load_join: imports what completes those of these files of which that states a `garboard.model.package.Kept` alone.
        marks: texts of which one is in the beginning of such a program, if it lost its sections' names.
        programs: names of the programs that install its packages.
        load_commands: imports what is known of their command lines.
        advised: the names under which advisories list a package; by default its full name.
        part: of a name that advisories list, what a package states that does not know its namespace.
        likely: of the names that advisories list, by that part, those that such a package may have, as far as its own name and
            what it holds show. Several are other names of one package; those of different ones are a `ValueError` that says so.
        by_source: whether advisories list source packages only.
        published: whether the distribution itself published a package of the operating system that owns the file at this
            path (empty: the package as such); None where that is not known.
        later_release: the later release of this distribution that a package was built for, by its version's own mark; empty
            where none tells.
        modular: whether versions of one package are published in streams.
        namespaced: whether a package URL of its type needs a namespace (purl-spec).
        epochs: whether a version may begin with an epoch that a package URL has as a qualifier.
        headers: names of packages that hold headers of a kernel alone, as globs: nothing of them runs.
        keeps_itself: packages that the package manager never removes as unneeded.
        index: what publishes its packages, in a sentence.
        install_folder: the folder in which a package lies that is described by a file at this path.
        folders: the folders in which everything belongs to packages of which a file at this path describes one.
        repeats: the folder in which a package is installed that a file at this path only repeats if it is of the same name and
            version (`ANYWHERE` for any); None for files that count by themselves.
        whole: whether these folders belong to the application that such a file describes, too.
        package_file: how a file is named from which a package is installed, of ``name``, ``version`` (without epoch) and
            ``arch``.
        packed: files that describe an installed package, or list some, wherever they lie: in an archive of another kind too.
        other_files: how else the names of such files end, with the dot.
        caches: folders in which such files are what an installation left, as globs; after ``./`` below the folder in which
            packages lie.
        nearest: of several installed copies, those that a package uses that requires them; by default those of its own
            architecture (operating systems) or in its own folder (languages).
        allows: whether a requirement's specifier admits a version, where packages state any.
        interpreter: the program of the operating system that runs its programs; empty if there is none.
        scripts: how the names of files end that it runs, with the dot.
        traces: how the paths of files end, besides those of ``scripts``, that tell of installed packages which no cataloger
            reads.
        runtimes: names of packages of operating systems that have the interpreter, as a regular expression, where it is in
            them under another name or as a module of a server.
        misses: what of this ecosystem is not read, in a few words, for the documentation.
        reference: where the form of what is read is described.
        interpreted: whether installed packages are told to need the interpreter, and not only such files.
    """

    name: str
    type: str
    manager: str
    language: str = ""
    osv: str = ""
    separator: str = "/"
    order: str = ""
    load_order: Callable[[], VersionOrder] | None = None
    normalize: Callable[[str], str] = exact_name
    one_spelling: bool = False
    globs: tuple[str, ...] = ()
    head: int = 0
    databases: bool = False
    mapped: bool = False
    locks: tuple[str, ...] = ()
    loose_locks: bool = False
    below_locks: bool = True
    installers: tuple[str, ...] = ()
    archives: tuple[str, ...] = ()
    load_archives: Callable[[], PlainCatalog] | None = None
    scripts_with_archives: bool = False
    version: int = 1
    roots: tuple[str, ...] = ()
    bare: tuple[Bare, ...] = ()
    of_folder: Callable[[str], Package | None] | None = None
    distributions: tuple[str, ...] = ()
    for_tests: Callable[[str], bool] = never
    unread: tuple[str, ...] = ()
    unmet: str = ""
    unmet_hint: str = ""
    built_in_a_folder: bool = False
    modules: tuple[str, ...] = ()
    module_lists: tuple[str, ...] = ()
    in_modules: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    load_catalog: Callable[[], Catalog] | None = None
    load_program: Callable[[], PlainCatalog] | None = None
    load_software: Callable[[], Mapping[str, tuple[str, ...]]] | None = None
    sections: tuple[str, ...] = ()
    windows_sections: tuple[str, ...] = ()
    marks: tuple[bytes, ...] = ()
    appended: bool = False
    named: Callable[[str], bool] = never
    declares: tuple[str, ...] = ()
    of_sources: tuple[str, ...] = ()
    blank: str = "(?!)"
    manifests: tuple[str, ...] = ()
    any_case: bool = False
    glances: tuple[Glance, ...] = ()
    load_declared: Callable[[], PlainCatalog] | None = None
    edited: tuple[str, ...] = ()
    load_editor: Callable[[str], Editor] | None = None
    projects: tuple[str, ...] = ()
    builds: str = ""
    tied: tuple[tuple[str, str], ...] = ()
    tools: tuple[LockTool, ...] = ()
    toolchain: str = ""
    load_join: Callable[[], Join] | None = None
    programs: tuple[str, ...] = ()
    load_commands: Callable[[], Commands] | None = None
    advised: Callable[[Package], tuple[AdvisedName, ...]] | None = None
    part: Callable[[str], str] | None = None
    likely: Callable[[Package, Mapping[str, Sequence[str]]], tuple[str, ...]] | None = None
    by_source: bool = False
    published: Callable[[Package, str], bool | None] | None = None
    later_release: Callable[[Package, Distro], str] | None = None
    modular: bool = False
    namespaced: bool = False
    epochs: bool = False
    headers: tuple[str, ...] = ()
    keeps_itself: tuple[str, ...] = ()
    index: str = ""
    install_folder: Callable[[str], str] = parent_folder
    folders: Callable[[str], tuple[str, ...]] = no_folders
    repeats: Callable[[str], str | None] = never_repeats
    whole: bool = False
    package_file: str = ""
    packed: tuple[str, ...] = ()
    other_files: tuple[str, ...] = ()
    caches: tuple[str, ...] = ()
    nearest: Callable[[Package, list[Package]], list[Package]] | None = None
    allows: Callable[[str, str], bool] | None = None
    interpreter: str = ""
    scripts: tuple[str, ...] = ()
    traces: tuple[str, ...] = ()
    runtimes: str = ""
    misses: str = ""
    reference: str = ""
    interpreted: bool = False

    @property
    def system(self) -> bool:
        """Whether it is the package manager of an operating system."""
        return self.type in SYSTEM_TYPES
