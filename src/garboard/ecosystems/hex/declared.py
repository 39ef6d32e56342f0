"""The packages that ``mix.lock``, ``rebar.lock`` and Gleam's ``manifest.toml`` declare, and what ``mix.exs`` asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from garboard import lock_text, toml_text
from garboard.lock_text import CUT, Named, Pinned, Pins, Remark
from garboard.model.image import File
from garboard.model.package import Fact, Unlisted

TYPE: Final = "hex"
ORDER: Final = "semver"
_MIX: Final = re.compile(r'\s*"([\w.-]+)":\s*\{:(\w+),\s*(?::"?([\w.-]+)"?,\s*"([^"]+)")?')
_BRACES: Final = frozenset({"", "%{", "}", "%{}"})
_NOT_KNOWN: Final = "line {} is of a form that is not known: what it names was not judged"
_MIX_NEED: Final = re.compile(r"\{:(\w+),([^{}]*+)")
_OPENED: Final = re.compile(r"(?m)^[ \t]*defp?[ \t]+deps\b(?:\([^()\n]*\))?(?:[ \t]*(do)\b)?|\bdeps:[ \t]*(?=\[)")
_TOKEN: Final = re.compile(r'\{[ \t]*:"?(\w+)"?[ \t]*,|\n[ \t]*(end\b|def)|#[^\n]*|"(?:[^"\\\n]|\\.)*"|[\[\]\n]')
"""What opens a dependency, what ends a function, and what else counts: remarks, texts, brackets and lines."""
_EXACT: Final = re.compile(
    r'[ \t\n]*"(?:==[ \t]*)?(\d+\.\d+\.\d+(?:[-+][\w.+-]+)?)"[ \t\n]*(?:,(?![^{}]*\b(?:git|github|svn|path|in_umbrella|repo|organization|hex):)[^{}]*)?\}'
)
"""What follows the name of a package that is taken from Hex in one version."""
_REBAR: Final = re.compile(r'[\s\[]*\{<<"([\w.-]+)">>,\s*\{(\w+),\s*(?:<<"([\w.-]+)">>,\s*<<"([^"]+)">>)?')

_REBAR_FORM: Final = re.compile(r'\s*\{"([^"\n]*)"\s*,')
_REBAR_FORMS: Final = frozenset({"1.0.0", "1.1.0", "1.2.0"})


def catalog(file: File, /) -> Iterator[Fact]:
    """Each package of Hex; one of a repository has no version there."""
    if file.path.endswith("mix.exs"):
        return lock_text.asked(file, _required, type_=TYPE, hint="`mix deps.get` writes mix.lock", pins=_PINS)
    if file.path.endswith(".toml"):
        return lock_text.facts(file, _gleam, type_=TYPE, order=ORDER, writer="Gleam")
    rebar = file.path.endswith("rebar.lock")
    return lock_text.facts(
        file, _rebar if rebar else _mix, type_=TYPE, order=ORDER, writer="rebar3" if rebar else "Mix"
    )


def _required(text: str) -> Named:
    return ((name, line) for name, line, _ in _wanted(text))


def _exact(text: str) -> Mapping[str, str]:
    stated = ((name, _EXACT.match(text, end)) for name, _, end in _wanted(text))
    return lock_text.agreed((name, found[1] if found is not None else "") for name, found in stated)


_PINS: Final = Pins(ORDER, _exact)


def _wanted(text: str) -> Iterator[tuple[str, int, int]]:
    """The tuples of the function ``deps``, or of the list that ``project`` states itself: name, line, and where that ends."""
    done, number = 0, 1
    for opened in _OPENED.finditer(text):
        if opened.start() < done:
            continue
        number += text.count("\n", done, opened.end())
        done, depth = len(text), 0
        for token in _TOKEN.finditer(text, opened.end()):
            if token[1] is not None and depth == 1:
                yield token[1], number, token.end()
            depth += {"[": 1, "]": -1}.get(token[0], 0)
            if depth < 1 and (token[2] is not None or (token[0] == "]" and opened[1] is None)):
                done = token.start()
                break
            number += token[0].count("\n")


def _mix(text: str) -> Iterator[Pinned | Remark | Unlisted]:
    if text.strip() and not text.lstrip().startswith("%{"):
        raise ValueError("it does not begin with %{")
    known: set[str] = set()
    certain: list[tuple[str, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if (found := _MIX.match(line)) is not None:
            stated = _MIX_NEED.findall(line, found.end())
            needs = tuple(name for name, _ in stated)
            known |= {found[1], found[3] or found[1]}
            certain += [(found[1], name) for name, options in stated if "optional: true" not in options]
            yield Pinned(found[3] or found[1], (found[2] == "hex" and found[4]) or "", needs, line=number)
        elif line.strip() not in _BRACES:
            yield Remark(_NOT_KNOWN.format(number))
    if text.strip() and not text.rstrip().endswith("}"):
        yield CUT
    yield from lock_text.unmet(TYPE, (pair for pair in certain if pair[1] not in known))


def _rebar(text: str) -> Iterator[Pinned | Remark]:
    if text.strip() and not text.lstrip().startswith(("{", "[")):
        raise ValueError("it is not a list")
    if (form := _REBAR_FORM.match(text)) is not None:
        yield from lock_text.newer(form[1], _REBAR_FORMS)
    ended = False
    for number, line in enumerate(text.splitlines(), 1):
        ended = ended or "{pkg_hash" in line
        if not ended and (found := _REBAR.match(line)) is not None:
            direct = line.rstrip(" ,.]}").rpartition(",")[2].strip() == "0"
            yield Pinned(found[3] or found[1], (found[2] == "pkg" and found[4]) or "", asked=direct, line=number)
        elif not ended and "<<" in line and not line.lstrip().startswith("{ref"):
            yield Remark(_NOT_KNOWN.format(number))
    if text.strip() and not text.rstrip().endswith("]."):
        yield CUT


def _gleam(text: str) -> Iterator[Pinned]:
    """A file of that name is Gleam's if it has its tables, or names the tools that build packages."""
    document = toml_text.loads(text)
    if "build_tools" not in text and not {"packages", "requirements"}.issubset(document):
        return
    packages = lock_text.listed(document, "packages")
    asked = lock_text.mapping(document.get("requirements"))
    lines = lock_text.lines(text, r'\s*(?:packages\s*=\s*\[\s*)?\{\s*name\s*=\s*"([^"]+)"')
    for one in packages:
        version = one.get("version", "") if one.get("source") == "hex" else ""
        needs = tuple(one.get("requirements") or ())
        known = one["name"] in asked if asked else None
        own = one.get("source") == "local"
        yield Pinned(one["name"], version, needs, own=own, asked=known, line=lines.get(one["name"], 0))
