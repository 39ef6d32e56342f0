"""What Python projects ask for: ``pyproject.toml``, ``Pipfile``, ``requirements.in``, ``setup.cfg`` and ``setup.py``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from garboard import lock_text
from garboard.lock_text import Named
from garboard.model.image import File
from garboard.model.package import Fact

TYPE: Final = "pypi"
_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_QUOTED: Final = re.compile(r"""["']([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)(?=[\s\[<>=!~;@"'(])""")
_COMPILED: Final = "`pip-compile {0}` or `uv pip compile {0} -o requirements.txt` writes them down"
_BY_TOOL: Final = tuple((f"[tool.{name}", f"`{name} lock` writes {name}.lock") for name in ("poetry", "pdm", "uv"))
_BY_NONE: Final = "`uv lock`, `poetry lock` or `pip-compile` writes them down"


def catalog(file: File, /) -> Iterator[Fact]:
    """The distributions that are asked for by name, for development too."""
    name = file.path.rpartition("/")[2]
    parse = {"pyproject.toml": _project, "Pipfile": _pipfile, "setup.cfg": _setup_cfg, "setup.py": _setup_py}
    return lock_text.asked(file, parse.get(name, _listed), type_=TYPE, hint=hint(name, file.data))


def hint(name: str, data: bytes) -> str:
    """The command that pins what a file of this name asks for, without an installation."""
    if name == "Pipfile":
        return "`pipenv lock` writes Pipfile.lock"
    if name != "pyproject.toml":
        return _COMPILED.format(name)
    return next((text for table, text in _BY_TOOL if table.encode() in data), _BY_NONE)


def _project(text: str) -> Named:
    document = tomllib.loads(text)
    project = lock_text.mapping(document.get("project"))
    tool = lock_text.mapping(document.get("tool"))
    poetry, uv, pdm = (lock_text.mapping(tool.get(name)) for name in ("poetry", "uv", "pdm"))
    always: list[Any] = [project.get("dependencies"), *lock_text.mapping(project.get("optional-dependencies")).values()]
    development: list[Any] = [uv.get("dev-dependencies")]
    for group in (document.get("dependency-groups"), pdm.get("dev-dependencies")):
        development += lock_text.mapping(group).values()
    lines = _quoted(text)
    for lists, only in ((always, False), (development, True)):
        yield from ((name, lines.get(name, 0), only) for needs in lists for name in _names(needs))
    keys = lock_text.toml_keys(text)
    tables = {"tool.poetry.dependencies": poetry.get("dependencies")}
    tables["tool.poetry.dev-dependencies"] = poetry.get("dev-dependencies")
    for group, stated in lock_text.mapping(poetry.get("group")).items():
        tables[f"tool.poetry.group.{group}.dependencies"] = lock_text.mapping(stated).get("dependencies")
    for table, needed in tables.items():
        for name in lock_text.mapping(needed):
            if name != "python":
                yield name, keys.get((table, name), 0), table != "tool.poetry.dependencies"


def _names(needs: Any) -> Iterator[str]:
    stated = (need for need in needs if isinstance(need, str)) if isinstance(needs, list) else ()
    return (found[0] for need in stated if (found := _NAME.match(need.strip())) is not None)


def _quoted(text: str) -> Mapping[str, int]:
    """The last line on which each name begins a text: the project's own name and its words come first."""
    return {found[1]: number for number, line in enumerate(text.split("\n"), 1) for found in _QUOTED.finditer(line)}


def _pipfile(text: str) -> Named:
    document = tomllib.loads(text)
    keys = lock_text.toml_keys(text)
    for table in ("packages", "dev-packages"):
        names = lock_text.mapping(document.get(table))
        yield from ((name, keys.get((table, name), 0), table == "dev-packages") for name in names)


def _listed(text: str) -> Named:
    return _requirements(enumerate(text.splitlines(), 1))


def _requirements(lines: Iterable[tuple[int, str]]) -> Named:
    for number, line in lines:
        if (found := _NAME.match(line.strip())) is not None:
            yield found[0], number


def _setup_cfg(text: str) -> Named:
    within = False
    for number, line in enumerate(text.splitlines(), 1):
        stated = line.partition("#")[0]
        if not line[:1].isspace() and stated:
            key, _, stated = stated.partition("=")
            within = key.strip() == "install_requires"
        if within:
            yield from _requirements([(number, stated)])


def _setup_py(text: str) -> Named:
    """What ``install_requires=[…]`` lists; other ways to state it are a program's."""
    before, found, after = text.partition("install_requires")
    start = before.count("\n") + 1
    listed = after.partition("]")[0] if found and after.lstrip(" =").startswith("[") else ""
    for number, line in enumerate(listed.split("\n"), start):
        yield from ((name[1], number) for name in _QUOTED.finditer(line))
