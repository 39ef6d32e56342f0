"""Linux kernels, by the header of their image or the folder of their modules, and modules that were built apart from one.

The header is that of the x86 boot protocol (``Documentation/arch/x86/boot.rst``), the modules' section ``.modinfo``.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import Final

from garboard.model.image import File
from garboard.model.package import HIGH, MEDIUM, UNMANAGED, Evidence, Fact, Package, Unread
from garboard.patterns import lazy

NAME: Final = "linux"
_ORDER: Final = "deb"
_UNKNOWN: Final = "kernels and kernel modules of unknown versions"
_SIGN: Final = b"HdrS"
_SIGN_AT: Final = 0x202
_POINTER_AT: Final = 0x20E
_SETUP: Final = 0x200
_RELEASE: Final = lazy(r"\d+\.\d+[\w.+~-]{0,80}")
_FOLDER: Final = lazy(r"(?:^|/)lib/modules/([^/]+)/")
_STATED: Final = re.compile(rb"(?:\A|\0)(version|license|name)=([^\0]{1,200})(?=\0)")


def kernel(file: File) -> Iterator[Fact]:
    """The kernel whose image or folder of modules this is, with its release (``uname -r``)."""
    folder, _, name = file.path.rpartition("/")
    data = file.data
    if data[_SIGN_AT : _SIGN_AT + 4] == _SIGN and len(data) >= _POINTER_AT + 2:
        at = _SETUP + int(struct.unpack_from("<H", data, _POINTER_AT)[0])
        text = data[at : at + 128].partition(b"\0")[0].decode("ascii", "replace")
        if release := _RELEASE().match(text):
            yield _kernel(release[0], Evidence(confidence=HIGH, offset=at))
            return
    stated = folder.rpartition("/")[2] if _FOLDER().search(file.path) else name.partition("-")[2]
    if release := _RELEASE().fullmatch(stated):
        yield _kernel(release[0], None if name.startswith("modules.") else Evidence(confidence=MEDIUM))
    else:
        yield Unread(kind=_UNKNOWN)


def module(file: File) -> Iterator[Fact]:
    """A module that is none of the kernel's own, with its version and license."""
    stated = {found[1]: found[2].decode("utf-8", "replace") for found in _STATED.finditer(file.data)}
    name = stated.get(b"name") or file.path.rpartition("/")[2].removesuffix(".ko")
    if version := stated.get(b"version", ""):
        at = file.data.index(b"version=") + len(b"version=")
        licenses = (stated[b"license"],) if b"license" in stated else ()
        evidence = Evidence(confidence=HIGH, offset=at)
        yield Package(type=UNMANAGED, name=name, version=version, scheme=_ORDER, licenses=licenses, evidence=evidence)
    else:
        yield Unread(kind=_UNKNOWN)


def _kernel(release: str, evidence: Evidence | None) -> Package:
    return Package(type=UNMANAGED, name=NAME, version=release, scheme=_ORDER, evidence=evidence)
