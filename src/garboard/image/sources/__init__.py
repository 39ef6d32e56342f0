"""Where images live: one module per home.

Homes on this machine's disk are here; those that need an engine, a network or a document's parser are registered in
`garboard.image.sources.remote`, which is imported only when these do not know a name: a scan of an archive starts
in half the time.
"""

from __future__ import annotations

from typing import Protocol

from garboard.image.handle import AnyOpened
from garboard.image.options import Options
from garboard.image.sources import directory, docker_archive, oci_archive, oci_dir


class ImageSource(Protocol):
    """One home of images.

    ``SCHEMES`` are the prefixes that choose it (``docker-archive``); the first is its name.
    """

    @property
    def SCHEMES(self) -> tuple[str, ...]: ...  # noqa: N802

    def detect(self, name: str, options: Options, /) -> bool:
        """Whether a name without a scheme means this home. Cheap: looks at an existing path or asks a local socket."""
        ...

    def open(self, name: str, options: Options, /) -> AnyOpened:
        """Open the image that ``name`` (without the scheme) means.

        Raises `ImageError` (or `NetworkError`) that says what to do.
        """
        ...


SOURCES: tuple[ImageSource, ...] = (oci_dir, docker_archive, oci_archive, directory)
"""In the order in which they are asked about a name without a scheme."""
