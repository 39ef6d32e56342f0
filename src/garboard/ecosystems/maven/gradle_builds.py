"""The files of Gradle in a tree, which speak of each other: properties that scripts fill in, and catalogs that they choose from.

A name in a script stands for what that script gives to it, for a property of the nearest ``gradle.properties``, or for what the
scripts of the same build agree on, of which one lies above or may be applied from anywhere. What a catalog lists and no script
names is not asked for, where all that may name it can be read: a plugin of the tree's own may go by names that it works out.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import cached_property
from typing import Final, NamedTuple

from garboard import lock_text, toml_text
from garboard.ecosystems.maven.gradle import CONFIGURATION, SEPARATOR, catalog_versions, with_versions
from garboard.ecosystems.maven.gradle_text import without_comments, without_texts
from garboard.ecosystems.maven.gradle_values import ANY, NAME, GivenName, NamedValue, given, hidden_names, key
from garboard.ecosystems.maven.plugins import kotlin_versions

PROPERTIES: Final = "gradle.properties"
SCRIPTS: Final = (".gradle", ".gradle.kts")
CATALOG: Final = ".toml"
FILES: Final = (PROPERTIES, CATALOG, *SCRIPTS)
"""How the names of these files end."""
_PROPERTY: Final = re.compile(r"(?m)^[ \t]*([\w.-]+)[ \t]*[=:][ \t]*(\S+)[ \t]*$")
_PLAIN: Final = re.compile(r"[\w.+!:@-]{1,200}")
"""A value that may be coordinates, or a part of them."""
_FILLED: Final = re.compile(
    rf"\$\{{[ ]?({NAME})[ ]?\}}" r"|\$([A-Za-z_]\w*(?:\.[A-Za-z_]\w*){0,6})(?![\w(])(?!\.[A-Za-z_])"
)
_ENDS: Final = r"(?=[ \t]*(?:[,)\]};\n{]|//|apply\b|\Z))"
"""What may follow a name that stands without a text around it."""
_QUOTED_PART: Final = r"""["'][\w.-]+["'],[ \t]*"""
_ADDED: Final = re.compile(
    rf"""(["'])([\w.-]+:[\w.-]+:)\1[ \t]*\+[ \t]*({NAME})(?:[ \t]*\+[ \t]*["']([\w.:@-]*)["'])?{_ENDS}"""
)
"""Coordinates to which a script adds the version."""
_BARE: Final = re.compile(
    rf"""(\bversion[ \t]*(?:[:=(][ \t]*|[ \t])|(?:\w\([ \t]*{_QUOTED_PART}|\bkotlin\([ \t]*){_QUOTED_PART})({NAME}){_ENDS}"""
)
"""A version that is named without a text around it."""
_WHOLE: Final = re.compile(
    rf"(\b(?:{CONFIGURATION})(?:[ \t]*\([ \t]*|[ \t]+)(?:(?:enforcedP|p)latform[ \t]*\([ \t]*)?)({NAME}){_ENDS}"
)
"""Something that is asked for under a name."""
_OF_KOTLIN: Final = re.compile(r"""(\([ \t]*kotlin[ \t]*\([ \t]*["'][\w.-]+["'])[ \t]*\)""")
"""A library of Kotlin, which has its plugin's version."""
_DEEPEST: Final = 5
"""Names of which the values name others."""
_OF_PROJECTS: Final = frozenset({"version", "group", "name"})
"""What every project has, and its scripts assign in many places."""
_BUILD_SCRIPTS: Final = ("build.gradle", "build.gradle.kts")
_SETTINGS: Final = ("settings.gradle", "settings.gradle.kts")
_ANYWHERE: Final = "*"
"""The folder of a script that any other may apply."""
_CHAIN: Final = re.compile(r"(?<!\w)[A-Za-z_]\w*+(?:\s*\.\s*[A-Za-z_]\w*)+")
_ASKED_ALIAS: Final = re.compile(
    rf"\b(?:{CONFIGURATION})(?:[ \t]*\([ \t]*|[ \t]+)(?:(?:enforcedP|p)latform[ \t]*\([ \t]*)?libs((?:\.[A-Za-z_]\w*+(?![ \t]*\())+)"
)
_NAMED_ALIAS: Final = re.compile(r"""\b(?:library|bundle)[ \t]*\([ \t]*["']([\w.-]+)["']""")
_SPACE: Final = re.compile(r"\s+")
_QUOTED: Final = re.compile(r"""["']([\w.-]+)["']""")
_SET_VERSION: Final = re.compile(
    r"""\bversion[ \t]*\([ \t]*["']([\w.-]+)["'][ \t]*(?:,[ \t]*(?:["']([\w.+-]+)["'][ \t]*\))?|\)[ \t]*\{)"""
)
"""A version that settings give to an alias, over what the catalog's file says."""
_CONDITION: Final = re.compile(r"\b(?:if|when|switch|try)\b")
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
        self._scripts = {
            path: without_comments(text, nested=path.endswith(".kts"))
            for path, text in texts.items()
            if path.endswith(SCRIPTS)
        }
        self._properties = {
            posixpath.dirname(path): dict(_PROPERTY.findall(text))
            for path, text in texts.items()
            if path.endswith(PROPERTIES)
        }
        others = (path for path in paths if path not in texts) if isinstance(paths, Iterable) else ()
        self._whole = not any(path.endswith(SCRIPTS) for path in others)
        self._given = {path: {one.name: one for one in given(text)} for path, text in self._scripts.items()}
        self._hidden = {path: hidden_names(text) for path, text in self._scripts.items()}
        self._roots: AbstractSet[str] = {
            posixpath.dirname(path) for path in texts if posixpath.basename(path) in _SETTINGS
        }
        self._catalogs = self._of_settings({path: text for path, text in texts.items() if path.endswith(CATALOG)})
        self._known: dict[tuple[str, NamedValue, int], str | None] = {}

    def _of_settings(self, catalogs: Mapping[str, str]) -> Mapping[str, str]:
        """Catalogs with the versions that settings give to their aliases; none where these are not sure."""
        made = dict(catalogs)
        for path, text in self._scripts.items():
            if posixpath.basename(path) not in _SETTINGS or "versionCatalogs" not in text:
                continue
            root = self._root(path)
            of_build = [one for one in made if self._root(one) == root]
            sure = len(of_build) == 1 and _CONDITION.search(without_texts(text)) is None
            stated: dict[str, set[str]] = {}
            for one in _SET_VERSION.finditer(text):
                stated.setdefault(SEPARATOR.sub(".", one[1]), set()).add(one[2] or "")
            values = {alias: "".join(some) if sure and len(some) == 1 else "" for alias, some in stated.items()}
            made |= {one: with_versions(made[one], values) for one in of_build}
        return made

    def filled(self, path: str) -> str:
        """A script or a catalog with the values of the names in it, as far as they are known."""
        if path in self._catalogs:
            return self._catalogs[path]
        text = self._with_values(path)
        version = self._of_kotlin(path) if _OF_KOTLIN.search(text) is not None else ""
        return _OF_KOTLIN.sub(lambda one: f'{one[1]}, "{version}")', text) if version else text

    def _with_values(self, path: str) -> str:
        def value(stated: str, otherwise: str, form: str = "{}", sign: str = "") -> str:
            known = self._value(path, key(stated))
            return form.format(known) if known is not None and sign in known else otherwise

        text = _FILLED.sub(lambda one: value(one[1] or one[2], one[0]), self._scripts[path])
        text = _ADDED.sub(lambda one: value(one[3], one[0], f'"{one[2]}{{}}{one[4] or ""}"'), text)
        text = _BARE.sub(lambda one: value(one[2], one[0], f'{one[1]}"{{}}"'), text)
        return _WHOLE.sub(lambda one: value(one[2], one[0], f'{one[1]}"{{}}"', ":"), text)

    def _value(self, path: str, named: NamedValue, depth: int = 0) -> str | None:
        """What a name stands for in a script, where that is known and may be coordinates."""
        place = (path, named, depth)
        if place not in self._known:
            known = None
            if named.name.partition(".")[0] not in self._hidden[path]:
                known = self._of_catalog(path, named.name) or self._given_to(path, named, depth)
            self._known[place] = known if known is not None and _PLAIN.fullmatch(known) else None
        return self._known[place]

    def _given_to(self, path: str, named: NamedValue, depth: int) -> str | None:
        name = named.name
        own = None if named.of_root and path not in self._of_root(path) else self._given[path].get(name)
        local = own is not None and own.local
        parts = name.split(".")
        for around in (".".join((*parts[:count], ANY)) for count in range(local, len(parts))):
            if around in self._given[path] or (not local and (self._root(path), around) in self._values):
                return None
        if own is not None and own.value != "" and name not in _OF_PROJECTS:
            return self._made(path, own.value, depth)
        return self._shared(path, name, depth)

    def _made(self, path: str, value: str | None, depth: int) -> str | None:
        """A value with what the names in it stand for."""
        if value is None or depth > _DEEPEST:
            return None
        return _FILLED.sub(lambda one: self._value(path, key(one[1] or one[2]), depth + 1) or one[0], value)

    def _shared(self, path: str, name: str, depth: int) -> str | None:
        """The nearest value of a property, or what scripts say of an extra one, unless another script may give it another."""
        values = self._values.get((self._root(path), name), {})
        folders = tuple(_folders(path))
        for folder in folders:
            stated: str | None = self._properties.get(folder, {}).get(name)
            if stated is not None:
                return stated if values.keys() <= {stated, ""} else None
        if len(values) != 1 or name in _OF_PROJECTS:
            return None
        ((value, homes),) = values.items()
        home = next((homes[one] for one in (*folders, _ANYWHERE) if one in homes), None)
        return self._made(home, value, depth) if home is not None else None

    def _of_catalog(self, path: str, name: str) -> str:
        """A version that a script takes of a catalog: ``libs.versions.NAME``."""
        catalog, _, alias = name.partition(".versions.")
        home = posixpath.join(self._root(path), "gradle", f"{catalog}.versions.toml")
        return self._versions.get(home, {}).get(alias, "") if alias else ""

    @cached_property
    def _versions(self) -> Mapping[str, Mapping[str, str]]:
        return {
            path: {SEPARATOR.sub(".", alias): version for alias, version in catalog_versions(text).items()}
            for path, text in self._catalogs.items()
        }

    def _root(self, path: str) -> str:
        """The folder of a script's build."""
        return next((one for one in _folders(path) if one in self._roots), "")

    def _of_root(self, path: str) -> tuple[str, ...]:
        return tuple(posixpath.join(self._root(path), name) for name in _BUILD_SCRIPTS)

    @cached_property
    def _values(self) -> Mapping[tuple[str, str], Mapping[str | None, Mapping[str, str]]]:
        """By a build's folder and a name: its values, each with the folders from which scripts give it, and those scripts."""
        found: dict[tuple[str, str], dict[str | None, dict[str, str]]] = {}
        for path, names in self._given.items():
            folder = posixpath.dirname(path) if posixpath.basename(path) in _BUILD_SCRIPTS else _ANYWHERE
            root = self._root(path)
            for one in names.values():
                if not one.local:
                    found.setdefault((root, one.name), {}).setdefault(one.value, {}).setdefault(folder, path)
        return found

    def _of_kotlin(self, path: str) -> str:
        """The version of Kotlin's plugin, by the script or else by its build; empty where that is none, or several."""
        own = self._kotlins.get(path, frozenset())
        if not own:
            root = self._root(path)
            own = frozenset(one for other, some in self._kotlins.items() if self._root(other) == root for one in some)
        return next(iter(own)) if len(own) == 1 else ""

    @cached_property
    def _kotlins(self) -> Mapping[str, AbstractSet[str]]:
        """By the scripts and catalogs that state any, the versions of Kotlin's plugins."""
        texts = {path: self._with_values(path) for path in self._scripts}
        texts |= self._catalogs
        found = {path: kotlin_versions(path, text) for path, text in texts.items() if "kotlin" in text}
        return {path: versions for path, versions in found.items() if versions}

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

    def missing(self, path: str) -> tuple[str, ...]:
        """What a script asks for by aliases that no catalog of the tree has; nothing where there is no catalog."""
        if not self._aliases or any(one.name.partition(".")[0] == "libs" for one in self._given_names):
            return ()
        asked = dict.fromkeys(one[1].removeprefix(".") for one in _ASKED_ALIAS.finditer(self._scripts.get(path, "")))
        return tuple(f"libs.{one}" for one in asked if one.lower() not in self._aliases)

    @cached_property
    def _given_names(self) -> tuple[GivenName, ...]:
        return tuple(one for names in self._given.values() for one in names.values())

    @cached_property
    def _aliases(self) -> AbstractSet[str]:
        """Of the libraries and bundles of all catalogs; none where a catalog cannot be read."""
        found: set[str] = set()
        try:
            for text in self._catalogs.values():
                document = toml_text.loads(text)
                found.update(lock_text.table(document, "libraries"))
                found.update(f"bundles.{one}" for one in lock_text.table(document, "bundles"))
        except lock_text.ERRORS:
            return frozenset()  # told where it is read
        if found:
            stated = {one for text in self._scripts.values() for one in _NAMED_ALIAS.findall(text)}
            found |= stated | {f"bundles.{one}" for one in stated}
        return {SEPARATOR.sub(".", one).lower() for one in found}

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
        spelled = kind + SEPARATOR.sub(".", alias.lower())
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
        return {SEPARATOR.sub(".", one.lower()) for text in self._scripts.values() for one in _QUOTED.findall(text)}


def _folders(path: str) -> Iterator[str]:
    """The folders of a file, from its own to the tree's."""
    while path:
        path = posixpath.dirname(path)
        yield path
