"""Reads what other scanners ignore: Trivy's, Snyk's, Grype's and OSV-Scanner's files.

Sources: the files' descriptions in the documentation of Trivy ("Filtering"), Snyk (".snyk policy file"), Grype ("ignore
rules") and OSV-Scanner ("Configuration"). An entry that says something which has no counterpart here is left out and told:
without that it would ignore more.
"""

from __future__ import annotations

import datetime as dt
import posixpath
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import msgspec
from packageurl import PackageURL

from garboard import toml_text, yaml_text
from garboard.model.errors import UsageError
from garboard.model.package import SYSTEM_TYPES
from garboard.model.policy import Ignore, PolicyError
from garboard.policy import document, entries

_NO_REASON: Final = "no reason was given"
_DAY: Final = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ].*)?", re.DOTALL)
_VULNERABILITY: Final = re.compile(r"(?i)[a-z]+-\d|ghsa-|cve-|temp-")
_NO_VULNERABILITY: Final = re.compile(r"(?i)(avd|ds|ksv|aws)-")
_PATTERN: Final = re.compile(r"[*?\[\](){}|^$\\]")
_DECIDING: Final = frozenset(
    {
        "fail-on-severity",
        "only-fixed",
        "only-notfixed",
        "ignore-wontfix",
        "exclude",
        "match",
        "vex-documents",
        "vex-add",
    }
)
"""What in Grype's configuration decides about findings, besides what it ignores."""
_OF_SNYK: Final = frozenset(
    {"reason", "expires", "created", "disregardIfFixable", "ignoredBy", "reasonType", "source", "email", "path"}
)
_FILE: Final = re.compile(r"/(?:[^/]+\.[^/]+|[A-Z-]+)\Z|[^A-Za-z0-9]\Z")
"""Paths whose last name is that of a file, with an extension or in capitals."""
_UNFIXED: Final = ("", "not-fixed", "wont-fix", "unknown")

Left = Callable[[str], None]


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
        found = tuple(reader(text, name, left.append))
    except (ValueError, TypeError, RecursionError) as error:
        raise UsageError(f"{name} is not what it should be: {error}") from error
    return ForeignIgnores(tuple(one for one in found if _fits(one, left.append)), tuple(left))


def _fits(ignore: Ignore, left: Left) -> bool:
    """Whether an entry is one of a policy; if not, what is wrong is told."""
    try:
        document.read(entries.entry(ignore), "")
    except PolicyError as error:
        left(f"{ignore.place}: {error.message.partition(chr(10))[0].split(': ', 1)[-1]}")
        return False
    return True


def _each(
    found: object, place: Callable[[int, Any], str], convert: Callable[..., Iterator[Ignore]], left: Left
) -> Iterator[Ignore]:
    """What becomes of each entry of a list; one that cannot be taken over is told, and the others are."""
    if found is None:
        return
    if not isinstance(found, list):
        raise TypeError(f"{str(found)[:60]} is no list")
    for number, one in enumerate(found, 1):
        where = place(number, one)
        try:
            made = tuple(convert(_entry(one), where, left))
        except (ValueError, TypeError) as error:
            left(f"{where}: {error}")
        else:
            yield from made


def _entry(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError(f"{str(value)[:60]} is no entry")
    return value


def _only(one: Mapping[str, Any], known: Collection[str]) -> None:
    """An entry with other keys says more than is known here.

    Raises:
        ValueError: it has some.
    """
    strange = sorted(key for key in one if key not in known)
    if strange:
        raise ValueError(f"{', '.join(strange)[:100]} has nothing that stands for it here")


def _text(one: Mapping[str, Any], key: str) -> str:
    found = one.get(key)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise TypeError(f"{key} is no text")
    return found.strip()


def _needed(one: Mapping[str, Any], key: str) -> str:
    found = _text(one, key)
    if not found:
        raise ValueError(f"it has no {key}")
    return found


def _texts(one: Mapping[str, Any], key: str) -> tuple[str, ...]:
    found = one.get(key)
    if found is None:
        return ()
    if not isinstance(found, list) or not all(isinstance(each, str) and each for each in found):
        raise TypeError(f"{key} is no list of texts")
    return tuple(found)


def _day(value: object) -> dt.date | None:
    """The last whole day before a date or a time: there they end at the beginning of the day, here with its end.

    Of a time in another zone than UTC the day in UTC counts.

    Raises:
        ValueError: it is neither.
    """
    if value is None or value == "":
        return None
    if isinstance(value, dt.date):
        return _before(value)
    text = str(value).strip()
    if not _DAY.fullmatch(text):
        raise ValueError(f"{text[:60]} is no day")
    try:
        return _before(dt.datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        raise ValueError(f"{text[:60]} is no day") from None


def _before(moment: dt.date) -> dt.date:
    """The day before that in which it lies, but for its last second: on that itself it would hold longer than it was meant to."""
    if isinstance(moment, dt.datetime):
        moment = moment.astimezone(dt.UTC) if moment.tzinfo else moment
        if (moment.hour, moment.minute, moment.second) == (23, 59, 59):
            return moment.date()
        moment = moment.date()
    return moment - dt.timedelta(days=1)


def _yaml(text: str) -> dict[str, Any]:
    """The one document of a file, a mapping; empty if there is none.

    Raises:
        ValueError: it is something else.
    """
    found = yaml_text.read(text)
    if not found:
        return {}
    if len(found) > 1 or not isinstance(found[0], dict):
        raise ValueError("it is no single mapping")
    return found[0]


def _line(name: str) -> Callable[[int, Any], str]:
    """Where an entry of a YAML list stands: its line, or its number."""

    def place(number: int, one: Any) -> str:
        line = min(one.lines.values(), default=0) if isinstance(one, yaml_text.YamlMapping) else 0
        return f"{name}:{line}" if line else f"{name}: entry {number}"

    return place


def _trivyignore(text: str, name: str, left: Left) -> Iterator[Ignore]:
    """One identifier a line; a comment above it or behind it is its reason."""
    above: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        words, _, comment = line.partition("#")
        if not words.strip():
            above = [*above, comment.strip()] if comment else []
            continue
        said, above = " ".join(one for one in above if one), []
        place, (identifier, *more) = f"{name}:{number}", words.split()
        reason = comment.strip() or said
        if not _VULNERABILITY.match(identifier) or _NO_VULNERABILITY.match(identifier):
            left(f"{place}: {identifier} is about no vulnerability")
            continue
        try:
            yield Ignore(place=place, ids=(identifier,), reason=reason or _NO_REASON, until=_expires(more))
        except ValueError as error:
            left(f"{place}: {identifier}: {error}")


def _expires(words: list[str]) -> dt.date | None:
    """The day that ``exp:`` says; other words say something that is not known here."""
    if not words:
        return None
    if len(words) > 1 or not words[0].startswith("exp:"):
        raise ValueError(f"{' '.join(words)[:60]} has nothing that stands for it here")
    return _day(words[0].removeprefix("exp:") or "nothing")


def _trivyignore_yaml(text: str, name: str, left: Left) -> Iterator[Ignore]:
    for section, found in _yaml(text).items():
        if section == "vulnerabilities":
            yield from _each(found, _line(name), _of_trivy, left)
        else:
            left(f"{name}: {section} are not about vulnerabilities")


def _of_trivy(one: Mapping[str, Any], place: str, left: Left) -> Iterator[Ignore]:
    _only(one, {"id", "purls", "paths", "statement", "expired_at"})
    plain = Ignore(
        place=place,
        ids=(_needed(one, "id"),),
        paths=_from_root(_texts(one, "paths")),
        reason=_text(one, "statement") or _NO_REASON,
        until=_day(one.get("expired_at")),
    )
    purls = _texts(one, "purls")
    yield from (_of_purl(purl, plain, left) for purl in purls)
    if not purls:
        yield plain


def _of_purl(text: str, plain: Ignore, left: Left) -> Ignore:
    """The entry for the package of a package URL, by its name, version and ecosystem."""
    purl = PackageURL.from_string(text)
    if purl.qualifiers or purl.subpath:
        left(f"{plain.place}: what {text[:100]} says after ? or #; it counts for the package whatever that is")
    namespace = "" if purl.type in SYSTEM_TYPES else purl.namespace
    return msgspec.structs.replace(
        plain,
        packages=("/".join(filter(None, (namespace, purl.name))),),
        version=purl.version or "",
        ecosystems=(purl.type,),
    )


def _snyk(text: str, name: str, left: Left) -> Iterator[Ignore]:
    """Each identifier has paths of dependencies, each with a reason and an end."""
    found = _yaml(text)
    for key in found:
        if key not in {"version", "ignore"} and found[key]:
            left(f"{name}: {key} is not about what is ignored")
    ignored = found.get("ignore") or {}
    if not isinstance(ignored, Mapping):
        raise TypeError("ignore is no mapping")
    for identifier, paths in ignored.items():
        place = f"{name}: {identifier}"
        if not identifier.upper().startswith(("CVE-", "GHSA-")):
            left(f"{place} is an identifier of Snyk's own: name the CVE that it stands for")
        elif not paths:
            left(f"{place} has no paths, so it ignores nothing")
        else:
            yield from _each(paths, _at(place), _of_snyk(identifier), left)


def _at(place: str) -> Callable[[int, Any], str]:
    return lambda _number, _one: place


def _of_snyk(identifier: str) -> Callable[[Mapping[str, Any], str, Left], Iterator[Ignore]]:
    def convert(one: Mapping[str, Any], place: str, left: Left) -> Iterator[Ignore]:
        for path, what in one.items():
            *above, last = path.split(" > ")
            package, version = _named(last.strip())
            yield msgspec.structs.replace(
                _of_path(identifier, what or {}, place),
                packages=() if package in {"*", ""} else (package,),
                version=version,
            )
            if any(each.strip() != "*" for each in above):
                left(f"{place}: the path {path[:100]}; it counts for {package} wherever that comes from")

    return convert


def _of_path(identifier: str, says: Any, place: str) -> Ignore:
    _only(_entry(says), _OF_SNYK)
    until, fixable = _day(says.get("expires")), _text(says, "disregardIfFixable").lower() == "true"
    if fixable and until:
        raise ValueError("it ends by expires and by disregardIfFixable, and an ignore has one end")
    reason = _text(says, "reason") or _NO_REASON
    return Ignore(place=place, ids=(identifier,), reason=reason, until=until, until_fixed=fixable)


def _named(text: str) -> tuple[str, str]:
    """A package and its version, of ``@scope/name@1``, of which each may be missing but the name."""
    at = text.rfind("@")
    return (text[:at], text[at + 1 :]) if at > 0 else (text, "")


def _grype(text: str, name: str, left: Left) -> Iterator[Ignore]:
    found = _yaml(text)
    for key in sorted(_DECIDING & found.keys()):
        left(f"{name}: {key} is not about what is ignored")
    yield from _each(found.get("ignore"), lambda number, _one: f"{name}: ignore {number}", _of_grype, left)


def _of_grype(one: Mapping[str, Any], place: str, left: Left) -> Iterator[Ignore]:  # noqa: ARG001
    _only(one, {"vulnerability", "reason", "package", "fix-state", "include-aliases"})
    state, package = _text(one, "fix-state"), one.get("package") or {}
    if state not in _UNFIXED:
        raise ValueError(f"{state[:60]} has nothing that stands for it here")
    if not isinstance(package, Mapping):
        raise TypeError("its package is none")
    _only(package, {"name", "version", "type", "location"})
    found = Ignore(
        place=place,
        reason=_text(one, "reason") or _NO_REASON,
        ids=_one(_text(one, "vulnerability")),
        packages=_one(_glob(_text(package, "name"))),
        version=_text(package, "version"),
        ecosystems=_one(_text(package, "type")),
        paths=_from_root(_one(_text(package, "location"))),
        until_fixed=bool(state),
    )
    if not (found.ids or found.packages or found.version or found.ecosystems or found.paths):
        raise ValueError("ignores all that has no fix; that is fixable = true in a rule")
    yield found


def _from_root(paths: Iterable[str]) -> tuple[str, ...]:
    """Patterns of paths, which without a slash would be of names in any folder here, and of a folder all that is in it.

    Raises:
        ValueError: one names the root, which is no file.
    """
    return tuple(map(_exact, paths))


def _exact(path: str) -> str:
    clean = posixpath.normpath(f"/{path.lstrip('/')}")
    if clean == "/":
        raise ValueError(f"the path {path[:100]} names no file")
    if any(one in clean for one in "*?["):
        return f"/{path.lstrip('/')}"
    return clean if _FILE.search(clean) else f"{clean[:-1]}[{clean[-1]}]"


def _glob(expression: str) -> str:
    """A regular expression for names as a pattern, if it is as simple as that.

    Raises:
        ValueError: it is not.
    """
    found = expression.replace(".*", "\0")
    if _PATTERN.search(found):
        raise ValueError(f"the name {expression[:60]} is an expression that has no pattern here")
    return found.replace("\0", "*")


def _one(value: str) -> tuple[str, ...]:
    return (value,) if value else ()


def _osv_scanner(text: str, name: str, left: Left) -> Iterator[Ignore]:
    found = toml_text.loads(text)
    for key in found:
        if key not in {"IgnoredVulns", "PackageOverrides"}:
            left(f"{name}: {key} is not about what is ignored")

    def place(number: int, one: Any) -> str:
        named = (one.get("id") or one.get("name")) if isinstance(one, Mapping) else None
        return f"{name}: {named or f'entry {number}'}"

    yield from _each(found.get("IgnoredVulns"), place, _of_osv, left)
    yield from _each(found.get("PackageOverrides"), place, _override, left)


def _of_osv(one: Mapping[str, Any], place: str, left: Left) -> Iterator[Ignore]:  # noqa: ARG001
    _only(one, {"id", "ignoreUntil", "reason"})
    yield Ignore(
        place=place,
        ids=(_needed(one, "id"),),
        reason=_text(one, "reason") or _NO_REASON,
        until=_day(one.get("ignoreUntil")),
    )


def _override(one: Mapping[str, Any], place: str, left: Left) -> Iterator[Ignore]:
    about = one.get("vulnerability") or {}
    if not (one.get("ignore") or (isinstance(about, Mapping) and about.get("ignore"))) or not one.get("name"):
        raise ValueError(f"an override of {one.get('name') or 'all packages'} is not about vulnerabilities to ignore")
    _only(one, {"name", "version", "ecosystem", "ignore", "vulnerability", "license", "effectiveUntil", "reason"})
    if one.get("license"):
        left(f"{place}: license is not about vulnerabilities")
    yield Ignore(
        place=place,
        packages=(_needed(one, "name"),),
        version=_text(one, "version"),
        ecosystems=_one(_text(one, "ecosystem")),
        reason=_text(one, "reason") or _NO_REASON,
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
