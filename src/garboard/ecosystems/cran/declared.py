"""The packages that ``renv.lock`` and ``packrat.lock`` declare, and what the ``DESCRIPTION`` of a project asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from garboard import lock_text
from garboard.lock_text import Named, Pinned, Remark
from garboard.model.gap import some
from garboard.model.image import File
from garboard.model.package import Fact, Package

TYPE: Final = "cran"
ORDER: Final = "numbers"
_FIELDS: Final = frozenset({"Depends", "Imports", "LinkingTo"})
_FIELD: Final = re.compile(r"([A-Za-z][\w./@-]*):")
_NEED: Final = re.compile(r"(?:^|,)\s*([A-Za-z][\w.]*)")
_OWN: Final = frozenset(
    {"R", "base", "compiler", "datasets", "grDevices", "graphics", "grid", "methods", "parallel", "splines", "stats"}
    | {"stats4", "tcltk", "tools", "utils"}
)
"""R, and the packages that are part of it."""
_REPOSITORIES: Final = frozenset({"github", "gitlab", "bitbucket", "git", "git2r", "xgit", "gitea", "svn"})
"""Sources that are repositories of source code, as renv calls them, in lower case."""
_OF_CRAN: Final = frozenset({"CRAN", "CustomCRANLikeRepository"})
"""What packrat calls it, and repositories like it."""
_BIOCONDUCTOR: Final = ("bioconductor", "bioc")
_CONTINUED: Final = re.compile(r"\n[ \t]+")
_BUILT: Final = b"\nBuilt:"
"""Stands in what is installed, which is read as such."""


def catalog(file: File, /) -> Iterator[Fact]:
    """Each package of CRAN or Bioconductor; what comes from source repositories counts as the release of its version."""
    if file.path.endswith("DESCRIPTION"):
        if _BUILT not in file.data:
            yield from lock_text.asked(file, _required, type_=TYPE, hint="`renv::snapshot()` writes renv.lock")
        return
    writer = "packrat" if file.path.endswith("packrat.lock") else "renv"
    facts = tuple(lock_text.facts(file, _packages, type_=TYPE, order=ORDER, writer=writer))
    if any(isinstance(one, Package) for one in facts):
        others = {name for name, entry in _entries(lock_text.decoded(file.data)).items() if _of_bioconductor(entry)}
        facts = tuple(
            msgspec.structs.replace(one, type="bioconductor")
            if isinstance(one, Package) and one.name in others
            else one
            for one in facts
        )
    yield from facts


def _required(text: str) -> Named:
    """The fields of needs; a line that begins with a space goes on with its field."""
    field = ""
    for number, line in enumerate(text.split("\n"), 1):
        stated = line
        if not line[:1].isspace():
            found = _FIELD.match(line)
            field = found[1] if found is not None else ""
            stated = line[len(field) + 1 :]
        if field in _FIELDS:
            for name in _NEED.findall(stated):
                if name not in _OWN:
                    yield name, number


def _entries(text: str) -> Mapping[str, Any]:
    """What is said of each package: in JSON by renv, else by packrat.

    Raises:
        ValueError: it is neither.
    """
    if text.lstrip().startswith("Packrat"):
        return _of_packrat(text)
    found: Mapping[str, Any] = lock_text.listed(msgspec.json.decode(text), "Packages")
    return found


def _of_packrat(text: str) -> Mapping[str, Any]:
    """The same of its paragraphs, the first of which is about the file; a line that begins with a space goes on with its field."""
    found: dict[str, Any] = {}
    for paragraph in filter(None, map(str.strip, text.split("\n\n")[1:])):
        joined = _CONTINUED.sub(" ", paragraph)
        fields = {key.strip(): one.strip() for key, _, one in (line.partition(":") for line in joined.split("\n"))}
        source = fields.get("Source", "")
        found[fields["Package"]] = {
            "Version": fields["Version"],
            "Source": "Repository" if source in _OF_CRAN else source,
            "Requirements": list(filter(None, map(str.strip, fields.get("Requires", "").split(",")))),
        }
    return found


def _of_bioconductor(entry: Mapping[str, Any]) -> bool:
    """Whether it comes from there: so renv calls its source, or the repository of it."""
    stated = (entry.get("Source"), entry.get("Repository"))
    return any(isinstance(one, str) and one.lower().startswith(_BIOCONDUCTOR) for one in stated)


def _packages(text: str) -> Iterator[Pinned | Remark]:
    lines = lock_text.lines(text, r'(?:\s*"|Package:[ \t]*)([\w.]+)(?:"\s*:\s*\{|[ \t]*$)')
    cloned: list[str] = []
    local: list[str] = []
    for name, entry in _entries(text).items():
        source = str(entry.get("Source", ""))
        if source.lower() in _REPOSITORIES:
            cloned.append(name)
        elif source != "Repository" and not _of_bioconductor(entry):
            local.append(f"{name} ({source or 'of no source'})")
            continue
        needs = tuple(entry.get("Requirements") or ())
        yield Pinned(name, entry["Version"], needs, line=lines.get(name, 0))
    yield from lock_text.from_repositories(cloned)
    if local:
        named = some(local)
        yield Remark(f"takes packages from where no releases are: {named}: they were not judged", named.names)
