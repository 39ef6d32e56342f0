"""What the files of sbt declare, and the reports of Ivy, with which it resolved before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from garboard import lock_text
from garboard.ecosystems.maven.effective import exact
from garboard.lock_text import LINE, Pinned, Remark

_SHIPPED: Final = frozenset({"compile", "runtime", "compile-internal", "runtime-internal"})
_EXACT: Final = re.compile(r"[\w.-]*[\w]")
_SBT: Final = re.compile(r"\s*sbt\.version\s*[=:]\s*(\S+)")
_NAMED: Final = re.compile(
    r'"([\w.-]++)"\s*+(%%?%?)\s*+"([\w.-]++)"\s*+%\s*+(?:"([^"]++)"|[\w.]++)(?:\s*+%\s*+"?(\w++)"?)?'
)
_COMMENT: Final = re.compile(r'//[^\n]*+|/\*(?s:.*?)(?:\*/|\Z)|"[^"\\\n]*+(?:\\.[^"\\\n]*+)*"?')
_SCALA: Final = re.compile(r'\bscalaVersion\b[^"\n]*"(\d+)\.(\d+)')


def locked(text: str) -> Iterator[Pinned | Remark]:
    """``build.sbt.lock``, of sbt-dependency-lock."""
    document = msgspec.json.decode(text)
    yield from lock_text.newer(document.get("lockVersion"), ("1",))
    lines = lock_text.lines(text, r'\s*"name"\s*:\s*"([^"]+)"')
    for one in document["dependencies"]:
        scopes = set(one.get("configurations") or ())
        scope = "test" if scopes and scopes.isdisjoint(_SHIPPED) and "test" in scopes else ""
        yield Pinned(f"{one['org']}:{one['name']}", one["version"], line=lines.get(one["name"], 0), scope=scope)


def itself(text: str) -> Iterator[Pinned]:
    """The version of sbt, which ``project/build.properties`` states."""
    for number, line in enumerate(text.splitlines(), 1):
        if (found := _SBT.fullmatch(line.rstrip())) is not None:
            yield Pinned("org.scala-sbt:sbt", found[1], asked=True, line=number)


def build(text: str) -> Iterator[Pinned]:
    """``build.sbt``: libraries of Scala have its version in their names; what the script works out is not known."""
    scala = _SCALA.search(text)
    suffix = "" if scala is None else f"_{scala[1]}" if scala[1] != "2" else f"_2.{scala[2]}"
    plain = _COMMENT.sub(lambda one: one[0] if one[0].startswith('"') else re.sub(r"[^\n]", " ", one[0]), text)
    number = 1
    last = 0
    for found in _NAMED.finditer(plain):
        number += plain.count("\n", last, found.start())
        last = found.start()
        group, signs, name, version, scope = found.groups()
        known = signs == "%" or (signs == "%%" and suffix)
        stated = exact(version) if known and version and not version.startswith("latest.") else ""
        told = "test" if (scope or "").lower() == "test" else ""
        full = f"{group}:{name}{suffix if signs == '%%' else ''}"
        yield Pinned(full, stated, asked=True, line=number, scope=told)


def module(text: str) -> Iterator[Pinned]:
    """``ivy.xml``: what a module asks for; a file of that name that describes none has nothing."""
    root = lock_text.xml(text)
    for one in root.iterfind("dependencies/dependency") if root.tag == "ivy-module" else ():
        name = f"{one.get('org') or one.get('organisation') or ''}:{one.get('name', '')}"
        revision = one.get("rev", "")
        exact = _EXACT.fullmatch(revision) is not None and not revision.startswith("latest.")
        yield Pinned(name, revision if exact else "", asked=True, line=int(one.get(LINE, "0")))


def report(text: str) -> Iterator[Pinned]:
    """A report of Ivy: what was resolved, without what another version took the place of; none of another kind of file."""
    root = lock_text.xml(text)
    info = root.find("info")
    if root.tag != "ivy-report" or info is None:
        return
    own = f"{info.get('organisation', '')}:{info.get('module', '')}"
    needs: dict[str, list[str]] = {}
    found = []
    for module in root.iterfind("dependencies/module"):
        name = f"{module.get('organisation', '')}:{module.get('name', '')}"
        for revision in module.findall("revision"):
            if revision.get("evicted") is None and revision.get("error") is None:
                found.append((name, revision.get("name", ""), int(module.get(LINE, "0"))))
                for caller in revision.findall("caller"):
                    by = f"{caller.get('organisation', '')}:{caller.get('name', '')}"
                    needs.setdefault(by, []).append(name)
    asked = set(needs.get(own, ()))
    yield Pinned(own, info.get("revision", ""), tuple(asked), own=True, line=int(info.get(LINE, "0")))
    scope = "test" if info.get("conf", "").startswith("test") else ""
    for name, version, line in found:
        yield Pinned(name, version, tuple(needs.get(name, ())), asked=name in asked, line=line, scope=scope)
