"""Installed gems: the gemspecs that RubyGems and Bundler write, and those of gems that Bundler took from git.

An installed gemspec is Ruby that ``Gem::Specification#to_ruby`` wrote: one assignment a line, literals only. Nothing is
executed. A gem from git has the author's own gemspec, which may compute what it states: then its folder names the gem.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from garboard.ecosystems.ruby import version as order
from garboard.model.ecosystem import MetadataPaths
from garboard.model.gap import Gap
from garboard.model.image import File
from garboard.model.package import Fact, Package
from garboard.versions.invalid import InvalidVersion

TYPE: Final = "gem"
ORDER: Final = "gem"

_STUB: Final = re.compile(r"^# stub: (\S+) (\S+) (\S+)", re.MULTILINE)
_LITERAL: Final = r"""(?:%q<([^>\n]*)>|%q\{([^}\n]*)\}|"([^"\n#\\]*)"|'([^'\n\\]*)')"""
_FIELD: Final = re.compile(
    rf"\.(name|version|platform)[ \t]*=[ \t]*(?:Gem::Version\.new\()?{_LITERAL}(?:\.freeze)?\)?[ \t\r]*(?=[\n;]|\Z)"
)
_LIST: Final = re.compile(r"\.(authors?|licenses?)[ \t]*=[ \t]*([^\n]*)")
_TEXT: Final = re.compile(_LITERAL)
_NEEDS: Final = re.compile(rf"\.add_(?:runtime_)?dependency[ \t]*\(?[ \t]*{_LITERAL}")
_ELSE: Final = re.compile(r"^[ \t]*else[ \t]*\r?$", re.MULTILINE)
"""Begins what a gemspec states for versions of RubyGems that do not separate development from run time."""
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,255}")
_COMMENT: Final = re.compile(r"^[ \t]*#[^\n]*", re.MULTILINE)
_STUB_LINES: Final = 4
_SHOWN: Final = 80
_CHECKOUT: Final = re.compile(r"(.+)-[0-9a-f]{7,40}")
_ANY_PLATFORM: Final = "ruby"


def catalog(file: File, owned: MetadataPaths, /) -> Iterator[Fact]:
    """The gem of one gemspec. An unknown name or version is a gap.

    Licenses and the first author are as stated; requirements are those at run time. ``arch`` is the platform of a gem
    with compiled parts (``x86_64-linux-gnu``).
    """
    del owned
    text = file.data.decode("utf-8", "replace")
    stub = _STUB.search("\n".join(text[:65536].split("\n", _STUB_LINES)[:_STUB_LINES]))
    text = _COMMENT.sub("", text)
    fields = _fields(text)
    name = stub[1] if stub else fields.get("name", "") or _checked_out(file.path)
    version = stub[2] if stub else fields.get("version", "")
    platform = stub[3] if stub else fields.get("platform", "")
    if not _NAME.fullmatch(name) or not _is_version(version):
        yield Gap(stage="catalog", subject=file.path, reason=_complaint(name, version))
        return
    otherwise = _ELSE.search(text)
    head = text[: otherwise.start()] if otherwise else text
    lists = {field.rstrip("s"): _texts(rest) for field, rest in _LIST.findall(text)}
    yield Package(
        type=TYPE,
        name=name,
        version=version,
        scheme=ORDER,
        arch="" if platform in ("", _ANY_PLATFORM) else platform,
        licenses=tuple(dict.fromkeys(lists.get("license", ()))),
        requires=tuple((need,) for need in dict.fromkeys(map(_literal, _NEEDS.findall(head))) if need),
        vendor=next(iter(lists.get("author", ())), ""),
    )


def _complaint(name: str, version: str) -> str:
    if not name:
        return "the gemspec states no name"
    if not _NAME.fullmatch(name):
        return f"{name[:_SHOWN]!r} is not a gem's name"
    if version:
        return f"the gemspec of {name} states {version[:_SHOWN]!r}, which is not a version"
    return f"the gemspec of {name} states no version that can be known"


def _is_version(text: str) -> bool:
    try:
        order.key(text)
    except InvalidVersion:
        return False
    return bool(text)


def _fields(text: str) -> dict[str, str]:
    """What is assigned as a literal, and nothing else, in one way only."""
    found: dict[str, set[str]] = {}
    for field, *values in _FIELD.findall(text):
        found.setdefault(field, set()).add(_literal(values))
    return {field: values.pop() for field, values in found.items() if len(values) == 1}


def _literal(values: list[str] | tuple[str, ...]) -> str:
    """The one group of `_LITERAL` that matched."""
    return next(filter(None, values), "")


def _texts(text: str) -> tuple[str, ...]:
    return tuple(filter(None, map(_literal, _TEXT.findall(text))))


def _checked_out(path: str) -> str:
    """The name in ``bundler/gems/NAME-COMMIT/NAME.gemspec``, where the file is called like the gem."""
    folder, _, file = path.rpartition("/")
    found = _CHECKOUT.fullmatch(folder.rpartition("/")[2])
    return file.removesuffix(".gemspec") if found and "/bundler/gems/" in f"/{path}" else ""
