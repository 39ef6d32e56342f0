"""Options are the same wherever a command takes them, and every one can be set by a variable."""

from __future__ import annotations

import pytest

from garboard import reporters
from garboard.cli import options as o
from garboard.cli.params import Option
from tests.unit.cli.given import commands
from tests.unit.cli.options_page import PAGE, page

REPORTS = {
    "scan": reporters.SCAN,
    "inventory": reporters.INVENTORY,
    "recommend": reporters.RECOMMEND,
    "actions": reporters.ACTIONS,
    "fix": reporters.FIX,
    "explain": reporters.EXPLAIN,
    "compare": reporters.COMPARE,
    "convert": reporters.SCAN,
    "what-if": reporters.COMPARE,
    "policy explain": reporters.POLICY,
    "rebuild": reporters.REBUILD,
    "layers": reporters.LAYERS,
    "catalog list": reporters.CATALOG_LIST,
    "catalog show": reporters.CATALOG_SHOW,
    "db status": reporters.DB_STATUS,
    "db list": reporters.DB_LIST,
    "db query": reporters.DB_QUERY,
    "db show": reporters.DB_SHOW,
    "db diff": reporters.DB_DIFF,
    "db verify": reporters.DB_VERIFY,
}


def test_an_option_is_the_same_in_every_command() -> None:
    first: dict[str, tuple[str, object]] = {}
    for command, made in commands():
        for option in made.params:
            if isinstance(option, Option):
                assert option.opts
                said = (option.opts, option.help, option.metavar, type(option.type), option.is_flag, option.variables)
                where, before = first.setdefault(option.opts[-1], (command, said))
                assert said == before, f"{option.opts[-1]} of {command} and of {where}"
    assert len(first) > 40


def test_every_option_is_declared_by_the_one_mechanism() -> None:
    for command, made in commands():
        for parameter in made.params:
            if parameter.param_type_name == "option":
                assert isinstance(parameter, Option), f"{parameter.name} of {command}"
                long = parameter.opts[-1]
                assert parameter.variables[0] == "GARBOARD_" + long[2:].replace("-", "_").upper()
                assert parameter.help, f"{long} of {command}"
                assert parameter.is_flag or parameter.metavar, f"{long} of {command}"


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_written_as_every_other_one(name: str) -> None:
    made = dict(commands())[name]
    options = {option.opts[-1]: option for option in made.params if isinstance(option, Option)}
    assert {"--format", "--json", "--output", "--quiet"} <= options.keys()
    assert options["--output"].opts == ["-o", "--output"]
    assert options["--quiet"].opts == ["-q", "--quiet"]
    formats = options["--format"]
    assert isinstance(formats, o.Format)
    assert formats.metavar == "NAME[=FILE]"
    assert formats.formats == REPORTS[name].names
    assert formats.formats[:2] == ("text", "json")


def test_no_other_command_has_formats() -> None:
    """But ``vex``: none of its formats is for people."""
    with_formats = {name for name, made in commands() if any(isinstance(one, o.Format) for one in made.params)}
    assert with_formats == {*REPORTS, "vex"}


def test_old_spellings_are_still_taken() -> None:
    """Options that people's scripts have: a name may be added, none may go."""
    taken = {name: {word for one in made.params for word in one.opts} for name, made in commands()}
    opening = {"--platform", "--verify", "--insecure", "--mirror", "--ca-file", "--username", "--password"}
    opening |= {"--no-cache", "--offline", "-q", "--quiet", "-o", "--output"}
    build = {"-f", "--file", "--target", "--build-arg", "--base", "--stage"}
    assert taken["scan"] >= opening | build | {"--catalog", "--db", "--json", "--format", "--package-mirror"}
    assert taken["inventory"] >= opening | {"--format"}
    assert taken["layers"] >= opening | build | {"--format", "--db", "--catalog"}
    assert taken["rebuild"] >= opening | build | {"--newer-base", "--package-mirror", "--db", "--json"}
    assert taken["recommend"] >= opening | build | {"--all", "--why", "--include", "--approved-only", "--check-mirrors"}
    assert taken["catalog sync"] >= {"--tags", "--platform", "--since", "--catalog", "--no-cache", "--offline"}
    assert taken["db update"] >= {"--db", "--from", "--accept-shrink", "--ca-file", "--offline"}


def test_the_page_lists_the_options_that_there_are() -> None:
    wanted = page()
    assert PAGE.read_text(encoding="utf-8") == wanted, "GARBOARD_RENEW=1 pytest tests/unit/cli/test_options.py"
