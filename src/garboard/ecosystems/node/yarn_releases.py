"""Yarn itself where no package.json tells of it: the file that a project commits, and the one that Corepack fetched.

Yarn 2 and newer is one script, which npm knows as ``@yarnpkg/cli-dist``. Source: https://yarnpkg.com/cli/set/version and
https://github.com/nodejs/corepack (``corepack/v1/NAME/VERSION/.corepack``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package

COREPACK: Final = ".corepack"
SCRIPT: Final = re.compile(r"(?:^|/)\.yarn/releases/yarn-(\d{1,9}\.[\w.+-]{1,100}?)\.c?js$")
"""The path of a script that a project committed, with its version."""
_VERSION: Final = re.compile(r"\d{1,9}\.[\w.-]{1,100}")


class _Locator(msgspec.Struct):
    name: Any = None
    reference: Any = None


class _Fetched(msgspec.Struct):
    locator: _Locator


_decode = msgspec.json.Decoder(_Fetched).decode


def catalog(file: File, /) -> Iterator[Fact]:
    """Yarn of this file's version; a manager that Corepack fetched with a ``package.json`` is told by that."""
    if script := SCRIPT.search(file.path):
        yield _yarn(script[1])
    elif file.path.endswith(f"/{COREPACK}"):
        yield from _fetched(file)


def _fetched(file: File) -> Iterator[Fact]:
    try:
        locator = _decode(file.data).locator
    except (msgspec.MsgspecError, ValueError):
        yield Gap(stage="catalog", subject=file.path, reason="does not say which package manager Corepack fetched")
        return
    version = _VERSION.match(locator.reference) if isinstance(locator.reference, str) else None
    if version is None:
        yield Gap(stage="catalog", subject=file.path, reason="does not say which version Corepack fetched")
    elif locator.name == "yarn" and not version[0].startswith(("0.", "1.")):
        yield _yarn(version[0])


def _yarn(version: str) -> Package:
    old = version.startswith(("0.", "1."))
    return Package(
        type="npm",
        name="yarn" if old else "cli-dist",
        namespace="" if old else "@yarnpkg",
        version=version,
        scheme="semver",
    )
