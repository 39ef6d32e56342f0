"""Servers that have no program of their own, known by a file of their installation that states the version."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import Final, NamedTuple

from garboard.ecosystems.generic.program import ORDER
from garboard.model.image import File
from garboard.model.package import SOFTWARE as KIND
from garboard.model.package import UNMANAGED, Package


class Described(NamedTuple):
    """Software by its file: how the path ends, the text whose group is the version, and the CPE names as of a program."""

    file: str
    pattern: str
    cpe: str


SOFTWARE: Final = MappingProxyType(
    {
        "rabbitmq": Described(
            "/ebin/rabbit.app",
            r'\{\s*vsn\s*,\s*"(\d+(?:\.\d+){1,3}(?:-(?:alpha|beta|rc)[.\d]*)?)"',
            "vmware:rabbitmq broadcom:rabbitmq_server pivotal_software:rabbitmq",
        )
    }
)


def of(path: str) -> str | None:
    """The software that a file of this path describes."""
    return next((name for name, one in SOFTWARE.items() if path.endswith(one.file)), None)


def software(file: File, name: str) -> Iterator[Package]:
    """The software; nothing where the file does not state its version."""
    if found := re.search(SOFTWARE[name].pattern, file.data.decode("utf-8", "replace")):
        yield Package(type=UNMANAGED, name=name, ecosystem=f"{KIND}:{name}", version=found[1], scheme=ORDER)
