"""Reads what other scanners ignore: Trivy's, Snyk's, Grype's and OSV-Scanner's files.

Sources: the files' descriptions in the documentation of Trivy ("Filtering"), Snyk (".snyk policy file"), Grype ("ignore
rules") and OSV-Scanner ("Configuration").
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from garboard import yaml_text
from garboard.model.errors import UsageError
from garboard.model.policy import Ignore

_NO_REASON: Final = "no reason was given"
_EXPIRES: Final = re.compile(r"\bexp:(\d{4}-\d\d-\d\d)")


class ForeignIgnores(NamedTuple):
    """What became of a file: its ignores, and what could not be taken over."""

    ignores: tuple[Ignore, ...]
    left: tuple[str, ...]


def read(text: str, name: str) -> ForeignIgnores:
    """Read a file by its name.

    Raises:
        UsageError: no scanner's file has this name, or it is not what that scanner reads.
    """
    base = name.replace("\\", "/").rpartition("/")[2]
    reader = next((one for names, one in _READERS.items() if base in names.split()), None)
    if reader is None:
        raise UsageError(
            f"{name} is no scanner's file by its name", f"known are {', '.join(' '.join(_READERS).split())}"
        )
    left: list[str] = []
    try:
        ignores = tuple(reader(text, name, left.append))
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise UsageError(f"{name} is not what it should be: {error}") from error
    return ForeignIgnores(ignores, tuple(left))


def _trivyignore(text: str, name: str, left: Callable[[str], None]) -> Iterator[Ignore]:
    """One identifier a line; a comment above it or behind it is its reason."""
    above: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        words, _, comment = line.partition("#")
        if not words.strip():
            above = [*above, comment.strip()] if comment else []
            continue
        identifier, *more = words.split()
        expires = _EXPIRES.search(" ".join(more))
        reason = comment.strip() or " ".join(one for one in above if one)
        if _is_vulnerability(identifier):
            yield Ignore(
                place=f"{name}:{number}",
                ids=(identifier,),
                reason=reason or _NO_REASON,
                until=dt.date.fromisoformat(expires[1]) if expires else None,
            )
        else:
            left(f"{name}:{number}: {identifier} is about no vulnerability")


def _is_vulnerability(identifier: str) -> bool:
    return bool(re.match(r"(?i)[a-z]+-\d|ghsa-|cve-|temp-", identifier)) and not re.match(
        r"(?i)(avd|ds|ksv|aws)-", identifier
    )


def _trivyignore_yaml(text: str, name: str, left: Callable[[str], None]) -> Iterator[Ignore]:
    (document,) = yaml_text.read(text) or ({},)
    for section, entries in (document or {}).items():
        if section != "vulnerabilities":
            left(f"{name}: {section} are not about vulnerabilities")
            continue
        for one in entries or ():
            purls = tuple(_of_purl(purl) for purl in one.get("purls") or ())
            paths = tuple(one.get("paths") or ())
            for package, version in purls or (("", ""),):
                yield Ignore(
                    place=name,
                    ids=(str(one["id"]),),
                    packages=(package,) if package else (),
                    version=version,
                    paths=paths,
                    reason=str(one.get("statement") or _NO_REASON),
                    until=_day(one.get("expired_at")),
                )


def _of_purl(purl: str) -> tuple[str, str]:
    head = purl.partition("?")[0].partition("#")[0].removeprefix("pkg:").partition("/")[2]
    name, at, version = head.rpartition("@")
    name = (name if at else head).replace("%40", "@")
    return name.rpartition("/")[2] if not name.startswith("@") else name, version if at else ""


def _day(value: Any) -> dt.date | None:
    if value is None or isinstance(value, dt.date):
        return value.date() if isinstance(value, dt.datetime) else value
    return dt.date.fromisoformat(str(value)[:10])


def _snyk(text: str, name: str, left: Callable[[str], None]) -> Iterator[Ignore]:
    """Each identifier has paths of dependencies, each with a reason and an end."""
    (document,) = yaml_text.read(text)
    for identifier, entries in (document.get("ignore") or {}).items():
        known = identifier.upper().startswith(("CVE-", "GHSA-"))
        for entry in entries or ():
            for path, what in entry.items():
                place = f"{name}: {identifier}"
                if not known:
                    left(f"{place} is an identifier of Snyk's own: name the CVE that it stands for")
                    continue
                package = path.split(" > ")[-1].strip()
                package = (
                    package
                    if package.startswith("@") and package.count("@") == 1
                    else package.rpartition("@")[0] or package
                )
                yield Ignore(
                    place=place,
                    ids=(identifier,),
                    packages=() if package in {"*", ""} else (package,),
                    reason=str((what or {}).get("reason") or _NO_REASON),
                    until=_day((what or {}).get("expires")),
                )
    if document.get("patch"):
        left(f"{name}: patches are not applied")


def _grype(text: str, name: str, left: Callable[[str], None]) -> Iterator[Ignore]:
    (document,) = yaml_text.read(text)
    for number, one in enumerate(document.get("ignore") or ()):
        place, package = f"{name}: ignore {number + 1}", one.get("package") or {}
        strange = {*one} - {"vulnerability", "reason", "package", "fix-state", "include-aliases", "namespace"}
        state = str(one.get("fix-state") or "")
        if (
            strange
            or state not in {"", "not-fixed", "wont-fix", "unknown"}
            or {*package} - {"name", "version", "type", "location"}
        ):
            left(f"{place}: {', '.join(sorted(strange)) or state or 'its package'} has nothing that stands for it here")
            continue
        ids = (str(one["vulnerability"]),) if one.get("vulnerability") else ()
        found = Ignore(
            place=place,
            reason=str(one.get("reason") or _NO_REASON),
            ids=ids,
            packages=_one(package.get("name")),
            version=str(package.get("version") or ""),
            ecosystems=_one(package.get("type")),
            paths=_one(str(package.get("location") or "").replace("**", "*")),
            until_fixed=bool(state),
        )
        if found.ids or found.packages or found.version or found.ecosystems or found.paths:
            yield found
        else:
            left(f"{place}: ignores all that has no fix; that is fixable = true in a rule")


def _one(value: object) -> tuple[str, ...]:
    return (str(value),) if value else ()


def _osv_scanner(text: str, name: str, left: Callable[[str], None]) -> Iterator[Ignore]:
    document = tomllib.loads(text)
    for one in document.get("IgnoredVulns", ()):
        yield Ignore(
            place=f"{name}: {one['id']}",
            ids=(one["id"],),
            reason=one.get("reason") or _NO_REASON,
            until=_day(one.get("ignoreUntil")),
        )
    for one in document.get("PackageOverrides", ()):
        ignored = one.get("ignore") or (one.get("vulnerability") or {}).get("ignore")
        if not ignored or not one.get("name"):
            left(f"{name}: an override of {one.get('name') or 'all packages'} is not about vulnerabilities to ignore")
            continue
        yield Ignore(
            place=f"{name}: {one['name']}",
            packages=(one["name"],),
            version=one.get("version") or "",
            ecosystems=(one["ecosystem"],) if one.get("ecosystem") else (),
            reason=one.get("reason") or _NO_REASON,
            until=_day(one.get("effectiveUntil")),
        )


_READERS: Final = MappingProxyType(
    {
        ".trivyignore": _trivyignore,
        ".trivyignore.yaml .trivyignore.yml": _trivyignore_yaml,
        ".snyk": _snyk,
        ".grype.yaml .grype.yml": _grype,
        "osv-scanner.toml": _osv_scanner,
    }
)


def names() -> Iterable[str]:
    """The names of the files that are read."""
    return " ".join(_READERS).split()
