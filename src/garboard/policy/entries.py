"""Writes ignores as a policy file has them: entries at the end, so that nothing that is there changes."""

from __future__ import annotations

import json
from collections.abc import Iterable

from garboard.model.policy import Ignore


def entry(ignore: Ignore) -> str:
    """One entry, with a line for each thing that it says."""
    lines = ["[[ignore]]"]
    for key, found in (
        ("id", ignore.ids),
        ("package", ignore.packages),
        ("path", ignore.paths),
        ("ecosystem", ignore.ecosystems),
        ("brought-by", ignore.brought_by),
    ):
        if found:
            several = f"[{', '.join(map(_text, found))}]"
            lines.append(f"{key} = {_text(found[0]) if len(found) == 1 else several}")
    if ignore.version:
        lines.append(f"version = {_text(ignore.version)}")
    lines.append(f"reason = {_text(ignore.reason)}")
    if ignore.justification:
        lines.append(f"justification = {_text(ignore.justification)}")
    if ignore.until is not None:
        lines.append(f"until = {ignore.until.isoformat()}")
    elif ignore.until_fixed:
        lines.append('until = "until-fixed"')
    if ignore.owner:
        lines.append(f"owner = {_text(ignore.owner)}")
    if ignore.stages:
        lines.append(f"stages = [{', '.join(map(_text, ignore.stages))}]")
    return "\n".join(lines) + "\n"


def appended(text: str, ignores: Iterable[Ignore]) -> str:
    """The text with further entries; every byte before them stays, but for a missing line end."""
    end = "\r\n" if "\r\n" in text else "\n"
    before = text if not text or text.endswith("\n") else text + end
    return before + "".join(
        (end if before or place else "") + entry(one).replace("\n", end) for place, one in enumerate(ignores)
    )


def _text(value: str) -> str:
    """A TOML basic string; JSON's escapes are TOML's, but for the delete character and surrogates."""
    return json.dumps(value.encode("utf-8", "replace").decode(), ensure_ascii=False).replace("\x7f", "\\u007f")
