"""Which version of an artifact may stand in the place of another one, without asking a repository for it."""

from __future__ import annotations

import re
from typing import Final

from garboard.ecosystems.maven.version import key
from garboard.model.fix import AlreadyAsked, CannotEdit
from garboard.versions.raising import is_earlier

_PLAIN: Final = re.compile(r"\d[\w.-]*")


def refuse(old: str, version: str, also: str = "") -> None:
    """Refuse what is no raise of one version to another; ``also`` is another artifact that goes by the same text.

    Raises:
        CannotEdit: it says why.
    """
    if not _PLAIN.fullmatch(old):
        raise CannotEdit(f"its version is put together, or a range (`{old[:100]}`)")
    if not is_earlier(key, old, version):
        raise AlreadyAsked
    if also and old.count(".") != version.count("."):  # 2.9.10.8 was made of one part of Jackson alone
        raise CannotEdit(f"{also} goes by the same text, and whether there is a {version} of it is not known")
