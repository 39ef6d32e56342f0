"""The files of Gradle in a tree, which speak of each other: properties that scripts fill in, and catalogs that they choose from.

A name in a text of a script is a property of the nearest ``gradle.properties``, unless a script gives it a value. What a
catalog lists and no script names is not asked for, where all that may name it can be read: a plugin of the tree's own may go by
names that it works out.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import Final, NamedTuple

from garboard import lock_text, toml_text
from garboard.ecosystems.maven.plugins import without_comments

PROPERTIES: Final = "gradle.properties"
SCRIPTS: Final = (".gradle", ".gradle.kts")
CATALOG: Final = ".toml"
FILES: Final = (PROPERTIES, CATALOG, *SCRIPTS)
"""How the names of these files end."""
_PROPERTY: Final = re.compile(r"(?m)^[ \t]*([\w.-]+)[ \t]*[=:][ \t]*(\S+)[ \t]*$")
_PLAIN: Final = re.compile(r"[\w.+!-]{1,100}")
"""A value that may be a part of coordinates."""
_FILLED: Final = re.compile(
    r"""\$\{(?:(?:project|rootProject)\.)?(?:ext\.)?(?:(?:findProperty|property)\([ ]?["']([\w.-]+)["'][ ]?\)|([A-Za-z_]\w*))\}"""
    r"""|\$(?:(?:project|rootProject)\.)?([A-Za-z_]\w*)(?![\w(])(?!\.[A-Za-z_])"""
)
_ASSIGNED: Final = re.compile(
    r"""(?m)\b([A-Za-z_]\w*)["']?\]?[ \t]*(?::[ \t]*\w+\??[ \t]*)?=(?![=~])[ \t]*(?:["']([^"'$\n]*)["'][ \t]*;?[ \t]*$|([^\n]*))"""
    r"""|\bset[ \t]*\([ \t]*["'](\w+)["'][ \t]*,[ \t]*(?:["']([^"'$\n]*)["'][ \t]*\)|([^\n]*))"""
)
_TAKEN: Final = re.compile(r"""(?:[pP]roperty|getProperty)[ \t]*\([ \t]*["'](\w+)["']""")
_OF_PROJECTS: Final = frozenset({"version", "group", "name"})
"""What every project has, and its scripts assign in many places."""
_CHAIN: Final = re.compile(r"(?<!\w)[A-Za-z_]\w*+(?:\s*\.\s*[A-Za-z_]\w*)+")
_SPACE: Final = re.compile(r"\s+")
_QUOTED: Final = re.compile(r"""["']([\w.-]+)["']""")
_SEPARATOR: Final = re.compile(r"[-_.]")
_OWN_PLUGINS: Final = re.compile(r"(?:^|/)(?:buildSrc|build-logic)/")
_OTHERS: Final = re.compile(
    r"""\b(?:kotlin-dsl|java-gradle-plugin|groovy-gradle-plugin|includeBuild|(?:library|bundle|plugin)Aliases|LibrariesFor\w*)\b"""
    r"""|\bwith\s*[({]|(?<![\w"'./-])libs(?![\w"'/-]|\s*[.:])|\blibs\s*\.\s*(?:run|apply|let|also)\b"""
    r"""|\bfind(?:Library|Bundle|Plugin)\s*\(\s*[^"'\s]|\bversionCatalog\s*\{|\bfrom\s*[:=]\s*["']https?:"""
)
"""What of a script says that more than the scripts may choose from a catalog."""


class Unused(NamedTuple):
    """The aliases of a catalog's libraries and plugins that no script names."""

    libraries: AbstractSet[str] = frozenset()
    plugins: AbstractSet[str] = frozenset()


class GradleBuilds:
    """The files of a tree by their paths; ``paths`` are those of all files, by which one that could not be read is known."""

    def __init__(self, texts: Mapping[str, str], paths: Container[str]) -> None:
        self._texts = texts
        self._scripts = {path: without_comments(text) for path, text in texts.items() if path.endswith(SCRIPTS)}
        self._properties = {
            posixpath.dirname(path): dict(_PROPERTY.findall(text))
            for path, text in texts.items()
            if path.endswith(PROPERTIES)
        }
        others = (path for path in paths if path not in texts) if isinstance(paths, Iterable) else ()
        self._whole = not any(path.endswith(SCRIPTS) for path in others)
        self._assigned = {path: dict(_assigned(text)) for path, text in self._scripts.items()}

    def filled(self, path: str) -> str:
        """A script with the values of the properties in its texts, as far as they are known."""
        own = self._assigned[path]

        def value(found: re.Match[str]) -> str:
            name = found[1] or found[2] or found[3]
            known = own[name] if name in own and name not in _OF_PROJECTS else self._property(path, name)
            return known if known is not None and _PLAIN.fullmatch(known) else found[0]

        return _FILLED.sub(value, self._texts[path])

    def _property(self, path: str, name: str) -> str | None:
        """The nearest value of a property, unless another script may give it another."""
        folder = path
        while folder:
            folder = posixpath.dirname(folder)
            stated: str | None = self._properties.get(folder, {}).get(name)
            if stated is not None:
                return stated if self._values.get(name, frozenset()) <= {stated} else None
        return None

    @cached_property
    def _values(self) -> Mapping[str, AbstractSet[str | None]]:
        found: dict[str, set[str | None]] = {}
        for values in self._assigned.values():
            for name, value in values.items():
                found.setdefault(name, set()).add(value)
        return found

    def unused(self, path: str) -> Unused:
        """What of the catalog at this path is not asked for, as far as that is known."""
        if not self._is_known:
            return Unused()
        try:
            document = toml_text.loads(self._texts[path])
            libraries, plugins = lock_text.table(document, "libraries"), lock_text.table(document, "plugins")
            bundles = lock_text.table(document, "bundles")
        except lock_text.ERRORS:
            return Unused()  # told where it is read
        bundled = {
            str(one)
            for name, some in bundles.items()
            if self._names(name, "bundles.") and isinstance(some, list)
            for one in some
        }
        unused = Unused(
            frozenset(one for one in libraries if one not in bundled and not self._names(one)),
            frozenset(one for one in plugins if not self._names(one, "plugins.")),
        )
        return unused if len(unused.libraries) < len(libraries) or len(unused.plugins) < len(plugins) else Unused()

    @cached_property
    def _is_known(self) -> bool:
        """Whether nothing but the scripts chooses from catalogs, and all of these were read."""
        return (
            self._whole
            and bool(self._scripts)
            and not any(map(_OWN_PLUGINS.search, self._texts))
            and not any(map(_OTHERS.search, self._scripts.values()))
        )

    def _names(self, alias: str, kind: str = "") -> bool:
        """Whether a script names an alias: as ``libs.a.b``, or in a text."""
        spelled = kind + _SEPARATOR.sub(".", alias.lower())
        parts = spelled.split(".")
        beginnings = (".".join(parts[:count]) for count in range(1 + kind.count("."), len(parts)))
        return (
            f".{spelled}." in self._chains
            or spelled.removeprefix(kind) in self._quoted
            or not self._ends.isdisjoint(beginnings)
        )

    @cached_property
    def _accessors(self) -> AbstractSet[str]:
        return {_SPACE.sub("", one).lower() for text in self._scripts.values() for one in _CHAIN.findall(text)}

    @cached_property
    def _chains(self) -> str:
        return "." + ".\n.".join(sorted(self._accessors)) + "."

    @cached_property
    def _ends(self) -> AbstractSet[str]:
        """What follows the first name of accessors: of one that is kept under a name, more may be taken."""
        return {one.partition(".")[2] for one in self._accessors}

    @cached_property
    def _quoted(self) -> AbstractSet[str]:
        return {_SEPARATOR.sub(".", one.lower()) for text in self._scripts.values() for one in _QUOTED.findall(text)}


def _assigned(text: str) -> Iterator[tuple[str, str | None]]:
    """The names to which a script gives values, each with the only value; None where that is worked out, or another too."""
    found: dict[str, str | None] = {}
    for one in _ASSIGNED.finditer(text):
        name, value, other = (one[1], one[2], one[3]) if one[1] else (one[4], one[5], one[6])
        if other is not None and (taken := _TAKEN.search(other)) is not None and taken[1] == name:
            continue
        found[name] = None if name in found and found[name] != value else value
    yield from found.items()
