"""Versions on RUN lines: exactly the expected bytes, or a refusal that says why."""

from __future__ import annotations

import pytest

from garboard import ecosystems
from garboard.dockerfile.parser import parse
from garboard.fixes.run_lines import raising
from garboard.model.action import WantedVersion
from garboard.model.attribution import Place
from garboard.model.fix import CannotEdit
from garboard.splices import spliced


def raised(text: bytes, line: int, wanted: tuple[str, str, str], asked_for: str = "", **args: str) -> bytes:
    dockerfile = parse(text, "Dockerfile")
    kind, name, version = wanted
    place = Place(file="Dockerfile", line=line)
    one = WantedVersion(type=kind, name=name, version=version, asked_for=asked_for, place=place)
    return spliced(text, raising(dockerfile, args, one))


DJANGO = ("pypi", "django", "3.2.25")
CASES = [
    pytest.param(
        b"FROM a\nRUN pip install django==3.2.0\n", 2, DJANGO, b"django==3.2.0", b"django==3.2.25", id="a pin"
    ),
    pytest.param(
        b"FROM a\r\nRUN pip install \\\r\n  'Django[argon2]==3.2.0' \\\r\n  six\r\n",
        2,
        DJANGO,
        b"==3.2.0",
        b"==3.2.25",
        id="CRLF, quotes, extras, another spelling",
    ),
    pytest.param(
        b"FROM a\nRUN pip install six \\\n  # django==3.2.0 is old\n  django==3.2.0\n",
        2,
        DJANGO,
        b"  django==3.2.0\n",
        b"  django==3.2.25\n",
        id="not the comment",
    ),
    pytest.param(
        b"FROM a\nRUN pip install 'django~=3.2.0'\n", 2, DJANGO, b"~=3.2.0", b"~=3.2.25", id="a compatible one"
    ),
    pytest.param(
        b"FROM a\nRUN pip install django six\n", 2, DJANGO, b"django", b"'django>=3.2.25'", id="without a version"
    ),
    pytest.param(
        b'FROM a\nRUN ["pip", "install", "django==3.2.0"]\n', 2, DJANGO, b"==3.2.0", b"==3.2.25", id="the JSON form"
    ),
    pytest.param(
        b"FROM a\nRUN <<EOF\npip install django==3.2.0\necho django\nEOF\n",
        2,
        DJANGO,
        b"==3.2.0",
        b"==3.2.25",
        id="a heredoc",
    ),
    pytest.param(
        b"FROM a\nARG V=3.2.0\nRUN pip install django==$V\n",
        3,
        DJANGO,
        b"V=3.2.0",
        b"V=3.2.25",
        id="where the ARG has it",
    ),
    pytest.param(
        b'FROM a\nENV X=1 DJANGO_VERSION="3.2.0"\nRUN pip install "django==${DJANGO_VERSION}"\n',
        3,
        DJANGO,
        b"3.2.0",
        b"3.2.25",
        id="where the ENV has it",
    ),
    pytest.param(
        b"FROM a\nRUN V=3.2.0 && pip install django==$V\n", 2, DJANGO, b"3.2.0", b"3.2.25", id="where the shell has it"
    ),
    pytest.param(
        b"FROM a\nRUN apt-get update && apt-get install -y openssl=3.0.9-1 curl\n",
        2,
        ("deb", "openssl", "3.0.11-1~deb12u2"),
        b"3.0.9-1",
        b"3.0.11-1~deb12u2",
        id="a package of Debian",
    ),
    pytest.param(
        b"FROM a\nRUN apk add --no-cache openssl=3.0.9-r1\n",
        2,
        ("apk", "openssl", "3.0.12-r0"),
        b"3.0.9-r1",
        b"3.0.12-r0",
        id="a package of Alpine",
    ),
    pytest.param(
        b"FROM a\nRUN npm install -g lodash@4.17.0 express@^4.17.0\n",
        2,
        ("npm", "express", "4.19.2"),
        b"^4.17.0",
        b"^4.19.2",
        id="a caret",
    ),
    pytest.param(
        b"FROM a\nRUN gem install rails -v 5.0.0\n", 2, ("gem", "rails", "5.0.7"), b"5.0.0", b"5.0.7", id="an option"
    ),
    pytest.param(
        b"FROM a\nRUN pip install django==3.2.0 && pip install django==3.2.0\n",
        2,
        DJANGO,
        b"django==3.2.0",
        b"django==3.2.25",
        id="twice",
    ),
]


@pytest.mark.parametrize(("text", "line", "wanted", "old", "new"), CASES)
def test_every_other_byte_stays(text: bytes, line: int, wanted: tuple[str, str, str], old: bytes, new: bytes) -> None:
    assert old in text
    assert raised(text, line, wanted) == text.replace(old, new)


def test_what_another_package_needs_is_asked_for_beside_it() -> None:
    jinja = ("pypi", "jinja2", "3.1.6")
    text = b"FROM a\nRUN pip install --no-cache-dir flask==1.0 requests\n"
    assert raised(text, 2, jinja, "flask") == text.replace(b"==1.0", b"==1.0 'jinja2>=3.1.6'")
    text = b'FROM a\nRUN ["pip", "install", "flask"]\n'
    assert raised(text, 2, jinja, "flask") == text.replace(b'"flask"', b'"flask", "jinja2>=3.1.6"')
    text = b"FROM a\nRUN pip install 'flask'\n"
    assert raised(text, 2, jinja, "flask") == text.replace(b"'flask'", b"'flask' 'jinja2>=3.1.6'")


@pytest.mark.parametrize(
    ("text", "line", "wanted", "asked_for", "said"),
    [
        (b"FROM a\nRUN pip install -r requirements.txt\n", 2, DJANGO, "", "requirements.txt"),
        (b"FROM a\nRUN npm install -g express\n", 2, ("npm", "qs", "6.9.7"), "express", "express needs it"),
        (b"FROM a\nRUN pip install 'django>=3.2,<3.2.10'\n", 2, DJANGO, "", "not certain"),
        (b"FROM a\nRUN ./install.sh\n", 2, DJANGO, "", "does not name it"),
        (
            b"FROM a\nARG V=3.2.0\nRUN pip install django==$V wheel==$V\n",
            3,
            DJANGO,
            "",
            "not certain",
        ),
    ],
)
def test_what_is_not_certain_is_refused(
    text: bytes, line: int, wanted: tuple[str, str, str], asked_for: str, said: str
) -> None:
    with pytest.raises(CannotEdit, match=said):
        raised(text, line, wanted, asked_for)


def test_a_build_argument_decides_and_the_file_does_not() -> None:
    text = b"FROM a\nARG V=3.2.0\nRUN pip install django==$V\n"
    with pytest.raises(CannotEdit):
        raised(text, 3, DJANGO, V="3.2.0")


def test_versions_of_go_begin_with_a_letter_on_command_lines() -> None:
    commands = ecosystems.commands("golang")
    assert commands.word("example.com/a", "1.2.0") == commands.word("example.com/a", "v1.2.0") == "example.com/a@v1.2.0"
    assert ecosystems.commands("npm").word("a", "1.2.0") == "a@1.2.0"
