"""Sources of images: one module per kind of source.

Sources on the local disk are listed here. Those that need an engine, a network or a document's parser are registered in
`garboard.image.sources.remote`, which is imported only if the local ones do not recognize a name: this halves the
start-up time of an archive scan.
"""

from __future__ import annotations

from typing import Protocol

from garboard.image.handle import AnyOpened
from garboard.image.options import Options
from garboard.image.sources import directory, docker_archive, oci_archive, oci_dir, package_file, root_archive


class ImageSource(Protocol):
    """One source of images.

    ``SCHEMES`` are the prefixes that select it (``docker-archive``); the first is its name.
    """

    @property
    def SCHEMES(self) -> tuple[str, ...]: ...  # noqa: N802

    def detect(self, name: str, options: Options, /) -> bool:
        """Report whether a name without a scheme belongs to this source.

        Cheap: looks at an existing path or asks a local socket.
        """
        ...

    def open(self, name: str, options: Options, /) -> AnyOpened:
        """Open the image that ``name`` (without the scheme) refers to.

        Raises:
            ImageError: The image cannot be opened; the error says what to do.
            NetworkError: A server failed; the error says what to do.
        """
        ...


SOURCES: tuple[ImageSource, ...] = (oci_dir, docker_archive, oci_archive, root_archive, package_file, directory)
"""In the order in which they are tried for a name without a scheme."""
