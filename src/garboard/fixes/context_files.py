"""Which file of the build context a RUN reads: as COPY put it there, or a mount shows it."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from garboard.dockerfile.stages import lineage, scoped, stages
from garboard.dockerfile.variables import expand
from garboard.model.dockerfile import Dockerfile, Instruction, Stage


def context_file(
    dockerfile: Dockerfile, build_args: Mapping[str, str], line: int, path: str, exists: Callable[[str], bool]
) -> str:
    """The path below the context of what the RUN of a line calls ``path``; empty if that is not certain.

    Args:
        dockerfile: what is built.
        build_args: as the build gets them.
        line: of the RUN.
        path: as the RUN names it, absolute or from its folder.
        exists: says whether the context has a file of this name.
    """
    for stage in stages(dockerfile):
        if any(one.span.line == line for one in stage.instructions):
            below = lineage(dockerfile, str(stage.index), build_args)
            return _in_stages(dockerfile, below, build_args, (line, path), exists)
    return ""


def _in_stages(
    dockerfile: Dockerfile,
    below: Sequence[Stage],
    build_args: Mapping[str, str],
    wanted: tuple[int, str],
    exists: Callable[[str], bool],
) -> str:
    line, path = wanted
    folder = "/"
    copies: list[_Copy] = []
    for instruction, scope in (one for stage in below for one in scoped(dockerfile, stage, build_args)):
        values = [expand(one, scope, dockerfile.escape) for one in instruction.values]
        known = [one for one in values if isinstance(one, str)]
        if instruction.name == "WORKDIR":
            folder = posixpath.join(folder, known[0]) if folder and known else ""
        elif instruction.name == "RUN" and instruction.span.line == line:
            target = posixpath.normpath(posixpath.join(folder, path)) if folder else ""
            copies += _mounts(instruction, folder)
            found = (source for one in reversed(copies) for source in one.sources(target))
            return next((one for one in found if exists(one)), "") if target else ""
        elif instruction.name in ("COPY", "ADD") and not instruction.flag("from") and len(known) == len(values) > 1:
            copies += _copies(known, folder) if folder or known[-1].startswith("/") else ()
    return ""


class _Copy(NamedTuple):
    """A source of the context; ``path`` is where it lies, ``inside`` says that this is the folder that it is put into."""

    source: str
    path: str
    inside: bool

    def sources(self, target: str) -> Iterator[str]:
        """Paths in the context that may be what lies at ``target``."""
        own, name = self.source.strip("/"), posixpath.basename(target)
        if self.inside and posixpath.dirname(target) == self.path and fnmatchcase(name, posixpath.basename(own) or "."):
            yield posixpath.join(posixpath.dirname(own), name)
        if not self.inside and target == self.path:
            yield own
        if target.startswith(f"{self.path.rstrip('/')}/"):  # the contents of a folder go there themselves
            yield posixpath.normpath(posixpath.join(own, posixpath.relpath(target, self.path)))


def _copies(values: list[str], folder: str) -> Iterator[_Copy]:
    stated = values[-1]
    path = posixpath.normpath(posixpath.join(folder or "/", stated))
    inside = stated.endswith(("/", "/.")) or stated in (".", "..") or len(values) > 2 or path == folder
    yield from (_Copy(one, path, inside) for one in values[:-1])


def _mounts(instruction: Instruction, folder: str) -> Iterator[_Copy]:
    """What bind mounts of the context show."""
    for flag in instruction.flags:
        fields = dict(one.partition("=")[::2] for one in (flag.value or "").split(",")) if flag.name == "mount" else {}
        if fields and fields.get("type", "bind") == "bind" and "from" not in fields:
            target = next((fields[one] for one in ("target", "dst", "destination") if one in fields), "")
            source = fields.get("source", fields.get("src", "."))
            yield _Copy(source, posixpath.normpath(posixpath.join(folder or "/", target)), inside=False)
