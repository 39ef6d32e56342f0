"""What Python projects ask for: ``pyproject.toml``, ``Pipfile``, ``requirements.in``, ``setup.cfg`` and ``setup.py``."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from garboard import lock_text, toml_text
from garboard.ecosystems.python.locked import ORDER, TYPE
from garboard.ecosystems.python.names import normalize
from garboard.lock_text import Named, Pins, Remark
from garboard.model.image import File
from garboard.model.package import Asked, Fact

_EXACT: Final = re.compile(r"(?:\[[^\]]*\])?\(?==(\d[A-Za-z0-9.!+_-]*)\)?")
"""What follows the name of a requirement that admits one version, without blanks."""
_POETRY: Final = re.compile(r"={0,2}(\d[A-Za-z0-9.!+_-]*)")
"""The same of Poetry, which takes a version alone as one that has to be."""
_OF_AN_INDEX: Final = frozenset({"version", "extras", "index", "hashes", "optional", "allow-prereleases"})
"""Keys of what a Pipfile or Poetry's table says of a package that leave no doubt of which release it is, and for whom."""
_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_QUOTED: Final = re.compile(r"""["']([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)(?=[\s\[<>=!~;@"'(])""")
_COMPILED: Final = "`pip-compile {0}` or `uv pip compile {0} -o requirements.txt` writes them down"
_EDITABLE: Final = re.compile(r"-e[ \t]+([^\s#]+)(?:#egg=([\w.-]+)\S*)?")
"""How PDM writes what it installs from a folder or a repository."""
_BY_TOOL: Final = tuple((f"[tool.{name}", f"`{name} lock` writes {name}.lock") for name in ("poetry", "pdm", "uv"))
_BY_NONE: Final = "`uv lock`, `poetry lock` or `pip-compile` writes them down"


Stated = Iterator[tuple[str, int] | tuple[str, int, bool] | Remark]
_REMARK: Final = re.compile(r"(?:^|\s)#.*")
_OPTION: Final = re.compile(r"\s(?=--?\w)")
_SECTION: Final = re.compile(r"\[([^\]\n]*)\]")
_SETUP: Final = ("install_requires", "extras_require", "tests_require", "setup_requires")
"""Where setuptools is told requirements."""
_FOR_BUILDS: Final = ("tests_require", "setup_requires")
_ADDING: Final = ("append", "extend", "insert", "update", "add", "setdefault")
"""Methods of lists, sets and dictionaries that add to them."""
_LARGEST: Final = 256 * 1024
"""Characters of a script that is parsed."""
_WORKED_OUT: Final = "works out what it requires, in part or all: that was not judged"
_NOT_CATEGORIES: Final = frozenset({"source", "requires", "scripts", "pipenv"})
"""Tables of a Pipfile that list no packages."""


def catalog(file: File, /) -> Iterator[Fact]:
    """The distributions that are asked for by name, for development too."""
    name = file.path.rpartition("/")[2]
    parse: Mapping[str, Callable[[str], Iterable[Any]]] = {
        "pyproject.toml": _project,
        "Pipfile": _pipfile,
        "setup.cfg": _setup_cfg,
        "setup.py": _setup_py,
    }
    remarks: list[Remark] = []

    def named(text: str) -> Named:
        for one in parse.get(name, _listed)(text):
            if isinstance(one, Remark):
                remarks.append(one)
            else:
                yield one

    pins = _PINS.get(name, _OF_LISTS if name.endswith(".in") else None)
    facts = tuple(lock_text.asked(file, named, type_=TYPE, hint=hint(name, file.data), pins=pins))
    yield from facts
    if remarks and not facts:
        yield Asked(type=TYPE, told=True)
    yield from lock_text.gaps(file.path, dict.fromkeys(remarks))


def hint(name: str, data: bytes) -> str:
    """The command that pins what a file of this name asks for, without an installation."""
    if name == "Pipfile":
        return "`pipenv lock` writes Pipfile.lock"
    if name != "pyproject.toml":
        return _COMPILED.format(name)
    return next((text for table, text in _BY_TOOL if table.encode() in data), _BY_NONE)


def _project(text: str) -> Stated:
    document = toml_text.loads(text)
    yield from _elsewhere(lock_text.table(document, "project"), lock_text.table(document, "tool"))
    lines = _quoted(text)
    for key, needs, only in _lists(document):
        yield from ((name, lines.get(name, 0), only) for name in _names(needs, key))
    keys = lock_text.toml_keys(text)
    yield from ((name, keys.get((table, name), 0), only) for table, name, _, only in _of_poetry(document))


def _of_poetry(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Any, bool]]:
    """What Poetry's tables ask for: the table's name, the package's, what is said of it, and whether only development needs it."""
    poetry = ("tool", "poetry")
    tables: list[tuple[str, ...]] = [
        (*poetry, name) for name in ("dependencies", "requires-plugins", "dev-dependencies")
    ]
    tables += [(*poetry, "group", group, "dependencies") for group in lock_text.table(document, *poetry, "group")]
    for table in tables:
        for name, wanted in lock_text.table(document, *table).items():
            if name != "python":
                yield ".".join(table), name, wanted, table != tables[0]


def _lists(document: Mapping[str, Any]) -> Iterator[tuple[str, Any, bool]]:
    """The lists of requirements, each with its name, and whether only development needs them."""
    for place, of_groups in ((("project",), "optional-dependencies"), (("tool", "flit", "metadata"), "requires-extra")):
        stated = lock_text.table(document, *place)
        only = "dependencies" if place == ("project",) else "requires"
        yield only, stated.get(only), False
        yield from ((f"{of_groups}.{key}", one, False) for key, one in lock_text.table(stated, of_groups).items())
    for tool in ("uv", "rye"):
        yield f"tool.{tool}.dev-dependencies", lock_text.table(document, "tool", tool).get("dev-dependencies"), True
    for groups in (("dependency-groups",), ("tool", "pdm", "dev-dependencies")):
        for key, one in lock_text.table(document, *groups).items():
            yield f"{'.'.join(groups)}.{key}", one, True
    for name in lock_text.table(document, "tool", "hatch", "envs"):
        environment = lock_text.table(document, "tool", "hatch", "envs", name)
        for key in ("dependencies", "extra-dependencies"):
            yield f"tool.hatch.envs.{name}.{key}", environment.get(key), True


def _project_pins(text: str) -> Mapping[str, str]:
    """Of what the project, its extras and groups need, and take from an index."""
    document = toml_text.loads(text)
    lists = (lock_text.entries(needs, key) for key, needs, _ in _lists(document))
    stated = [*_required(need for needs in lists for need in needs if isinstance(need, str))]
    stated += [(name, _version(wanted, _POETRY)) for _, name, wanted, _ in _of_poetry(document)]
    stated += [(name, "") for name in lock_text.table(document, "tool", "uv", "sources")]
    return lock_text.agreed(stated, normalize)


def _required(needs: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The names in requirements, each with the version that alone it admits; empty where there are others."""
    for need in needs:
        name = _NAME.match(need.strip())
        if name is not None:
            exact = _EXACT.fullmatch("".join(need.strip()[name.end() :].split()))
            yield name[0], exact[1] if exact is not None else ""


def _version(wanted: object, exact: re.Pattern[str]) -> str:
    """The version in which alone a package is taken from an index, by a table or a text of its version."""
    stated = wanted if isinstance(wanted, Mapping) else {"version": wanted}
    found = exact.fullmatch("".join(str(stated.get("version", "")).split()))
    return found[1] if found is not None and stated.keys() <= _OF_AN_INDEX else ""


def _pipfile_pins(text: str) -> Mapping[str, str]:
    document = toml_text.loads(text)
    tables = (lock_text.table(document, table) for table in document.keys() - _NOT_CATEGORIES)
    return lock_text.agreed(
        ((name, _version(wanted, _EXACT)) for table in tables for name, wanted in table.items()), normalize
    )


def _elsewhere(project: Mapping[str, Any], tool: Mapping[str, Any]) -> Iterator[Remark]:
    """Of what the build takes from other files; what ``setup.py`` and Poetry's tables state is read as theirs."""
    stated = lock_text.mapping(lock_text.mapping(tool.get("setuptools")).get("dynamic"))
    dynamic = project.get("dynamic")
    for key in ("dependencies", "optional-dependencies"):
        if key in stated:
            yield Remark(f"takes its {key} from other files: {_files(stated[key])[:200]}: it was not judged by them")
        elif isinstance(dynamic, list) and key in dynamic and not {"poetry", "setuptools"} & tool.keys():
            yield Remark(f"leaves its {key} to its build: they are judged only where a file states them")


def _files(stated: Any) -> str:
    found = lock_text.mapping(stated).get("file")
    if found is None:
        return ", ".join(filter(None, map(_files, lock_text.mapping(stated).values())))
    return ", ".join(map(str, found)) if isinstance(found, list) else str(found)


def _names(needs: Any, key: str) -> Iterator[str]:
    """The names in the list of this key; its tables take in other lists.

    Raises:
        ValueError: it is no list of requirements.
    """
    for need in lock_text.entries(needs, key):
        if isinstance(need, str) and (found := _NAME.match(need.strip())) is not None:
            yield found[0]
        elif isinstance(need, str) and (editable := _EDITABLE.fullmatch(need.strip())) is not None:
            if not editable[1].startswith("file:"):  # a folder is the project's own
                yield editable[2] or editable[1]
        elif not isinstance(need, Mapping):
            raise ValueError(f"{key} has what is no requirement: {str(need)[:100]}")


def _quoted(text: str) -> Mapping[str, int]:
    """The last line on which each name begins a text: the project's own name and its words come first."""
    return {found[1]: number for number, line in enumerate(text.split("\n"), 1) for found in _QUOTED.finditer(line)}


def _pipfile(text: str) -> Named:
    document = toml_text.loads(text)
    keys = lock_text.toml_keys(text)
    for table in sorted(document.keys() - _NOT_CATEGORIES):
        names = lock_text.table(document, table)
        yield from ((name, keys.get((table, name), 0), table == "dev-packages") for name in names)


def _listed(text: str) -> Named:
    for number, line in enumerate(text.splitlines(), 1):
        if (found := _NAME.match(line.strip())) is not None:
            yield found[0], number


def _listed_pins(text: str) -> Mapping[str, str]:
    needs = (_OPTION.split(_REMARK.sub("", line))[0] for line in text.splitlines())
    return lock_text.agreed(_required(needs), normalize)


def _setup_cfg(text: str) -> Stated:
    for one in _of_setup_cfg(text):
        if isinstance(one, Remark):
            yield one
        elif (found := _NAME.match(one[0].strip())) is not None:
            yield found[0], one[1], one[2] in _FOR_BUILDS


def _setup_cfg_pins(text: str) -> Mapping[str, str]:
    """Those of an extra that depends on a condition are none."""
    stated = [one for one in _of_setup_cfg(text) if not isinstance(one, Remark)]
    always = _required(need for need, _, key in stated if ":" not in key)
    others = _required(need for need, _, key in stated if ":" in key)
    return lock_text.agreed((*always, *((name, "") for name, _ in others)), normalize)


def _of_setup_cfg(text: str) -> Iterator[tuple[str, int, str] | Remark]:
    """Each line that may be a requirement, with its number and the key that it is of."""
    section = key = ""
    for number, line in enumerate(text.splitlines(), 1):
        stated = line.partition("#")[0]
        if (header := _SECTION.match(line)) is not None:
            section, key = header[1].strip(), ""
            continue
        if not line[:1].isspace() and stated:
            key, _, stated = stated.partition("=")
            key = key.strip()
        if not key or not (section == "options.extras_require" or (section == "options" and key in _SETUP)):
            continue
        if stated.strip().startswith("file:"):
            yield Remark(f"takes what it requires from {stated.strip()[5:].strip()[:200]}: it was not judged by that")
        else:
            yield stated, number, key


def _setup_py(text: str) -> Stated:
    """What ``setup`` is told in literals, and in names that are given to such; the rest is a program's to work out."""
    if not any(key in text for key in _SETUP) and "**" not in text:
        return
    if len(text) > _LARGEST:
        yield Remark(_WORKED_OUT)
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        yield Remark(_WORKED_OUT)
        return
    script = _Script(tree)
    found = False
    for key, value in _told(tree):
        found = True
        for need, line in script.needs(value, key):
            if (named := _NAME.match(need)) is not None:
                yield named[0], line, key in _FOR_BUILDS
    if script.unknown or (not found and _unpacks(tree)):
        yield Remark(_WORKED_OUT)


def _setup_py_pins(text: str) -> Mapping[str, str]:
    """Of what ``setup`` is told in literals that nothing decides about."""
    if not any(key in text for key in _SETUP) or len(text) > _LARGEST:
        return {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return {}
    script = _Script(tree)
    stated: list[tuple[str, str]] = []
    for key, value in _told(tree):
        script.decides = False
        needs = [*_required(need for need, _ in script.needs(value, key))]
        stated += [(name, "" if script.decides else version) for name, version in needs]
    return lock_text.agreed(stated, normalize)


_OF_LISTS: Final = Pins(ORDER, _listed_pins)
_PINS: Final[Mapping[str, Pins]] = MappingProxyType(
    {
        "pyproject.toml": Pins(ORDER, _project_pins),
        "Pipfile": Pins(ORDER, _pipfile_pins),
        "setup.cfg": Pins(ORDER, _setup_cfg_pins),
        "setup.py": Pins(ORDER, _setup_py_pins),
    }
)


def _told(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Arguments of setuptools: of a call, in a dictionary, or put into one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from ((one.arg, one.value) for one in node.keywords if one.arg in _SETUP)
        elif isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            yield from (
                (key.value, value) for key, value in pairs if isinstance(key, ast.Constant) and key.value in _SETUP
            )
        elif isinstance(node, ast.Assign):
            for one in node.targets:
                key = one.slice if isinstance(one, ast.Subscript) else None
                if isinstance(key, ast.Constant) and key.value in _SETUP:
                    yield key.value, node.value


def _unpacks(tree: ast.AST) -> bool:
    """Whether ``setup`` is given arguments that are made elsewhere."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return any(
        "setup" in (getattr(call.func, "id", ""), getattr(call.func, "attr", ""))
        and any(one.arg is None for one in call.keywords)
        for call in calls
    )


class _Script:
    """The values of a module's names."""

    def __init__(self, tree: ast.Module) -> None:
        self.unknown = False
        self.decides = False
        """Whether some requirements are there on conditions, as far as is seen."""
        self._values: dict[str, list[ast.expr]] = {}
        self._seen: set[tuple[str, str]] = set()
        waiting: list[ast.AST] = [*reversed(tree.body)]
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
                continue
            waiting += reversed([*ast.iter_child_nodes(node)])
            self._keep(node)

    def _keep(self, node: ast.AST) -> None:
        targets: list[ast.expr] = []
        values: list[ast.expr | None] = []
        if isinstance(node, ast.Assign):
            targets, values = node.targets, [node.value]
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            targets, values = [node.target], [node.value]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _ADDING:
            targets, values = [node.func.value], [*node.args[-1:]]
        for one in targets:
            inner = one.value if isinstance(one, ast.Subscript) else one
            if isinstance(inner, ast.Name):
                self._values.setdefault(inner.id, []).extend(value for value in values if value is not None)

    def needs(self, value: ast.expr, key: str) -> Iterator[tuple[str, int]]:
        """The requirements in a value, with their lines; `unknown` is set where it has others.

        Of one that is filled in there is the name alone.
        """
        waiting = [value]
        while waiting:
            node = waiting.pop()
            self.decides |= isinstance(node, ast.IfExp) or (
                isinstance(node, ast.Dict) and any(map(_is_condition, node.keys))
            )
            if isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, str)):
                texts = (node.value or "").splitlines()
                yield from ((one.strip(), node.lineno) for one in texts)
            elif isinstance(node, ast.JoinedStr) and (name := _formatted(node)):
                yield name, node.lineno
            elif isinstance(node, ast.Name) and node.id in self._values:
                if (node.id, key) not in self._seen:
                    self._seen.add((node.id, key))
                    self.decides |= len(self._values[node.id]) > 1
                    waiting += reversed(self._values[node.id])
            elif (parts := _parts(node)) is not None:
                waiting += reversed(parts)
            else:
                self.unknown = True


def _is_condition(key: ast.expr | None) -> bool:
    """Whether an extra is for some platforms or versions of Python."""
    return isinstance(key, ast.Constant) and ":" in str(key.value)


def _parts(node: ast.expr) -> list[ast.expr] | None:
    """The values that make up another; None if that is worked out."""
    parts: list[ast.expr] | None = None
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        parts = node.elts
    elif isinstance(node, ast.Dict):
        parts = node.values
    elif isinstance(node, ast.Starred):
        parts = [node.value]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts = [node.left, node.right]
    elif isinstance(node, ast.IfExp):
        parts = [node.body, node.orelse]
    elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"list", "tuple", "set", "sorted", "dict"}:
        parts = [*node.args, *(one.value for one in node.keywords)]
    return parts


def _formatted(node: ast.JoinedStr) -> str:
    """The name before what is filled in; empty if that may be part of it."""
    first = node.values[0] if node.values else None
    text = str(first.value).strip() if isinstance(first, ast.Constant) else ""
    found = _NAME.match(text)
    return found[0] if found is not None and found.end() < len(text) else ""
