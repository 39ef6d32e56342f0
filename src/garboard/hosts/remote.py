"""Addresses of git remotes."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote, urlsplit

from garboard.model.base import Value
from garboard.model.errors import UsageError

_SHORT: Final = re.compile(r"(?:[A-Za-z0-9_.-]{1,64}@)?([A-Za-z0-9.-]{1,253}):(?!//|:)(.{1,1024})", re.DOTALL)
_LONGEST: Final = 2048
_SCHEMES: Final = ("https", "http", "ssh", "file")


class GitRemote(Value):
    """Where a remote is; ``address`` is what git gets, without a password; ``host`` has the port of HTTP(S), if one is named."""

    address: str
    scheme: str
    host: str
    path: str

    @property
    def parts(self) -> tuple[str, ...]:
        """The names in the path, without ``.git`` at the end of the last one."""
        names = [one for one in self.path.split("/") if one]
        return (*names[:-1], names[-1].removesuffix(".git")) if names else ()

    @property
    def web(self) -> str:
        """Where the host's pages are."""
        return f"{'http' if self.scheme == 'http' else 'https'}://{self.host}"


def is_address(text: str) -> bool:
    """Whether a text names no folder of this machine by its path."""
    return "://" in text or _SHORT.fullmatch(text) is not None


def parse(text: str) -> GitRemote:
    """Read an address.

    Raises:
        UsageError: it is none that pull requests can be made for.
    """
    if len(text) > _LONGEST or not text.isprintable() or text.startswith("-"):
        raise UsageError("the remote's address cannot be used", "see: git remote -v")
    found = _SHORT.fullmatch(text) if "://" not in text else None
    if found and found[1].lower() not in _SCHEMES and "@" not in found[2]:  # else a password may be in it
        return GitRemote(address=text, scheme="ssh", host=found[1].lower(), path=unquote(found[2]))
    if text.startswith("/"):
        return GitRemote(address=text, scheme="file", host="", path=text)
    try:
        parts = urlsplit(text)
        name, port = parts.hostname or "", parts.port
    except ValueError:
        raise UsageError("the remote's address cannot be read", "see: git remote -v") from None
    if parts.scheme not in _SCHEMES or (not name and parts.scheme != "file") or name.startswith("-"):
        raise UsageError("the remote's address is of no kind that pull requests are made for", "see: git remote -v")
    host = f"[{name}]" if ":" in name else name
    if parts.scheme in ("https", "http") and port:
        host += f":{port}"
    return GitRemote(address=_clean(text, parts.scheme), scheme=parts.scheme, host=host, path=unquote(parts.path))


def _clean(text: str, scheme: str) -> str:
    """The address without a password; of HTTP(S), without a user, who may be a token."""
    parts = urlsplit(text)
    user, _, place = parts.netloc.rpartition("@")
    name = user.partition(":")[0]
    kept = f"{name}@{place}" if name and scheme == "ssh" else place
    return f"{scheme}://{kept}{parts.path}"
