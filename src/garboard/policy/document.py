"""Reads a policy file: TOML, checked as a whole, with every mistake shown at once."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from garboard import toml_text
from garboard.model.policy import Ignore, Level, PolicyError, PolicyFile, Rule, StageRules, Wanted
from garboard.policy import of_findings, of_images, values
from garboard.policy.toml_places import Path, places
from garboard.policy.values import Kind
from garboard.policy.version_ranges import alternatives

NAME: Final = "garboard.toml"
_AT: Final = re.compile(r" \(at line (\d+), column (\d+)\)$| \(at end of document\)$")
_SHOWN: Final = 160


def _version(value: Any) -> str:
    text: str = values.TEXT.read(value)
    alternatives(text)
    return text


IGNORE: Final = MappingProxyType(
    {
        "id": ("ids", values.IDS, "Any identifiers of vulnerabilities."),
        "package": ("packages", values.PATTERNS, "Packages' or source packages' names, or patterns of them."),
        "version": (
            "version",
            Kind(_version, values.TEXT.schema),
            "Versions of the package, in its ecosystem's order: >=1.2 <2, !=1.3; two bars between alternatives.",
        ),
        "path": (
            "paths",
            values.WORDS,
            (
                "Where all files of the package lie: a path, a folder (/ is all that lies in a file), "
                "or a pattern: * is a part of a name, ** any folders, and one without a slash is of names in any folder."
            ),
        ),
        "layer": ("layers", values.LAYERS, "Layers, by number from 0 or by diff id."),
        "line": ("lines", values.LINES, "Lines of the Dockerfile that brought it."),
        "copied-from": ("copied_from", values.WORDS, "Stages of the Dockerfile from which it was copied."),
        "ecosystem": ("ecosystems", values.ECOSYSTEMS, "Ecosystems: deb, npm, pypi …"),
        "brought-by": (
            "brought_by",
            values.WORDS,
            "Packages; these and what only they bring in, and nothing that something else needs too.",
        ),
    }
)
"""What chooses findings, by its key: the field of `Ignore`, its kind, and what it means."""
MORE: Final = MappingProxyType(
    {
        "reason": values.TEXT,
        "justification": values.JUSTIFICATION,
        "owner": values.TEXT,
        "until": values.UNTIL,
        "stages": values.WORDS,
    }
)
STAGE: Final = ("fail", "warn", "tags", "targets", "extends")
VEX: Final = ("documents", "trust", "keys")
TOP: Final = ("default-stage", "stages", "ignore", "vex", "defaults", "stale-after")
CONDITIONS: Final[Mapping[str, Kind]] = MappingProxyType(
    {name: one.kind for name, one in of_findings.CONDITIONS.items()}
    | {name: one.kind for name, one in of_images.CONDITIONS.items()}
)


def read(text: str, name: str) -> PolicyFile:
    """Read a policy.

    Args:
        text: the file's.
        name: the file's, for messages and places.

    Raises:
        PolicyError: it has mistakes; the message shows all of them, each with its line and a caret.
    """
    try:
        document = toml_text.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _AT.search(str(error))
        lines = text.splitlines() or [""]
        line, column = (int(found[1]), int(found[2])) if found and found[1] else (len(lines), len(lines[-1]) + 1)
        raise PolicyError(_shown(text, name, line, column, 1, _AT.sub("", str(error)))) from error
    except ValueError as error:
        raise PolicyError(f"{name}: a number has more digits than any that a policy needs") from error
    return _Reader(text, name, document).policy()


def keys(policy: PolicyFile) -> tuple[str, ...]:
    """The public keys that it names, as they are written."""
    wanted = (one for stage in policy.stages for rule in stage.rules for one in rule.conditions)
    of_rules = (name for one in wanted if one.name == of_images.UNSIGNED_BY for name in one.value)
    return tuple(dict.fromkeys((*of_rules, *policy.trusted_keys)))


def mistake(text: str, name: str, path: Path, what: str) -> str:
    """A mistake of a policy's text that is found elsewhere, with its line and a caret."""
    return _Reader(text, name, {}).told(path, what)


def _shown(text: str, name: str, line: int, column: int, width: int, what: str) -> str:
    written = (text.splitlines() or [""])[line - 1 : line] or [""]
    shown = written[0][:_SHOWN].replace("\t", " ")
    number = f"{line:>4} | "
    caret = "^" * max(1, min(width, len(shown) - column + 1))
    return f"{name}:{line}:{column}: {what}\n{number}{shown}\n     | {' ' * (column - 1)}{caret}"


class _Reader:
    def __init__(self, text: str, name: str, document: Mapping[str, Any]) -> None:
        self._text = text
        self._name = name
        self._document = document
        self._places = places(text)
        self._wrong: list[tuple[int, str]] = []

    def policy(self) -> PolicyFile:
        self._known((), self._document, TOP)
        stages = self._stages(self._document.get("stages", {}))
        default = self._field((), self._document, "default-stage", values.TEXT) or ""
        names = {one.name for one in stages}
        if default and default not in names:
            self._tell(("default-stage",), f"there is no stage {default}")
        ignores = tuple(self._ignores(self._document.get("ignore", []), names))
        documents = self._vex()
        defaults = self._defaults()
        stale_after = self._field((), self._document, "stale-after", values.COUNT)
        if self._wrong:
            raise PolicyError(
                "\n".join(text for _, text in sorted({*self._wrong})), "garboard policy schema says what there is"
            )
        return PolicyFile(
            file=self._name,
            default_stage=default,
            stages=stages,
            ignores=ignores,
            vex=documents["documents"],
            trust=documents["trust"],
            trusted_keys=documents["keys"],
            defaults=defaults,
            stale_after=stale_after,
        )

    def _defaults(self) -> dict[str, Any]:
        """The options that it sets, by their long names; which there are is known where they are read."""
        table = self._document.get("defaults", {})
        if not isinstance(table, dict):
            self._tell(("defaults",), 'defaults wants a table: [defaults] severity = "high"')
            return {}
        return {
            name: value
            for name in table
            if (value := self._field(("defaults",), table, name, values.OPTION)) is not None
        }

    def _vex(self) -> dict[str, tuple[str, ...]]:
        """The documents, and whose are trusted: a list of the first alone, or a table."""
        table = self._document.get("vex")
        if not isinstance(table, dict):
            return dict.fromkeys(VEX, ()) | {"documents": self._field((), self._document, "vex", values.WORDS) or ()}
        self._known(("vex",), table, VEX)
        return {name: self._field(("vex",), table, name, values.WORDS) or () for name in VEX}

    def _tell(self, path: Path, what: str) -> None:
        start, _ = self._span(path)
        self._wrong.append((start, self.told(path, what)))

    def told(self, path: Path, what: str) -> str:
        start, end = self._span(path)
        line, column = self._position(start)
        return _shown(self._text, self._name, line, column, end - start, what)

    def _span(self, path: Path) -> tuple[int, int]:
        """Where it stands, or what it is in."""
        known = next(path[:end] for end in range(len(path), -1, -1) if path[:end] in self._places or not end)
        return self._places.get(known, (0, 1))

    def _position(self, at: int) -> tuple[int, int]:
        before = self._text.replace("\r\n", " \n")[:at]
        return before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1

    def _place(self, path: Path) -> str:
        return f"{self._name}:{self._position(self._places.get(path, (0, 0))[0])[0]}"

    def _known(self, path: Path, table: Mapping[str, Any], names: Iterable[str]) -> None:
        names = tuple(names)
        for key in table:
            if key not in names:
                near = difflib.get_close_matches(key, names, 1)
                meant = f": did you mean {near[0]}?" if near else f"; there are {', '.join(names)}"
                self._tell((*path, key), f"there is no {key} here{meant}")

    def _field(self, path: Path, table: Mapping[str, Any], key: str, kind: Kind) -> Any:
        """The checked value; None where it is missing or wrong, which is told."""
        if key not in table:
            return None
        try:
            return kind.read(table[key])
        except values.Unfit as error:
            self._tell((*path, key), f"{key} {error}")
            return None

    def _stages(self, tables: Any) -> tuple[StageRules, ...]:
        if not isinstance(tables, dict):
            self._tell(("stages",), "stages wants tables: [stages.production]")
            return ()
        own = {name: self._stage(name, table) for name, table in tables.items()}
        return tuple(self._extended(name, own, tables, ()) for name in own)

    def _extended(
        self, name: str, own: Mapping[str, StageRules], tables: Mapping[str, Any], above: tuple[str, ...]
    ) -> StageRules:
        """With the rules of the stage that it extends before its own."""
        stage, table = own[name], tables[name]
        other = table.get("extends") if isinstance(table, dict) else None
        if other is None:
            return stage
        if not isinstance(other, str) or other not in own or other in (*above, name):
            what = "circles" if isinstance(other, str) and other in own else "names no stage"
            self._tell(("stages", name, "extends"), f"extends {what}: {other}")
            return stage
        base = self._extended(other, own, tables, (*above, name))
        return StageRules(name=name, rules=(*base.rules, *stage.rules), tags=stage.tags, targets=stage.targets)

    def _stage(self, name: str, table: Any) -> StageRules:
        path: Path = ("stages", name)
        if not isinstance(table, dict):
            self._tell(path, f"{name} wants a table: [stages.{name}]")
            return StageRules(name=name)
        self._known(path, table, STAGE)
        rules = [
            rule for level in Level for rule in self._rules((*path, level.value), table.get(level.value, []), level)
        ]
        return StageRules(
            name=name,
            rules=tuple(rules),
            tags=self._field(path, table, "tags", values.WORDS) or (),
            targets=self._field(path, table, "targets", values.WORDS) or (),
        )

    def _rules(self, path: Path, tables: Any, level: Level) -> Iterable[Rule]:
        if not isinstance(tables, list):
            self._tell(path, f'{level} wants a list of rules: [{{severity = "high"}}]')
            return
        for number, table in enumerate(tables):
            place = (*path, number)
            if not isinstance(table, dict) or not table:
                self._tell(place, 'a rule wants conditions: {severity = "high", fixable = true}')
                continue
            self._known(place, table, CONDITIONS)
            wanted = tuple(
                Wanted(name=key, value=value)
                for key, kind in CONDITIONS.items()
                if (value := self._field(place, table, key, kind)) is not None
            )
            self._one_subject(place, wanted)
            yield Rule(place=self._place(place), level=level, conditions=wanted)

    def _one_subject(self, path: Path, wanted: tuple[Wanted, ...]) -> None:
        of_image = [one.name for one in wanted if one.name in of_images.CONDITIONS]
        others = [one.name for one in wanted if one.name in of_findings.CONDITIONS]
        if of_image and others:
            self._tell(path, f"{of_image[0]} is about the image, and {others[0]} about a finding: make two rules of it")
        if others == ["severity-by"]:
            self._tell(path, "severity-by goes with severity")

    def _ignores(self, tables: Any, stages: set[str]) -> Iterable[Ignore]:
        if not isinstance(tables, list):
            self._tell(("ignore",), "ignore wants tables: [[ignore]]")
            return
        for number, table in enumerate(tables):
            path: Path = ("ignore", number)
            if not isinstance(table, dict):
                self._tell(path, "an ignore wants a table: [[ignore]]")
                continue
            self._known(path, table, (*IGNORE, *MORE))
            chosen = {
                field: value
                for key, (field, kind, _) in IGNORE.items()
                if (value := self._field(path, table, key, kind)) is not None
            }
            if not {*table} & {*IGNORE}:
                self._tell(path, f"an ignore says what it is about, by any of {', '.join(IGNORE)}")
            if "reason" not in table:
                self._tell(path, 'an ignore wants a reason: reason = "…"')
            found = self._field(path, table, "stages", values.WORDS) or ()
            for one in found:
                if one not in stages:
                    self._tell((*path, "stages"), f"there is no stage {one}")
            yield Ignore(
                place=self._place(path),
                reason=self._field(path, table, "reason", values.TEXT) or "",
                justification=self._field(path, table, "justification", values.JUSTIFICATION) or "",
                owner=self._field(path, table, "owner", values.TEXT) or "",
                until=self._field(path, table, "until", values.UNTIL),
                until_fixed=table.get("until") == "until-fixed",
                stages=found,
                **chosen,
            )
