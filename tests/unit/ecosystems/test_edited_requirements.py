"""pip's requirements files: exactly the expected bytes."""

from __future__ import annotations

import pytest

from garboard.ecosystems.python.edited_requirements import raising
from garboard.model.fix import CannotEdit
from garboard.splices import spliced


def raised(data: bytes, name: str = "django", version: str = "3.2.25") -> bytes:
    return spliced(data, raising(data, name, version))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"django==3.2.0\n", b"django==3.2.25\n"),
        (b"# x\r\nDjango == 3.2.0  # why\r\nsix\r\n", b"# x\r\nDjango == 3.2.25  # why\r\nsix\r\n"),
        (b"django[argon2]~=3.2.0 ; python_version > '3.8'\n", b"django[argon2]~=3.2.25 ; python_version > '3.8'\n"),
        (b"django>=3.2.0", b"django>=3.2.25"),
        (b"django\nsix", b"django>=3.2.25\nsix"),
        (b"django \\\n  ==3.2.0\n", b"django \\\n  ==3.2.25\n"),
        (b"django-x==1\nmy-django==1\n", b"django-x==1\nmy-django==1\ndjango>=3.2.25\n"),
        (b"six==1.0", b"six==1.0\ndjango>=3.2.25\n"),
        (b"six==1.0\r\n", b"six==1.0\r\ndjango>=3.2.25\r\n"),
        (b"", b"django>=3.2.25\n"),
        (b"\xef\xbb\xbfdjango==3.2.0\n", b"\xef\xbb\xbfdjango==3.2.25\n"),
        (b"# old \\\ndjango==3.2.0\n", b"# old \\\ndjango==3.2.25\n"),
        (b"django==3.2.0; a\ndjango==4.2; b\n", b"django==3.2.25; a\ndjango==4.2; b\n"),
        (b"django==3.2.0; a\ndjango==3.2.1; b\n", b"django==3.2.25; a\ndjango==3.2.25; b\n"),
        (
            b"-r base.txt\n--index-url https://django\ndjango==3.2.0\n",
            b"-r base.txt\n--index-url https://django\ndjango==3.2.25\n",
        ),
    ],
)
def test_every_other_byte_stays(data: bytes, expected: bytes) -> None:
    assert raised(data) == expected


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"django==3.2.0 \\\n    --hash=sha256:00\n", "hashes"),
        (b"six==1.0 --hash=sha256:00\n", "hashes"),
        (b"django>=3.2,<4\n", "more than one version"),
        ("django==3.2.0\n".encode("utf-16"), "no plain text"),
        (b"django==3.2.0\rsix\n", "unusual"),
        (b"django==3.2.0\x0csix\n", "unusual"),
        (b"-c limits.txt\ndjango==3.2.0\n", "limits for versions"),
        (b"six\n-r base.txt\n", "takes in others"),
        (b"django==3.2.25\n", "already"),
        (b"django>=4\n", "already"),
        (b"django<4\n", "more than one version"),
        (b"django==3.2.*\n", "more than one version"),
        (b"django @ https://example/django.zip\n", "address"),
    ],
)
def test_what_is_not_certain_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(CannotEdit, match=said):
        raised(data)
