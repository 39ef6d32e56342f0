"""Java runtimes, by the file ``release`` in their folder (JEP 223, JEP 322)."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from garboard.model.gap import Gap, some
from garboard.model.image import File
from garboard.model.package import SOFTWARE, UNMANAGED, Package
from garboard.patterns import lazy

NAME: Final = "java"
CPE: Final = "oracle:openjdk oracle:jdk oracle:jre"
_ORDER: Final = "deb"
_VERSION: Final = lazy(r'(?m)^JAVA_VERSION="([0-9][\w.+-]{0,63})"')
_PUBLISHER: Final = lazy(r'(?m)^IMPLEMENTOR="([^"\n]{1,100})"')
_MODULES: Final = lazy(r'(?m)^MODULES="([^"]*)')
_OF_RUNTIMES: Final = (
    *("java.", "jdk.", "javafx.", "oracle.", "com.oracle.", "com.sun.", "org.graalvm."),
    *("openj9.", "com.ibm.", "com.azul."),
)
"""How the names of modules begin that come with runtimes."""
_OTHERS: Final = MappingProxyType(
    {
        f"{NAME}-graalvm": lazy(r'(?m)^(?:GRAALVM_VERSION=|IMPLEMENTOR="GraalVM)'),
        f"{NAME}-openj9": lazy(
            r'(?mi)^JVM_VARIANT="openj9"|^FULL_VERSION="?[^"\n]{0,99}openj9|^BUILD_INFO="[^"\n]{0,99}openj9'
        ),
    }
)
"""Runtimes with another virtual machine than OpenJDK's, which has vulnerabilities of its own."""


def runtime(file: File) -> Iterator[Package | Gap]:
    """The runtime with its publisher, and a gap for others' modules that ``jlink`` made a part of it.

    Nothing where the file does not say its version.
    """
    text = file.data.decode("utf-8", "replace")
    if version := _VERSION().search(text):
        publisher = _PUBLISHER().search(text)
        other = next((name for name, found in _OTHERS.items() if found().search(text)), "")
        yield Package(
            type=UNMANAGED,
            name=other or NAME,
            ecosystem="" if other else f"{SOFTWARE}:{NAME}",
            version=version[1],
            scheme=_ORDER,
            vendor=publisher[1] if publisher else "",
        )
        stated = _MODULES().search(text)
        if others := [one for one in (stated[1].split() if stated else ()) if not one.startswith(_OF_RUNTIMES)]:
            named = some(others)
            reason = f"was linked with modules of which the versions are not known: {named}"
            yield Gap(stage="catalog", subject=file.path, reason=reason, names=named.names)
