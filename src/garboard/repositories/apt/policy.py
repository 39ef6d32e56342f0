"""The version that apt prefers: apt_preferences(5)."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from garboard.repositories.apt.deb822 import key, paragraphs
from garboard.repositories.apt.package import Suite, Version

_PART_NAME: Final = re.compile(r"[A-Za-z0-9_.-]+")
_INSTALLED: Final = 100
_TARGET: Final = 990
_FORCES: Final = 1000
"""From this priority on, a lower version replaces a higher installed one."""
_FIELDS: Final = MappingProxyType(
    {"a": "archive", "n": "codename", "c": "component", "o": "origin", "l": "label", "v": "version"}
)


@dataclass(frozen=True, slots=True)
class Pin:
    """One rule: package names (patterns), its criterion (release, origin, version), the value, and its file."""

    names: tuple[str, ...]
    kind: str
    value: str
    priority: int
    where: str

    @property
    def general(self) -> bool:
        """Whether the rule applies to every package."""
        return "*" in self.names


def pins(files: Mapping[str, bytes], default_release: str = "") -> tuple[Pin, ...]:
    """Return the rules of an image's preferences in the order in which apt applies them."""
    found = [Pin(("*",), "release", default_release, _TARGET, "APT::Default-Release")] if default_release else []
    parts = sorted(path for path in files if path.startswith("etc/apt/preferences.d/") and _is_part(path))
    for path in ("etc/apt/preferences", *parts):
        for fields in paragraphs(files.get(path, b"").decode("utf-8", "replace")):
            kind, _, value = fields.get("pin", "").strip().partition(" ")
            priority = fields.get("pin-priority", "")
            if fields.get("package") and kind and re.fullmatch(r"[+-]?\d{1,6}", priority):
                names = tuple(fields["package"].split())
                found.append(Pin(names, kind.lower(), value.strip(), int(priority), path))
    return tuple(found)


def _is_part(path: str) -> bool:
    name = path.rpartition("/")[2]
    return bool(_PART_NAME.fullmatch(name)) and ("." not in name or name.endswith(".pref"))


class Policy:
    """Applies the preferences."""

    def __init__(self, rules: Iterable[Pin]) -> None:
        self._rules = tuple(rules)
        self._general = tuple(rule for rule in self._rules if rule.general and rule.kind != "version")
        self._special = tuple(rule for rule in self._rules if not rule.general)
        self._suites: dict[Suite, int] = {}

    def candidate(self, versions: Iterable[Version], installed: Version | None) -> Version | None:
        """Return the version that an installation would choose; ``versions`` are those of the mirrors."""
        offered = {one.version: one for one in versions}
        if installed is not None:
            offered.setdefault(installed.version, installed)
        best: Version | None = None
        highest = -1
        for one in sorted(offered.values(), key=lambda each: key(each.version), reverse=True):
            priority = self._priority(one, is_installed=installed is not None and one.version == installed.version)
            if priority == 0 or priority <= highest:
                continue
            if installed is not None and priority < _FORCES and key(one.version) < key(installed.version):
                continue
            best, highest = one, priority
        return best

    def _priority(self, one: Version, *, is_installed: bool) -> int:
        rule = self.rule(one)
        if rule is not None:
            return rule.priority
        found = [self._of_suite(suite) for suite in one.suites]
        return max([*found, *([_INSTALLED] if is_installed else [])], default=0)

    def rule(self, one: Version) -> Pin | None:
        """Return the package-specific rule that applies to a version."""
        return next((rule for rule in self._special if _named(rule, one) and _matches(rule, one)), None)

    def _of_suite(self, suite: Suite) -> int:
        if suite not in self._suites:
            general = next((rule.priority for rule in self._general if _fits(rule, suite) and rule.priority), None)
            own = 500 if suite.automatic else _INSTALLED if suite.upgrades else 1
            self._suites[suite] = own if general is None else general
        return self._suites[suite]


def _named(rule: Pin, one: Version) -> bool:
    for name in rule.names:
        source = name.startswith("src:")
        pattern = name.removeprefix("src:")
        arch = ""
        if not source and not pattern.startswith("/"):
            pattern, _, arch = pattern.partition(":")
        if _like(pattern, one.source if source else one.name) and arch in {"", "any", "all", one.arch}:
            return True
    return False


def _matches(rule: Pin, one: Version) -> bool:
    if rule.kind == "version":
        return _like(rule.value, one.version)
    return any(_fits(rule, suite) for suite in one.suites)


def _fits(rule: Pin, suite: Suite) -> bool:
    if rule.kind == "origin":
        return _like(rule.value.strip('"'), suite.site)
    if rule.kind != "release":
        return False
    if "=" not in rule.value:
        return any(_like(rule.value, name) for name in (suite.archive, suite.codename))
    return all(_field(part, suite) for part in _parts(rule.value))


def _parts(text: str) -> Iterator[str]:
    return (part.strip() for part in text.split(",") if part.strip())


def _field(text: str, suite: Suite) -> bool:
    name, _, value = text.partition("=")
    attribute = _FIELDS.get(name.strip().lower())
    return attribute is not None and _like(value.strip().strip('"'), getattr(suite, attribute))


def _like(pattern: str, text: str) -> bool:
    """Match a name, a pattern with wildcards, or ``/a regular expression/``."""
    if len(pattern) > 1 and pattern.startswith("/") and pattern.endswith("/"):
        expression = _expression(pattern[1:-1])
        return expression is not None and bool(expression.search(text))
    return fnmatch.fnmatchcase(text, pattern)


@lru_cache(256)
def _expression(text: str) -> re.Pattern[str] | None:
    """Compile an expression; None if it is invalid, or could be deliberately slow: nested repetition."""
    if len(text) > 200 or re.search(r"[*+}]\)?[*+{]", text):
        return None
    try:
        return re.compile(text)
    except (re.error, RecursionError, OverflowError):
        return None
