"""Published files, read from a folder, a single file or a web address: bytes, with the path that identifies them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from garboard.model.errors import CatalogError, OfflineError
from garboard.model.limits import MIB
from garboard.net.client import Client

LONGEST: Final = 32 * MIB
"""The size limit of one file; the longest package lists have 3 MiB."""


def is_address(origin: str) -> bool:
    """Report whether a text is an http(s) address rather than a path."""
    return urlsplit(origin).scheme in {"http", "https"}


def repo_info(origin: str, client: Client | None) -> Iterator[tuple[str, bytes]]:
    """Yield the documents of a ``repo-info`` tree, or a single one, with their paths.

    Raises:
        CatalogError: Something cannot be read.
        NetworkError: An address does not answer.
    """
    if is_address(origin):
        yield urlsplit(origin).path, _fetched(origin, client)
        return
    path = Path(origin)
    if path.is_file():
        yield str(path.resolve()), _read(path)
        return
    found = sorted(one for kind in ("local", "remote") for one in path.rglob(f"{kind}/*.md"))
    if not found:
        raise CatalogError(f"{origin} holds no repos/NAME/local/TAG.md", "name a checkout of docker-library/repo-info")
    for one in found:
        yield str(one.resolve()), _read(one)


def official_images(origin: str, names: Iterable[str], client: Client | None) -> Iterator[tuple[str, bytes]]:
    """Yield the library files of ``official-images``, by name.

    That is one file, all files of a folder, or, at an address that ends in ``library``, the files of ``names``. Raises
    the same errors as `repo_info`.
    """
    if is_address(origin):
        address = origin.rstrip("/")
        last = urlsplit(address).path.rpartition("/")[2]
        for name in sorted(names) if last == "library" else (last,):
            yield name, _fetched(f"{address}/{name}" if last == "library" else address, client)
        return
    path = Path(origin)
    if path.is_file():
        yield path.name, _read(path)
        return
    folder = path / "library" if (path / "library").is_dir() else path
    found = sorted(one for one in folder.glob("*") if one.is_file() and "." not in one.name)
    if not found:
        raise CatalogError(f"{origin} holds no library files", "name a checkout of docker-library/official-images")
    for one in found:
        yield one.name, _read(one)


def _fetched(address: str, client: Client | None) -> bytes:
    if client is None:
        raise OfflineError(f"offline: {address} would have to be fetched", "leave out --offline, or name a folder")
    with client.get(address) as response:
        if response.status != 200:
            raise CatalogError(
                f"{address} answers with status {response.status}", "look at the spelling of the address"
            )
        return response.read(LONGEST)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LONGEST + 1)
    except OSError as error:
        raise CatalogError(f"{path} cannot be read: {error.strerror}") from error
    if len(data) > LONGEST:
        raise CatalogError(f"{path} is longer than the limit of {LONGEST} bytes")
    return data
