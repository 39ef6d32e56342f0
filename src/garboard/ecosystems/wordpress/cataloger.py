"""WordPress: the core's ``version.php``, and the headers of plugins and themes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard.model.ecosystem import MetadataPaths
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package

TYPE: Final = "wordpress"
_HEAD: Final = 8192
"""Bytes within which WordPress looks for a header."""
_CORE: Final = re.compile(r"^[ \t]*\$wp_version[ \t]*=[ \t]*['\"]([!-&(-~]{1,64})['\"]", re.MULTILINE)
_FIELD: Final = re.compile(
    r"^(?:[ \t]*<\?php)?[ \t/*#@]*(Plugin Name|Theme Name|Version|License):([^\n]{0,256})", re.MULTILINE | re.IGNORECASE
)
_END: Final = re.compile(r"\*/|\?>")
"""Ends of the comment that a header stands in."""


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """What the file's header names: of a plugin one file of several has it, and the others say nothing."""
    del owned
    text = file.data[:_HEAD].decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    if file.path.endswith("wp-includes/version.php"):
        found = _CORE.search(text)
        if found is None:
            yield Gap(stage="catalog", subject=file.path, reason="states no version of WordPress: it was not judged")
        else:
            yield Package(type=TYPE, name=TYPE, version=found[1], scheme="")
        return
    *_, kind, name, which = file.path.split("/")
    fields: dict[str, str] = {}
    for field, value in _FIELD.findall(text):
        fields.setdefault(field.lower(), _END.split(value)[0].strip(" \t*/"))
    title = fields.get("plugin name" if kind == "plugins" else "theme name", "")
    if not title and kind == "plugins":
        return
    version = fields.get("version", "")
    if not title or not version:
        reason = f"the header in {which} of {name} states no version: it was not judged"
        yield Gap(stage="catalog", subject=file.path, reason=reason)
        return
    license_ = fields.get("license", "")
    licenses = (license_,) if license_ else ()
    yield Package(type=TYPE, namespace=kind, name=name, version=version, scheme="", licenses=licenses)
