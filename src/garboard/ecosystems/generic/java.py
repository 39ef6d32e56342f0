"""Java runtimes, by the file ``release`` in their folder (JEP 223, JEP 322)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from garboard.model.image import File
from garboard.model.package import UNMANAGED, Package
from garboard.patterns import lazy

NAME: Final = "java"
_ORDER: Final = "deb"
_VERSION: Final = lazy(r'(?m)^JAVA_VERSION="([0-9][\w.+-]{0,63})"')
_PUBLISHER: Final = lazy(r'(?m)^IMPLEMENTOR="([^"\n]{1,100})"')


def runtime(file: File) -> Iterator[Package]:
    """The runtime with its publisher; nothing where the file does not say its version."""
    text = file.data.decode("utf-8", "replace")
    if version := _VERSION().search(text):
        publisher = _PUBLISHER().search(text)
        yield Package(
            type=UNMANAGED, name=NAME, version=version[1], scheme=_ORDER, vendor=publisher[1] if publisher else ""
        )
