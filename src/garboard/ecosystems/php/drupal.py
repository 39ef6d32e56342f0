"""Drupal: the core by ``core/lib/Drupal.php``, or ``includes/bootstrap.inc`` of Drupal 7, and what ``NAME.info.yml`` describes.

They are packages of Packagist and of drupal.org's own repository for Composer, whoever unpacked them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package

_CORE: Final = re.compile(r"\bconst[ \t]+VERSION[ \t]*=[ \t]*['\"]([0-9][!-&(-~]{0,63})['\"]")
_SEVEN: Final = re.compile(r"\bdefine\('VERSION', '([0-9][!-&(-~]{0,63})'\)")
_FIELD: Final = re.compile(r"^(type|project|version|core|core_version_requirement):([^\n]*)", re.MULTILINE)
_OLD: Final = re.compile(r"[0-9]+\.x-([0-9]+)\.([0-9]+)((?:-[A-Za-z]+[0-9]*)?)")
"""A release of a project that is not numbered by semantic versions: ``8.x-1.34-rc1``."""
_VERSION: Final = re.compile(r"[0-9]+\.[0-9]+(?:\.[0-9]+)?(?:-[A-Za-z]+[0-9]*)?")
_KINDS: Final = frozenset({"module", "theme", "profile", "theme_engine"})


def catalog(file: File) -> Iterator[Fact]:
    """The core, or the project that a file describes; the parts of one, and the image's own modules, are no packages."""
    text = file.data.decode("utf-8", "replace")
    if file.path.endswith(".php"):
        yield _core("core", _CORE.search(text), file)
    elif file.path.endswith(".inc"):
        if "Drupal" in text or "drupal_" in text:
            yield _core("drupal", _SEVEN.search(text), file)
    else:
        yield from _project(file.path, text)


def _core(name: str, found: re.Match[str] | None, file: File) -> Fact:
    if found is None:
        return Gap(stage="catalog", subject=file.path, reason="states no version of Drupal: it was not judged")
    return _package(name, found[1])


def _project(path: str, text: str) -> Iterator[Fact]:
    fields = {key: value.strip().strip("'\"") for key, value in _FIELD.findall(text)}
    if fields.get("type") not in _KINDS or not (
        {"core", "core_version_requirement"} & fields.keys() or "project" in fields
    ):
        return
    name = path.rpartition("/")[2].removesuffix(".info.yml")
    project, version = fields.get("project", ""), fields.get("version", "")
    if not project:
        if "/contrib/" in path and path.split("/")[-2] == name:
            reason = f"does not state of which release {name} is: it was not judged"
            yield Gap(stage="catalog", subject=path, reason=reason)
        return
    if project != name:
        return
    old = _OLD.fullmatch(version)
    if old is not None:
        version = f"{old[1]}.{old[2]}.0{old[3]}"
    if not _VERSION.fullmatch(version):
        reason = f"{name} is of {version or 'no'} version, which is no release: it was not judged"
        yield Gap(stage="catalog", subject=path, reason=reason)
        return
    yield _package(project, version)


def _package(name: str, version: str) -> Package:
    return Package(type="composer", namespace="drupal", name=name, version=version, scheme="composer")
