"""A Dockerfile as it was written: where each part is, what it says, and what cannot be known about it."""

from __future__ import annotations

import enum
import re

from garboard.model.base import Value
from garboard.model.errors import GarboardError

_LEADING_TABS = re.compile(r"^\t+", re.MULTILINE)


class DockerfileError(GarboardError):
    """A Dockerfile that no builder accepts: the message names file, line and column, and marks it with a caret."""

    def __init__(self, message: str, hint: str = "", *, line: int = 0, column: int = 0) -> None:
        super().__init__(message, hint)
        self.line = line
        self.column = column


class Span(Value):
    """The place of a part: bytes ``start`` (included) to ``end`` (excluded) of the file.

    ``line`` and ``column`` count from 1 and name the first character (columns count characters, not bytes);
    ``last_line`` is the line of the last one.
    """

    start: int
    end: int
    line: int
    column: int
    last_line: int


class PieceKind(enum.StrEnum):
    """What a piece of the file is."""

    BOM = "bom"
    SPACE = "space"
    COMMENT = "comment"
    DIRECTIVE = "directive"
    INSTRUCTION = "instruction"


class Piece(Value):
    """One of the pieces that, joined in their order, are the file."""

    kind: PieceKind
    span: Span


class Directive(Value):
    """A parser directive: ``name`` in lower case (``syntax``, ``escape``, ``check``) and the value as written."""

    name: str
    value: str
    span: Span


class Flag(Value):
    """A flag before the arguments, ``--name=value``, without its quotes; ``value`` is None for a bare ``--name``."""

    name: str
    value: str | None
    span: Span


class Argument(Value):
    """One argument as the builder takes it, nothing expanded; for a JSON form, the decoded string."""

    text: str
    span: Span


class Assignment(Value):
    """One ``name=value`` of ARG, ENV or LABEL, quotes and variables as written; None for an ARG without a default."""

    name: str
    value: str | None
    span: Span


class Heredoc(Value):
    """The lines that follow an instruction up to ``name``.

    ``content`` is what is between, line ends included; ``span`` covers it and the line that ends it. ``expand`` is
    false if the delimiter was quoted; ``strip_tabs`` is true after ``<<-``; ``descriptor`` is the number before ``<<``.
    """

    name: str
    content: str
    span: Span
    expand: bool = True
    strip_tabs: bool = False
    descriptor: int = 0

    @property
    def text(self) -> str:
        """The content as the command gets it: without leading tabs after ``<<-``."""
        return _LEADING_TABS.sub("", self.content) if self.strip_tabs else self.content


class Instruction(Value):
    """One instruction, from its keyword to the end of its last line (of its last heredoc), line end excluded.

    ``keyword`` is as written and ``name`` in upper case. ``arguments`` by instruction: ADD, COPY, EXPOSE, FROM and
    VOLUME have one for each word; RUN, CMD and ENTRYPOINT one with the whole command (continued lines joined, comments
    between them gone); HEALTHCHECK its kind and then the command; ARG, ENV and LABEL one for each word, with
    ``assignments``; ONBUILD none, but a ``trigger``; the others one with the rest of the line. ``exec_form`` holds the
    strings of a JSON form, else None.
    """

    keyword: str
    name: str
    original: str
    span: Span
    flags: tuple[Flag, ...] = ()
    arguments: tuple[Argument, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    heredocs: tuple[Heredoc, ...] = ()
    exec_form: tuple[str, ...] | None = None
    trigger: Instruction | None = None

    @property
    def values(self) -> tuple[str, ...]:
        """The arguments' texts."""
        return tuple(argument.text for argument in self.arguments)

    def flag(self, name: str) -> str:
        """The value of the last flag of this name; ``""`` without one."""
        return next((flag.value or "" for flag in reversed(self.flags) if flag.name == name), "")


class Stage(Value):
    """A build stage: its FROM, and the instructions after it up to the next one.

    ``name`` (``AS name``, else ``""``), ``base`` and ``platform`` (of ``--platform``, else ``""``) are as written.
    """

    index: int
    name: str
    base: Argument
    platform: str
    origin: Instruction
    instructions: tuple[Instruction, ...]


class Dockerfile(Value):
    """A lossless Dockerfile: the bytes of ``pieces``, joined in order, are ``data``.

    ``arguments`` are the ARG assignments before the first FROM, ``escape`` is the escape character in force. Texts are
    UTF-8 with U+FFFD for each invalid byte; only ``data`` has the original bytes.
    """

    name: str
    data: bytes
    escape: str
    pieces: tuple[Piece, ...]
    directives: tuple[Directive, ...]
    instructions: tuple[Instruction, ...]
    stages: tuple[Stage, ...]
    arguments: tuple[Assignment, ...]

    def written(self, span: Span) -> bytes:
        """The bytes of a span."""
        return self.data[span.start : span.end]


class Unknown(Value):
    """A text that cannot be known from the Dockerfile alone: the variables at fault, and why."""

    reason: str
    variables: tuple[str, ...] = ()


class PackageRequest(Value, tag_field="request", tag="package"):
    """A package that a RUN asks for by name.

    ``manager`` is the program (``apt-get``, ``pip``, …), ``ecosystem`` the purl type, ``version`` the one version that
    was pinned (else ``""``), ``specifier`` everything said about the version, as written. ``command`` is the command's
    text, ``written`` the word that names the package as it stands there. ``conditional``: it runs only in some cases
    (``if``, ``||``, ``while``, ``case``).
    """

    manager: str
    ecosystem: str
    name: str
    command: str
    version: str = ""
    specifier: str = ""
    conditional: bool = False
    written: str = ""


class UnknownRequest(Value, tag_field="request", tag="unknown"):
    """Something that a RUN installs but that cannot be named: a variable, a manifest, a file, a group, a script."""

    manager: str
    text: str
    reason: str
    command: str
    conditional: bool = False
    limit: bool = False
    """Whether a limit of this program is the reason."""


Request = PackageRequest | UnknownRequest
