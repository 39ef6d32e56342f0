"""Projects of Python and packages of Node: exactly the expected bytes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.ecosystems.node import edited_package
from garboard.ecosystems.python import edited_project
from garboard.model.fix import CannotEdit
from garboard.splices import spliced

PROJECT = b"""[project]
name = "django"  # "django==3.2.0"
dependencies = [
    "django==3.2.0",  # not 'django==3.2.0'
    'six',
]
%s"""


def project(data: bytes) -> bytes:
    return spliced(data, edited_project.raising(data, "Django", "3.2.25"))


def package(data: bytes) -> bytes:
    return spliced(data, edited_package.raising(data, "lodash", "4.17.12"))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (PROJECT % b"", (PROJECT % b"").replace(b'    "django==3.2.0"', b'    "django==3.2.25"')),
        (
            (PROJECT % b"[tool.x]\nis = ['django==3.2.0']\n").replace(b"\n", b"\r\n"),
            (PROJECT % b"[tool.x]\nis = ['django==3.2.0']\n")
            .replace(b'    "django==3.2.0"', b'    "django==3.2.25"')
            .replace(b"\n", b"\r\n"),
        ),
        (b"[project]\ndependencies = ['django']", b"[project]\ndependencies = ['django>=3.2.25']"),
        (
            b'project.dependencies = ["Django[a] ~= 3.2.0 ; x"]\nproject.optional-dependencies.b = ["django>=3"]',
            b'project.dependencies = ["Django[a] ~= 3.2.25 ; x"]\nproject.optional-dependencies.b = ["django>=3.2.25"]',
        ),
    ],
)
def test_every_other_byte_of_a_project_stays(data: bytes, expected: bytes) -> None:
    assert project(data) == expected


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"[project]\ndependencies = ['six']\n", "does not ask"),
        (b"[project]\ndependencies = ['django>=4']\n", "not for an earlier"),
        (b"[project]\ndynamic = ['dependencies']\n", "does not ask"),
        (b"[tool.poetry.dependencies]\ndjango = '3.2.0'\n", "tables of tools"),
        (b"[project\n", "no TOML"),
        (b"\xff", "no TOML"),
        (b"[project]\ndependencies = [1]\n", "no TOML"),
        (b"[project]\ndependencies = ['django<4']\n", "more than one version"),
        (b"[project]\ndependencies = ['django>=3,<4']\n", "more than one version"),
        (b"[project]\ndependencies = ['django @ https://example/django.zip']\n", "address"),
        (b'[project]\ndependencies = ["django==3.2.\\u0030"]\n', "not certain"),
        (b"x = " + b"[" * 5000, "no TOML"),
        (b"#" * 2**21, "larger"),
    ],
)
def test_what_is_not_certain_in_a_project_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(CannotEdit, match=said):
        project(data)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'{"dependencies": {"lodash": "4.17.4"}}', b'{"dependencies": {"lodash": "4.17.12"}}'),
        (b'{"dependencies": {"lodash": "=v4.17.4"}}', b'{"dependencies": {"lodash": "=v4.17.12"}}'),
        (
            b'{\r\n\t"name": "lodash",\r\n\t"dependencies": {"lodash" :"^4.17.4", "x": "1"},\r\n\t"y": {"lodash": "^4.17.4"}\r\n}',
            b'{\r\n\t"name": "lodash",\r\n\t"dependencies": {"lodash" :"^4.17.12", "x": "1"},\r\n\t"y": {"lodash": "^4.17.4"}\r\n}',
        ),
        (
            b'{"devDependencies": {"lodash": "~4"}, "dependencies": {"lodash": ">= 4.1"}}',
            b'{"devDependencies": {"lodash": "~4.17.12"}, "dependencies": {"lodash": ">= 4.17.12"}}',
        ),
    ],
)
def test_every_other_byte_of_a_package_stays(data: bytes, expected: bytes) -> None:
    assert package(data) == expected


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"dependencies": {"x": "1"}}', "does not ask"),
        (b'{"dependencies": {"lodash": "latest"}}', "a tag or an address"),
        (b'{"dependencies": {"lodash": "4.x"}}', "a tag or an address"),
        (b'{"dependencies": {"lodash": "npm:other@4.1.0"}}', "a tag or an address"),
        (b'{"dependencies": {"lodash": "^3.1.0 || ^4.1.0"}}', "a tag or an address"),
        (b'{"dependencies": {"lodas\\u0068": "4.1.0"}}', "not certain"),
        (b'{"dependencies": {"lodash": "^4.17.21"}}', "already"),
        (b'{"dependencies": {"lodash": "3.1.0"}}', "another major version"),
        (b'{"dependencies": []}', "does not ask"),
        (b'{"dependencies": ["lodash"]}', "not the JSON"),
        (b'{"dependencies": {"lodash": 4}}', "not the JSON"),
        (b"[]", "not the JSON"),
        (b'{"a": ' + b"[" * 200_000, "not the JSON"),
        (b" " * 2**21, "larger"),
    ],
)
def test_what_is_not_certain_in_a_package_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(CannotEdit, match=said):
        package(data)


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=8)), st.sampled_from((None, 1, "\t")))
def test_only_the_version_changes(others: dict[str, str], indent: int | str | None) -> None:
    document = {"x": others, "dependencies": {**others, "lodash": "^4.0.0"}, "y": {"lodash": "^4.0.0"}}
    data = json.dumps(document, indent=indent, ensure_ascii=False).encode()
    document["dependencies"] = {**others, "lodash": "^4.17.12"}
    assert package(data) == json.dumps(document, indent=indent, ensure_ascii=False).encode()
