"""Names to which scripts of Gradle give values: variables, extra properties, and maps of them.

A script is not run: what is no text, no map of texts and no other name has a value that is worked out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

from garboard.ecosystems.maven.gradle_text import Blocks, declared, hidden, without_texts

_STEP: Final = r"""(?:\.[A-Za-z_]\w*|\[[ ]?["'][\w.-]+["'][ ]?\])"""
_CALL: Final = r"""(?:\w*(?<!has)[pP]roperty|get)\([ ]?["'][\w.-]+["'][ ]?\)"""
NAME: Final = (
    rf"(?:{_CALL}|(?:[A-Za-z_]\w*)(?:{_STEP}|\.{_CALL}){{0,6}})"
    r"(?:\.get\(\)|\.toString\(\)|!!)?(?:[ ]as[ ]String\??)?"
)
"""A pattern of what stands for a value: a name, one within another, or a call that takes it by its name."""
_WORD: Final = re.compile(r"""["']([\w.-]++)["']|(?<!\w)([A-Za-z_]\w*+)(?!\()""")
_CAST: Final = re.compile(r"[ ]as[ ]String\??$")
_OF_PROJECT: Final = frozenset({"project", "rootProject", "ext", "extra", "this", "settings", "gradle", "properties"})
"""What a name may be taken of that is not a part of it."""
_TEXT: Final = r"""(?:"([^"\n]{0,300})"|'([^'$\n]{0,300})')"""
_ASSIGNED: Final = re.compile(
    rf"""(?<![\w.$"'])(?P<local>(?:(?:def|val|var|final|const|String)[ \t]++){{0,3}})(?P<name>[A-Za-z_]\w*+{_STEP}{{0,4}})"""
    r"""(?:[ \t]*+:[ \t]*+[A-Z]\w*+\??)?[ \t]*+(?P<how>\+?=(?![=~])|by[ \t]++extra[ \t]*+[({])(?P<value>[^\n;]*+)"""
    r"""|(?<![\w.])(?P<on>(?:[A-Za-z_]\w*\.){0,5})set(?P<late>Property)?[ \t]*+\([ \t]*+["'](?P<set>[\w.-]++)["'][ \t]*+,(?P<given>[^\n;]*+)"""
)
_LITERAL: Final = r"""[ \t]*+["'][\w.-]++["'][ \t]*+"""
_CHANGED: Final = re.compile(
    rf"""(?<![\w.$"'])([A-Za-z_]\w*+{_STEP}{{0,4}})(?:\.(?:putAll|putIfAbsent|put|merge|remove|clear|set(?:Property)?[ \t]*+(?!\({_LITERAL},))[ \t]*+\("""
    rf"""|\.["'][^"'\n]*+["'][ \t]*+=(?![=~])|[ \t]*+(?:<<|\+=)|\[(?!{_LITERAL}\])[^\]\n]*+\][ \t]*+=(?![=~]))"""
)
"""What gives values to names that it does not state."""
ANY: Final = "*"
"""The last part of a name for all that it may have."""
_ALONE: Final = re.compile(rf"[ \t]*{_TEXT}[ \t]*(?:\}}[ \t}}]*)?$")
"""A text, and the ends of blocks in which it is."""
_ARGUMENT: Final = re.compile(rf"[ \t]*{_TEXT}[ \t]*[)}}][ \t}}]*$")
"""A text, and the end of what is called with it."""
_OTHER: Final = re.compile(rf"[ \t]*({NAME})[ \t)}}]*$")
_ASKED: Final = (
    r"(?:project\.|rootProject\.|settings\.)?(?:find|get)?[pP]roperty[ \t]*\([ \t]*[\"']([\w.-]{1,100})[\"'][ \t]*\)"
)
_AS_TEXT: Final = r"(?:[ \t]*as[ \t]+String\??|\??\.toString\(\)|!!)?"
_TAKEN: Final = re.compile(
    rf"[ \t]*(?:{_ASKED}{_AS_TEXT}(?:[ \t]*\?:[^\n]*)?|\([ \t]*{_ASKED}{_AS_TEXT}[ \t]*\?:[^\n()]*\){_AS_TEXT}"
    rf"|(?:project\.)?hasProperty[ \t]*\([ \t]*[\"']([\w.-]{{1,100}})[\"'][ \t]*\)[ \t]*\?[ \t]*(?:{_ASKED}|(?:project\.)?([A-Za-z_]\w*)){_AS_TEXT}[ \t]*:[^\n]*"
    rf"|(?:project\.)?providers\.gradleProperty\([ \t]*[\"']([\w.-]{{1,100}})[\"'][ \t]*\)\.(?:get\(\)|orNull|getOrElse\([^()\n]*\)|orElse\([^()\n]*\)\.get\(\)))"
    r"[ \t]*$"
)
"""A property by its name, whatever stands for it where there is none."""
_OPENED: Final = r"(?:\[|(?:m|mutableM|linkedM)apOf[ \t]*+\()"
_MAP: Final = re.compile(rf"[ \t]*+{_OPENED}")
_ENTRY: Final = re.compile(
    r"""\s*+(?:["']([\w.-]{1,100})["']|([A-Za-z_]\w{0,99}))\s*+(?::|to\b)\s*+"""
    rf"(?:{_TEXT}\s*+(?=[,\])])|({_OPENED}))?"
)
_AFTER: Final = re.compile(r"\s*+(?:(,)|([\])]))")
_SKIPPED: Final = re.compile(r"[^\n,\[\](){}]*+(?:\([^()\n]*+\)[^\n,\[\](){}]*+)?[\n,]\s*+")
_DEEPEST: Final = 3
"""Maps within each other."""


class NamedValue(NamedTuple):
    """What a name names: its parts with dots between them, and whether it is taken of the root project."""

    name: str
    of_root: bool = False


class GivenName(NamedTuple):
    """What a script gives to a name: a text, which may name others (``$NAME``), or None where that is worked out.

    An empty text is the property of the same name, where there is one. ``local`` is what no other script knows, ``sure`` what
    any run gives. A name that ends with `ANY` says that its parts may have other values than these.
    """

    name: str
    value: str | None
    local: bool = False
    sure: bool = True


def key(stated: str) -> NamedValue:
    """What an expression of the form `NAME` names."""
    plain = _CAST.sub("", stated).replace(".get()", "").replace(".toString()", "")
    parts = [one[1] or one[2] for one in _WORD.finditer(plain)]
    start = 0
    while start < len(parts) - 1 and parts[start] in _OF_PROJECT:
        start += 1
    return NamedValue(".".join(parts[start:]), parts[:1] == ["rootProject"])


def given(text: str) -> Iterator[GivenName]:
    """What a script without comments gives to names, each once; None to what has several values, or one that is not sure."""
    values: dict[str, set[str | None]] = {}
    shared: set[str] = set()
    sure: set[str] = set()
    for one in _stated(text):
        if not one.local:
            shared.add(one.name)
        if one.value != _ITSELF:
            values.setdefault(one.name, set()).add(one.value)
            sure.update([one.name] * one.sure)
    for name, stated in values.items():
        value = stated.pop() if len(stated) == 1 and name in sure else None
        yield GivenName(name, value, local=name not in shared and name.partition(".")[0] not in shared)


def hidden_names(text: str) -> AbstractSet[str]:
    """What stands in a script without comments for something of its own that is not known."""
    code = without_texts(text)
    assigned = {one.start("name") for one in _ASSIGNED.finditer(text)}
    return {*hidden(code), *(name for place, name in declared(code) if place not in assigned)}


_ITSELF: Final = "="
"""The value of a name that only is made known to other scripts, or comes from them."""


def _stated(text: str) -> Iterator[GivenName]:
    """The same, as often as it is stated."""
    text, code = without_texts(text, of_lines=True), without_texts(text)
    blocks = Blocks(code)
    read_to = 0
    for one in _ASSIGNED.finditer(text):
        if code[one.start()] != text[one.start()] or one.start() < read_to:
            continue  # in a text, or a map
        group = "given" if one["set"] else "value"
        how = one["how"] or ""
        where = blocks.at(one.start())
        of_project = where.of_project or re.split(r"\W", one["on"] or one["name"] or "", maxsplit=1)[0] in _OF_PROJECT
        local = not of_project or (bool(one["local"]) and not how.startswith("by"))
        name = _set(one["on"], one["set"]) if one["set"] else key(one["name"]).name
        if how.startswith("+") or one["late"]:
            yield GivenName(name, None, local)
        elif _MAP.match(one[group]) is None:
            value = _value(name, one[group], _ALONE if how == "=" else _ARGUMENT)
            yield GivenName(name, value, local, where.sure)
        else:
            for entry, end in _of_map(text, one.start(group), name):
                yield entry._replace(local=local, sure=where.sure)
                read_to = end
    yield from _changed(text, code)


def _changed(text: str, code: str) -> Iterator[GivenName]:
    own = {name for _, name in declared(code)}
    for one in _CHANGED.finditer(text):
        if code[one.start()] == text[one.start()]:
            name = key(one[1]).name
            local = name.partition(".")[0] in own
            yield GivenName(ANY if name in _OF_PROJECT else f"{name}.{ANY}", None, local)


def _set(on: str, name: str) -> str:
    """What is set by its name on something."""
    return key(f'{on[:-1]}["{name}"]').name if on else name


def _value(name: str, value: str, form: re.Pattern[str]) -> str | None:
    if (text := form.match(value)) is not None:
        return text[1] or text[2] or None
    if (other := _OTHER.match(value)) is not None:
        return _ITSELF if key(other[1]).name == name else f"${{{other[1]}}}"
    taken = _TAKEN.match(value)
    return "" if taken is not None and {one for one in taken.groups() if one is not None} == {name} else None


def _of_map(text: str, start: int, name: str) -> Iterator[tuple[GivenName, int]]:
    """The entries of a map that begins at a place, each with where it ends; after one that is not understood there may be none."""
    opened = _MAP.match(text, start)
    place = start if opened is None else opened.end()
    names = ["" if name in _OF_PROJECT else f"{name}."]
    while 0 < len(names) <= _DEEPEST:
        if (entry := _ENTRY.match(text, place)) is not None:
            whole, place = f"{names[-1]}{entry[1] or entry[2]}", entry.end()
            if entry[5]:
                names.append(f"{whole}.")
                continue
            yield GivenName(whole, entry[3] or entry[4] or None), place
        after = _AFTER.match(text, place) or _SKIPPED.match(text, place)
        if after is None:
            return
        place = after.end()
        if after[0][-1] in ")]":
            names.pop()
