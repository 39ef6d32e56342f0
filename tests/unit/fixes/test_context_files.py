"""Which file of the context a RUN reads."""

from __future__ import annotations

import pytest

from garboard.dockerfile.parser import parse
from garboard.fixes.context_files import context_file

FILES = {"requirements.txt", "app/requirements.txt", "reqs/base.txt", "deps/requirements.txt", "b/c.txt"}


@pytest.mark.parametrize(
    ("lines", "path", "found"),
    [
        ("COPY requirements.txt .", "requirements.txt", "requirements.txt"),
        ("COPY requirements.txt ./", "requirements.txt", "requirements.txt"),
        ("WORKDIR /app\nCOPY . .", "requirements.txt", "requirements.txt"),
        ("WORKDIR /app\nCOPY . .", "app/requirements.txt", "app/requirements.txt"),
        ("COPY . /src\nWORKDIR /src/app", "requirements.txt", "app/requirements.txt"),
        ("COPY app /src", "/src/requirements.txt", "app/requirements.txt"),
        ("COPY app/ /src/", "/src/requirements.txt", "app/requirements.txt"),
        ("COPY app /src", "/requirements.txt", ""),
        ("COPY requirements.txt /tmp/pip.txt", "/tmp/pip.txt", "requirements.txt"),
        ("COPY req*.txt /tmp/", "/tmp/requirements.txt", "requirements.txt"),
        ("COPY reqs/*.txt /tmp/", "/tmp/base.txt", "reqs/base.txt"),
        ("COPY reqs/base.txt b/c.txt /tmp/", "/tmp/c.txt", "b/c.txt"),
        ("COPY requirements.txt /a/requirements.txt\nCOPY deps /a", "/a/requirements.txt", "deps/requirements.txt"),
        ('COPY ["requirements.txt", "/x/"]', "/x/requirements.txt", "requirements.txt"),
        ("ARG D=deps\nCOPY $D/requirements.txt /x/", "/x/requirements.txt", "deps/requirements.txt"),
        ("COPY --from=other requirements.txt .", "requirements.txt", ""),
        ("COPY ../requirements.txt .", "requirements.txt", ""),
        ("COPY $UNKNOWN .", "requirements.txt", ""),
        ("", "requirements.txt", ""),
    ],
)
def test_what_a_copy_put_there(lines: str, path: str, found: str) -> None:
    text = f"FROM a\n{lines}\nRUN pip install -r {path}\n"
    line = text.count("\n")
    assert context_file(parse(text.encode(), "Dockerfile"), {}, line, path, FILES.__contains__) == found


def test_what_a_mount_shows() -> None:
    text = b"FROM a\nWORKDIR /w\nRUN --mount=type=bind,source=deps/requirements.txt,target=r.txt pip install -r r.txt\n"
    assert context_file(parse(text, "Dockerfile"), {}, 3, "r.txt", FILES.__contains__) == "deps/requirements.txt"
    text = b"FROM a\nWORKDIR /w\nRUN --mount=target=. pip install -r app/requirements.txt\n"
    assert context_file(parse(text, "D"), {}, 3, "app/requirements.txt", FILES.__contains__) == "app/requirements.txt"
