"""Images in files of deployments: exactly the expected bytes, or a refusal that says why."""

from __future__ import annotations

import pytest

from garboard.fixes.image_references import images, moved
from garboard.model.fix import CannotEdit
from garboard.splices import spliced

NEW = "postgres:12.22"
DIGEST = "sha256:" + "a" * 64
OTHER = "sha256:" + "b" * 64

CASES = [
    pytest.param("services:\n  db:\n    image: postgres:12 # why\n", "postgres:12 #", f"{NEW} #", id="Compose"),
    pytest.param('\ufeffa: {image: "postgres:12"}\r\nb: é\r\n', "postgres:12", NEW, id="a mark, quotes, CRLF, flow"),
    pytest.param("é: ü\nimage: 'postgres:12'\n", "postgres:12", NEW, id="bytes are not characters"),
    pytest.param("x-a: &a\n  image: postgres:12\ndb:\n  <<: *a\n", "postgres:12", NEW, id="an anchor"),
    pytest.param("x-a: &i postgres:12\ndb:\n  image: *i\n", "postgres:12", NEW, id="the value in an anchor"),
    pytest.param(
        "kind: A\n---\nspec:\n  containers:\n  - name: db\n    image: postgres:12\n",
        "postgres:12",
        NEW,
        id="Kubernetes, the second document",
    ),
    pytest.param("image:\n  repository: postgres\n  tag: '12'\n", "'12'", "'12.22'", id="Helm, the tag"),
    pytest.param(
        "image:\n  repository: postgres\n  tag: 12-alpine\n", "12-alpine", '"12.22"', id="Helm, a tag like a number"
    ),
    pytest.param("images:\n- name: postgres\n  newTag: '12'\n", "'12'", "'12.22'", id="Kustomize"),
    pytest.param("jobs:\n  a:\n    container: postgres:12\n    steps: []\n", "postgres:12", NEW, id="a workflow's job"),
    pytest.param(
        "jobs:\n  a:\n    container:\n      image: postgres:12\n", "postgres:12", NEW, id="the same, in a mapping"
    ),
    pytest.param(
        '// a remark\n{"image": "postgres:12", // another\n "x": "https://a//b"}\n',
        "postgres:12",
        NEW,
        id="a devcontainer",
    ),
    pytest.param("a:\n  image: >-\n    x:1\nb:\n  image: postgres:12\n", "postgres:12", NEW, id="not a folded one"),
]


@pytest.mark.parametrize(("text", "old", "new"), CASES)
def test_every_other_byte_stays(text: str, old: str, new: str) -> None:
    data = text.encode()
    (image,) = images(data)
    assert spliced(data, moved(data, image, NEW)) == text.replace(old, new).encode()


def test_a_digest_beside_the_tag_moves_with_it() -> None:
    text = f"images:\n- name: postgres\n  newTag: '12'\n  digest: {DIGEST}\n"
    (image,) = images(text.encode())
    assert image.reference == f"postgres:12@{DIGEST}"
    moved_to = spliced(text.encode(), moved(text.encode(), image, f"{NEW}@{OTHER}"))
    assert moved_to.decode() == text.replace("'12'", "'12.22'").replace(DIGEST, OTHER)
    with pytest.raises(CannotEdit, match="digest"):
        moved(text.encode(), image, NEW)


def test_only_one_of_several_changes() -> None:
    text = "a:\n  image: postgres:12\nb:\n  image: postgres:12\nc:\n  image: ruby:2\n"
    first, second, third = images(text.encode())
    assert (first.line, second.line, third.line) == (2, 4, 6)
    changed = spliced(text.encode(), moved(text.encode(), second, NEW)).decode()
    assert changed == "a:\n  image: postgres:12\nb:\n  image: postgres:12.22\nc:\n  image: ruby:2\n"


@pytest.mark.parametrize(
    "text",
    [
        "image: ${IMAGE}:1\n",
        "image: {{ .Values.image }}\n",
        "image: ''\n",
        "image:\n",
        "image: [a]\n",
        "repository: a\n",
        "a: 1\n",
        "",
    ],
)
def test_what_names_no_image_for_certain(text: str) -> None:
    assert images(text.encode()) == ()


@pytest.mark.parametrize("data", [b"a: [", b"\xff", b"a: *b", b"[" * 5000, b"x" * (2 << 20), b"a: {{ b }}: c"])
def test_what_is_no_yaml_is_refused(data: bytes) -> None:
    with pytest.raises(CannotEdit):
        images(data)


def test_aliases_do_not_multiply() -> None:
    lines = ["a0: &a0 [{image: 'x:1'}]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    assert len(images("\n".join(lines).encode())) == 1
