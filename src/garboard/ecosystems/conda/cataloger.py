"""Installed packages of Conda: ``conda-meta/NAME-VERSION-BUILD.json``, one file for each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

import msgspec

from garboard.model.ecosystem import MetadataPaths
from garboard.model.faults import worded
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Owns, Package

TYPE: Final = "conda"
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,255}")
_VERSION: Final = re.compile(r"[!-~]{1,256}")


class _Record(msgspec.Struct):
    """The fields in use, as the package's builder and Conda wrote them."""

    name: Any = None
    version: Any = None
    build: Any = None
    channel: Any = None
    subdir: Any = None
    depends: Any = None
    license: Any = None
    files: Any = None


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """The package, and what of its files describes packages of languages or may be a program."""
    try:
        record = msgspec.json.decode(file.data, type=_Record)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        yield Gap(stage="catalog", subject=file.path, reason=f"is not what Conda writes of a package: {worded(error)}")
        return
    name, version = _text(record.name), _text(record.version)
    if not _NAME.fullmatch(name) or not _VERSION.fullmatch(version):
        reason = "does not state the name and the version of a package of Conda: it was not judged"
        yield Gap(stage="catalog", subject=file.path, reason=reason)
        return
    subdir = _text(record.subdir)
    yield Package(
        type=TYPE,
        name=name,
        version=version,
        scheme="",
        licenses=(license_,) if (license_ := _text(record.license)) else (),
        requires=tuple((need,) for need in dict.fromkeys(_needs(record.depends))),
        purl=_purl(name, version, _text(record.build), _channel(_text(record.channel), subdir), subdir),
    )
    home = file.path.rpartition("/")[0].rpartition("/")[0]
    paths = owned.among(f"{home}/{path}".lstrip("/") for path in _texts(record.files))
    if paths:
        yield Owns(type=TYPE, package=f"{name}@{version}", paths=paths)


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _texts(value: object) -> Iterator[str]:
    return (one for one in value if isinstance(one, str)) if isinstance(value, list) else iter(())


def _needs(depends: object) -> Iterator[str]:
    """Names of ``name``, ``name version`` and ``name version build``; virtual packages (``__glibc``) are the machine's."""
    for text in _texts(depends):
        name = text.split(None, 1)[0].rpartition("::")[2] if text.strip() else ""
        if name and not name.startswith("__"):
            yield re.split(r"[=<>!~\[]", name, maxsplit=1)[0]


def _channel(text: str, subdir: str) -> str:
    """The last part of a channel's address: ``https://conda.anaconda.org/conda-forge/linux-64`` is ``conda-forge``."""
    text = text.rstrip("/")
    name = text.removesuffix(f"/{subdir}") if subdir else text
    return "" if text.startswith("<") else name.rpartition("/")[2]


def _purl(name: str, version: str, build: str, channel: str, subdir: str) -> str:
    stated = {"build": build, "channel": channel, "subdir": subdir}
    pairs = "&".join(f"{key}={quote(value, safe=':')}" for key, value in stated.items() if value)
    return f"pkg:{TYPE}/{quote(name, safe=':')}@{quote(version, safe=':')}" + (f"?{pairs}" if pairs else "")
