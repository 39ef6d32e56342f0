"""One file that holds or lists packages: a jar, a wheel, a program, a lock file."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from garboard.image.handle import AnyOpened, OpenedTree, Tree
from garboard.image.options import Options
from garboard.image.recognize import refuse_special
from garboard.model.errors import ImageError
from garboard.model.image import Image, Platform

SCHEMES = ("file",)
_ENDS: Final = (
    *(".jar", ".war", ".ear", ".aar", ".par", ".sar", ".kar", ".hpi", ".jpi"),
    *(".whl", ".egg", ".pyz", ".pex", ".gem", ".nupkg", ".crate", ".asar"),
)
"""How the names of package files end that are no image and no root file system."""


def detect(name: str, _options: Options) -> bool:
    """Report whether this is a file that is named as a package is."""
    return name.lower().endswith(_ENDS) and Path(name).expanduser().is_file()


def open(name: str, _options: Options) -> AnyOpened:  # noqa: A001  (the sources' common word)
    path = Path(name).expanduser()
    refuse_special(path)
    if not path.is_file():
        raise ImageError(f"{name} is not a file", "file: takes one file, dir: a folder")
    return OpenedTree(
        image=Image(name=name, source=SCHEMES[0], platform=Platform(os="", architecture="")),
        tree=Tree(path.parent, sources=True, only=path.name),
    )
