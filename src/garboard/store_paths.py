"""Names of packages in the store of Nix and of Guix: ``HASH-NAME-VERSION``, with an output's name after it."""

from __future__ import annotations

from functools import partial

from garboard.model.ecosystem import Ecosystem, raised_by
from garboard.model.image import Bare
from garboard.model.package import Package


def ecosystem(name: str, folder: str, *, distributions: tuple[str, ...], index: str, reference: str) -> Ecosystem:
    """The ecosystem whose packages a store names, in this folder of the root."""
    return Ecosystem(
        name=name,
        type=name,
        manager=name,
        bare=(store(folder, name),),
        of_folder=partial(package, name),
        folders=itself,
        distributions=distributions,
        load_commands=raised_by("", "take a channel that has {} or later, and build the image again"),
        index=index,
        misses="what lies in the store as a single file, or under a name without a version; no advisories are read for them (a gap)",
        reference=reference,
    )


def store(folder: str, type_: str) -> Bare:
    """The folders of packages in a store of the root."""
    return Bare(
        within=folder.encode() + b"/",
        folder=rb"(?:\A|(?<=[\0/]))" + folder.encode() + rb"/[0-9a-z]{32}-[^/\0]+",
        files=(),
        contents=(b"",),
        kind=f"packages in the store of {type_}",
    )


def package(type_: str, folder: str) -> Package | None:
    """The package that a folder of the store is; None where its name has no version: that holds settings or the like.

    A version begins with the first digit after a hyphen, as ``builtins.parseDrvName`` of Nix has it.
    """
    import re

    words = folder.rpartition("/")[2].split("-")[1:]
    first = next((number for number, word in enumerate(words) if number and word[:1].isdecimal()), 0)
    if not first:
        return None
    version = "-".join(words[first:])
    output = re.fullmatch(r"(.+)-(?:bin|dev|doc|devdoc|info|lib|man|out|debug|static|terminfo|data)", version)
    return Package(type=type_, name="-".join(words[:first]), version=output[1] if output else version, scheme="")


def itself(folder: str) -> tuple[str, ...]:
    """All that lies in the folder is the package's."""
    return (folder,)
