"""What an image is (OCI image specification) and what a scan reads of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NewType, Protocol, runtime_checkable

from garboard.model.base import Value
from garboard.model.gap import Gap
from garboard.model.package import Fact

Digest = NewType("Digest", str)
"""``algorithm:hex``, as in ``sha256:…``."""


class Reference(Value):
    """A reference by the distribution grammar: ``registry/repository:tag@digest``.

    ``registry`` and ``repository`` are normalized (``docker.io``, ``library/debian``). ``tag`` is empty if only a
    digest was given, and ``latest`` if neither was.
    """

    registry: str
    repository: str
    tag: str = ""
    digest: str = ""

    @property
    def familiar(self) -> str:
        """The short spelling that people use, ``debian:12`` for ``docker.io/library/debian:12``; it means the same."""
        name = f"{self.registry}/{self.repository}"
        if self.registry == "docker.io":
            first, _, rest = self.repository.partition("/")
            if first == "library" and rest and "/" not in rest:
                name = rest
            elif rest and not ({".", ":"} & set(first) or first == "localhost"):
                name = self.repository
        return name + (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")

    @property
    def canonical(self) -> str:
        """The full spelling, registry included."""
        name = f"{self.registry}/{self.repository}"
        return name + (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")


class Platform(Value):
    """An ``os/architecture[/variant]`` triple, in Go's names."""

    os: str = "linux"
    architecture: str = "amd64"
    variant: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)


class History(Value):
    """One entry of the image configuration's history, unchanged."""

    created: str = ""
    created_by: str = ""
    comment: str = ""
    author: str = ""
    empty_layer: bool = False


class Layer(Value):
    """One layer, lowest first. ``digest`` is of the blob as stored, ``diff_id`` of the tar in it."""

    diff_id: Digest
    digest: Digest | None = None
    media_type: str = ""
    size: int | None = None
    """Bytes of the blob as stored."""


class Image(Value):
    """An image of one platform, opened from anywhere."""

    name: str
    """As the user spelled it, without the scheme prefix."""
    source: str
    """The source's name: docker-archive, oci-dir, registry, …"""
    layers: tuple[Layer, ...] = ()
    history: tuple[History, ...] = ()
    platform: Platform = Platform()
    config_digest: str = ""
    """Image id."""
    manifest_digest: str = ""
    index_digests: tuple[str, ...] = ()
    """Of the indexes that led to the manifest, the outermost first."""
    tags: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    env: tuple[str, ...] = ()
    user: str | None = None
    """As whom its commands run, empty for root; None if the configuration was not read for it."""
    on_build: tuple[str, ...] = ()
    """The instructions that a build on this image runs first (ONBUILD)."""
    created: str = ""


class Attached(Value):
    """A VEX document that accompanies an image, unchanged: as it is, or in an attestation; ``place`` is for people.

    ``attested`` if it is an in-toto statement, maybe in an envelope, of which the signature was not checked.
    """

    place: str
    data: bytes
    attested: bool = False


class ImageSignature(Value):
    """A signature beside an image: the manifest that it is about, the bytes that were signed, and itself in Base64.

    Nothing in it was checked; ``place`` says where it was found.
    """

    digest: str
    signed: bytes
    signature: str
    place: str


class Attestations(Value):
    """What accompanies an image: in-toto statements of its provenance, unchanged, and what could not be read.

    ``vex_gaps`` are of ``vex`` alone; ``signatures`` are None where they were not looked for, or could not be read, for which
    ``signatures_problem`` is the reason.
    """

    provenance: tuple[bytes, ...] = ()
    gaps: tuple[Gap, ...] = ()
    vex: tuple[Attached, ...] = ()
    vex_gaps: tuple[Gap, ...] = ()
    signatures: tuple[ImageSignature, ...] | None = None
    signatures_problem: str = ""


class File(Value):
    """A file that a cataloger asked for: its path without a leading slash, and its bytes.

    Readers that are ``MAPPED`` get the bytes as ``view``, which lies in a file and is gone when they are done.
    """

    path: str
    data: bytes
    view: memoryview = memoryview(b"")


class Bare(Value):
    """Folders that lack the file by which their content would be known.

    ``folder`` is an expression for the end of such a folder's path, and ``within`` a text that each has, which is cheap to
    look for. A folder with none of ``files`` counts where a file that is nearer to no other such folder ends with one of
    ``contents``; then it is stated to be unread, as of this ``kind``. Where they are ``namespaces``, it is what lies in them that
    is (see `garboard.namespaces.packages`).
    """

    within: bytes
    folder: bytes
    files: tuple[bytes, ...]
    contents: tuple[bytes, ...]
    kind: str
    namespaces: bool = False


class Glance(Value):
    """Files of a source tree that are looked into by how their names ``end`` (from the last dot), many as they are.

    One counts if its first bytes, ``head`` of them, have one of ``signs``. None is looked into ``beside`` a file of one of
    these names, or in a folder of which it, or one ``above`` it, has one of those. What has no extension is of this kind if
    its first line names one of the programs that it is ``run_by``.
    """

    end: bytes
    signs: tuple[bytes, ...]
    head: int = 4096
    beside: tuple[bytes, ...] = ()
    above: tuple[bytes, ...] = ()
    run_by: tuple[bytes, ...] = ()


class Reader(Protocol):
    """What `image.read` needs of a cataloger: which paths it wants, and what it makes of a file.

    Seven attributes may be there too: ``HEAD`` (so many bytes of a file are enough), ``LARGE`` (its files are databases,
    which may be as large as `Limits.file_bytes` and not `Limits.text_bytes` only), ``MAPPED`` (it reads parts of its
    files, as `File.view`, which may be as large as `Limits.mapped_bytes`), and ``GLANCES`` (each a `Glance`: in a folder it
    gets the beginnings of these files, too, that no other reader wants), and ``SOURCES`` (its files declare what is not there
    itself, so a link of such a name that leads out of a folder is told), and ``CASES`` (globs: in a folder it gets the files that
    no other reader wants and that have such a name but for capitals, as if they were called so), and ``KNOWN_BY`` (globs: what
    lies behind a link with the name of a folder of theirs, or of its ``GLOBS``, it gets by the link's path).
    """

    @property
    def NAME(self) -> str: ...  # noqa: N802
    @property
    def VERSION(self) -> int: ...  # noqa: N802
    @property
    def GLOBS(self) -> tuple[str, ...]: ...  # noqa: N802

    def catalog(self, file: File, /) -> Iterator[Fact]: ...


@runtime_checkable
class ProgramReader(Reader, Protocol):
    """A reader that wants programs, libraries and scripts too, wherever they are; one of an image may be.

    It asks about the folders that lack a file, too.
    """

    @property
    def BARE(self) -> tuple[Bare, ...]: ...  # noqa: N802

    def explained(self, file: File, /, *, owned: bool = False) -> Iterator[Fact]:
        """The facts that a program states of itself; its beginning is `File.data`, and all of it `File.view`.

        Of one that is ``owned`` by a package, only those of what it was built of.
        """
        ...

    def knows(self, path: str, /) -> bool:
        """Whether a library of this name is looked into, however large it is."""
        ...


class FileVersion(Value):
    """What one layer holds at a path: the facts read there, or ``None`` if the layer removed it.

    ``layer`` counts from 0, the lowest.
    """

    layer: int
    facts: tuple[Fact, ...] | None


class FileHistory(Value, kw_only=True):
    """Every version of one path for one cataloger, lowest layer first.

    ``path`` is where the file is; ``asked`` is the spelling that a link led from, if that is another. Of files in a folder that
    readers know by the path of a link, ``path`` is by that, and ``asked`` the other.
    """

    reader: str
    path: str
    asked: str = ""
    versions: tuple[FileVersion, ...]


class Files(Value):
    """All files that the catalogers asked for, every version of them, and what could not be read."""

    histories: tuple[FileHistory, ...] = ()
    gaps: tuple[Gap, ...] = ()
