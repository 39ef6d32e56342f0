"""What a Go program was built of: the build information that the go command writes into it (``debug/buildinfo``)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

import msgspec

from garboard.ecosystems.golang import NO_INFORMATION, functions
from garboard.executables import BadExecutable, Executable, Section
from garboard.model.faults import worded
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package, Unread

TYPE: Final = "golang"
ORDER: Final = "semver"
STANDARD_LIBRARY: Final = "stdlib"

_MARK: Final = re.compile(rb"\xff Go buildinf:")
_ALIGNED: Final = 16
_HEADER: Final = 32
_INLINE: Final = 2
_BIG_ENDIAN: Final = 1
_PLATFORM: Final = re.compile(r"[a-z0-9]{1,20}", re.ASCII)
_SECTIONS: Final = (".go.buildinfo", "__go_buildinfo")
_MOST: Final = 64 * 1024 * 1024
"""Bytes that are searched for the mark where no section has it."""
_TEXT: Final = 4 * 1024 * 1024
_SENTINEL: Final = 16
"""Bytes before and after the module information by which the linker finds it."""
_TOOLCHAIN: Final = "cmd/"
"""Go's own programs are made of its standard library."""
_WITHOUT_MODULES: Final = "Go programs that do not list their modules"
_DEVELOPMENT: Final = "(devel)"
_RELEASE: Final = re.compile(r"go(\d+(?:\.\d+)*(?:(?:rc|beta)\d+)?)(?![\w.])")
_ASSIGNED: Final = re.compile(r"""(?<!\S)['"]?--?X(?:=|\s+)['"]?([^\s=]+)=([^\s'"]+)""")
_VERSION: Final = re.compile(r"v?\d+\.\d+(?:\.\d+)?(?:[-+.~][0-9A-Za-z.+~-]+)?")
_ESCAPED: Final = re.compile(r"\\(.)")
_BLANKS: Final = MappingProxyType({"t": "\t", "n": "\n", "r": "\r"})
_NAMES: Final = frozenset(
    {
        *("version", "appversion", "buildversion", "gitversion", "releaseversion", "fullversion", "semver"),
        *("gittag", "tag", "gitdescribe"),
    }
)
"""Of variables that hold the version."""


_Order = Literal["big", "little"]


class Module(NamedTuple):
    """A module, or what takes its place; without a version where a folder of its author's does."""

    path: str
    version: str


class BuildInformation(NamedTuple):
    """BuildInformation information: the toolchain's version, the main module, what it was built with, and how."""

    toolchain: str
    package: str
    main: Module | None
    modules: tuple[Module, ...]
    settings: Mapping[str, str]


def catalog(file: File, /) -> Iterator[Fact]:
    """The main module, its dependencies and the standard library; nothing where it is no program of Go.

    Without a version the main module, and one that a folder takes the place of, are of the image's own: whether the data know
    their paths is told when they are asked.
    """
    try:
        program = Executable(file.view)
        build = read(program)
    except BadExecutable as error:
        yield Gap(
            stage="catalog",
            subject=file.path,
            reason=f"the build information of a Go program cannot be read: {worded(error)}",
        )
        return
    if build is None:
        if any(part.name.endswith(functions.LINES) for part in program.all_sections()):
            yield Unread(
                kind=NO_INFORMATION, reason="it was removed, or the program obfuscated: what is in it is not known"
            )
        return
    modules = (*build.modules, *((build.main,) if build.main else ()))
    linked = functions.by_module(program, [one.path for one in modules], STANDARD_LIBRARY)
    standard = _RELEASE.match(build.toolchain)
    if standard is None:
        reason = f"built by {build.toolchain}, no release of Go: its standard library was not judged"
        yield Gap(stage="catalog", subject=file.path, reason=reason)
    else:
        held = linked.get(STANDARD_LIBRARY, b"")
        yield Package(
            type=TYPE,
            name=STANDARD_LIBRARY,
            version=standard[1],
            scheme=ORDER,
            functions=held,
            built_for=_built_for(build),
        )
    if build.main is None and not build.package.startswith(_TOOLCHAIN):
        yield Unread(kind=_WITHOUT_MODULES)
    elif build.main is not None:
        yield _main(build, build.main, needs_standard=standard is not None)
    for module in build.modules:
        if module.version and module.version != _DEVELOPMENT:
            yield _package(module, linked.get(module.path, b""), _built_for(build))
        else:
            yield _from_a_folder(module)


def read(program: Executable) -> BuildInformation | None:
    """The build information; None if there is none.

    Raises:
        BadExecutable: it is damaged.
    """
    for part in _likely(program):
        data = program.data[part.at : part.at + min(part.size, _MOST)]
        for found in _MARK.finditer(data):
            if found.start() % _ALIGNED == 0 and found.start() + _HEADER <= len(data):
                toolchain, modules = _texts(program, data[found.start() :])
                if toolchain.startswith(("go", "devel")):
                    return _build(toolchain, modules)
    return None


def _likely(program: Executable) -> Iterator[Section]:
    """Where the build information may be: its own section, else data that may be written to."""
    named = False
    for name in _SECTIONS:
        if program.mentions(name.encode()) and program.section(name) is not None:
            named = True
            yield next(part for part in program.sections if part.name == name)
    if not named:
        yield from (part for part in program.segments if part.writable)


def _texts(program: Executable, data: memoryview) -> tuple[str, bytes]:
    """The toolchain's version, and the module information without what marks it.

    They follow (since Go 1.18), or pointers to them do.
    """
    flags = data[15]
    if flags & _INLINE:
        toolchain, position = _counted(data, _HEADER)
        modules, _ = _counted(data, position)
    else:
        size = data[14]
        order: _Order = "big" if flags & _BIG_ENDIAN else "little"
        if size not in (4, 8):
            raise BadExecutable(f"addresses of {size} bytes")
        first, second = (int.from_bytes(data[at : at + size], order) for at in (16, 16 + size))
        toolchain, modules = (_pointed(program, address, size, order) for address in (first, second))
    if len(modules) > 2 * _SENTINEL and modules[-_SENTINEL - 1] == ord("\n"):
        return toolchain.decode("utf-8", "replace"), modules[_SENTINEL:-_SENTINEL]
    return toolchain.decode("utf-8", "replace"), b""


def _counted(data: memoryview, position: int) -> tuple[bytes, int]:
    """A text after its length (LEB128), and the position behind it."""
    length = shift = 0
    while True:
        if position >= len(data) or shift > 35:
            raise BadExecutable("it is cut short")
        byte = data[position]
        position += 1
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    if length > _TEXT or position + length > len(data):
        raise BadExecutable(f"it has {length} bytes, according to itself")
    return bytes(data[position : position + length]), position + length


def _pointed(program: Executable, address: int, size: int, order: _Order) -> bytes:
    """The text of a string's header at an address: where it is, and its length."""
    header = program.loaded(address, 2 * size)
    where = int.from_bytes(header[:size], order)
    length = int.from_bytes(header[size:], order)
    if length > _TEXT:
        raise BadExecutable(f"it has {length} bytes, according to itself")
    return bytes(program.loaded(where, length)) if length else b""


def _build(toolchain: str, text: bytes) -> BuildInformation:
    package, main = "", None
    modules: list[Module] = []
    settings: dict[str, str] = {}
    for line in text.decode("utf-8", "replace").split("\n"):
        kind, _, rest = line.partition("\t")
        path, _, more = rest.partition("\t")
        module = Module(path, more.partition("\t")[0])
        if kind == "path":
            package = rest
        elif kind == "mod":
            main = module
        elif kind == "dep":
            modules.append(module)
        elif kind == "=>" and modules:
            there = not module.path.startswith((".", "/")) and bool(module.version)
            modules[-1] = module if there else modules[-1]._replace(version="")
        elif kind == "build":
            key, _, value = rest.partition("=")
            settings[key] = value
    return BuildInformation(toolchain, package, main, tuple(modules), settings)


def _main(build: BuildInformation, main: Module, *, needs_standard: bool) -> Package:
    """The main module; one that was built in its author's folder is the image's own application.

    Its version then is what the linker was told to write into a variable that is called so.
    """
    version = main.version if main.version != _DEVELOPMENT else _told(build, main)
    names = [module.path for module in build.modules]
    needs = tuple((name,) for name in ((STANDARD_LIBRARY, *names) if needs_standard else names))
    own = main.version == _DEVELOPMENT and not version
    made = _from_a_folder(main) if own else _package(Module(main.path, version))
    return msgspec.structs.replace(made, requires=needs)


def _from_a_folder(module: Module) -> Package:
    """One of the image's own: which version was in the folder cannot be known."""
    return msgspec.structs.replace(_package(module._replace(version="")), application=True)


def _told(build: BuildInformation, main: Module) -> str:
    """The version that ``-ldflags "-X package.version=…"`` set."""
    flags = build.settings.get("-ldflags", "")
    if flags.startswith('"'):
        flags = _ESCAPED.sub(lambda found: _BLANKS.get(found[1], found[1]), flags[1:-1])
    named = [
        (variable, value)
        for variable, value in _ASSIGNED.findall(flags)
        if variable.rpartition(".")[2].lower() in _NAMES and _VERSION.fullmatch(value)
    ]
    own = [value for variable, value in named if variable.startswith(("main.", main.path))]
    found = own or [value for _, value in named]
    if len({value.removeprefix("v") for value in found}) != 1:
        return ""
    return found[0] if found[0].startswith("v") else f"v{found[0]}"


def _built_for(build: BuildInformation) -> str:
    """The system and the processor of a program; empty unless both are stated."""
    system, processor = (build.settings.get(one, "") for one in ("GOOS", "GOARCH"))
    return f"{system}/{processor}" if _PLATFORM.fullmatch(system) and _PLATFORM.fullmatch(processor) else ""


def _package(module: Module, functions: bytes = b"", built_for: str = "") -> Package:
    namespace, _, name = module.path.rpartition("/")
    return Package(
        type=TYPE,
        namespace=namespace,
        name=name,
        version=module.version,
        scheme=ORDER,
        functions=functions,
        built_for=built_for,
    )
