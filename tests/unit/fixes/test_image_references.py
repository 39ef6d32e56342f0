"""Images in files of deployments: exactly the expected bytes, or a refusal that says why."""

from __future__ import annotations

import pytest

from garboard.fixes.image_references import images, moved, put_together
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
    pytest.param("image:\n  name: postgres:12\n", "postgres:12", NEW, id="GitLab, with settings"),
    pytest.param("services: [postgres:12]\n", "postgres:12", NEW, id="GitLab's services"),
    pytest.param("services:\n- name: 'postgres:12'\n  alias: x\n", "postgres:12", NEW, id="the same, with settings"),
    pytest.param("- uses: docker://postgres:12\n", "postgres:12", NEW, id="a step that runs an image"),
    pytest.param("- uses: 'docker://postgres:12'\n", "postgres:12", NEW, id="the same, quoted"),
    pytest.param(
        "images:\n- name: x\n  newName: postgres:12\n", "postgres:12", NEW, id="Kustomize, a name with its tag"
    ),
    pytest.param('{\n\t"image": "postgres:12"\n}\n', "postgres:12", NEW, id="a devcontainer with tabs"),
    pytest.param(
        "environment: {image: 'x:1'}\nlabels:\n  image: x:1\nimage: postgres:12\n",
        "postgres:12",
        NEW,
        id="not what is free",
    ),
    pytest.param("a:\n  image: >-\n    x:1\nb:\n  image: postgres:12\n", "postgres:12", NEW, id="not a folded one"),
    pytest.param("db:\n  image: postgres\n  tag: '12'\n", "'12'", "'12.22'", id="Helm, an image beside its tag"),
    pytest.param("image: postgres\nimageTag: '12'\n", "'12'", "'12.22'", id="Helm, imageTag"),
    pytest.param("db: {image: postgres, image_tag: '12'}\n", "'12'", "'12.22'", id="Helm, image_tag"),
    pytest.param("db: {image: {name: postgres, tag: '12'}}\n", "'12'", "'12.22'", id="Helm, a name and its tag"),
    pytest.param("image:\n  repository: postgres:12\n", "postgres:12", NEW, id="Helm, a repository with its tag"),
    pytest.param(
        "image:\n  repository: postgres:12\n  tag:\n", "postgres:12", NEW, id="Helm, the same beside an empty tag"
    ),
    pytest.param("db: {image: 'postgres:12', tag: web}\n", "postgres:12", NEW, id="a tag that is of something else"),
    pytest.param(
        "volumes: [{name: v, image: {reference: 'postgres:12', pullPolicy: Always}}]\n",
        "postgres:12",
        NEW,
        id="a volume of Kubernetes",
    ),
    pytest.param("runs: {using: docker, image: 'docker://postgres:12'}\n", "postgres:12", NEW, id="an action"),
    pytest.param("runs: {using: docker, image: Dockerfile}\na: {image: 'postgres:12'}\n", "postgres:12", NEW, id="own"),
    pytest.param(
        "build: {additional_contexts: {b: docker-image://postgres:12, c: ./d}}\n", "postgres:12", NEW, id="a context"
    ),
    pytest.param(
        "build:\n  additional_contexts: ['b=docker-image://postgres:12', c=./d]\n",
        "postgres:12",
        NEW,
        id="a list of contexts",
    ),
    pytest.param('{"target": {"a": {"contexts": {"b": "docker-image://postgres:12"}}}}', "postgres:12", NEW, id="Bake"),
    pytest.param("image: postgres:${V:-12}\n", "12", "12.22", id="the default of a variable"),
    pytest.param("image: 'postgres:${V-12}' # é\n", "12", "12.22", id="the same, quoted"),
    pytest.param("é: 1\nimage: ${I:-postgres:12}\n", "postgres:12", NEW, id="all of it in a default"),
    pytest.param("image: ${I:-postgres}:${V:-12}\n", "12", "12.22", id="two defaults"),
    pytest.param(
        "services:\n  a: {build: ., image: 'a:1'}\n  b: {image: 'a:1'}\n  c: {image: 'postgres:12'}\n",
        "postgres:12",
        NEW,
        id="not what is built",
    ),
    pytest.param(
        "x-a: &a {image: 'a:1'}\nservices:\n  a: {<<: *a, build: {context: .}}\n  c: {image: 'postgres:12'}\n",
        "postgres:12",
        NEW,
        id="not what is built, by an anchor",
    ),
    pytest.param("image: postgres:12\nbuild:\n  script: [a]\n", "postgres:12", NEW, id="a job that is called build"),
    pytest.param(
        "build: {artifacts: [{image: 'a:1', context: .}]}\nx: {image: 'postgres:12'}\n",
        "postgres:12",
        NEW,
        id="not what Skaffold builds",
    ),
    pytest.param(
        '{"image": "postgres:12", "customizations": {"a": {"image": "x:1"}}}\n',
        "postgres:12",
        NEW,
        id="not what another program is told",
    ),
    pytest.param("machine: {image: 'x:1'}\na: {image: 'postgres:12'}\n", "postgres:12", NEW, id="not a machine"),
    pytest.param(
        "resources: {containers: [{container: a, image: 'postgres:12'}]}\njobs: [{job: j, container: a}]\n",
        "postgres:12",
        NEW,
        id="not the name of a container",
    ),
    pytest.param(
        "step: {services: [docker, a]}\ndefinitions: {services: {a: {image: 'postgres:12'}}}\n",
        "postgres:12",
        NEW,
        id="not the name of a service",
    ),
    pytest.param("services: [{name: a, type: web}]\na: {image: 'postgres:12'}\n", "postgres:12", NEW, id="hosted"),
    pytest.param("image: /a/b.png\na: {image: b.svg}\nb: {image: 'postgres:12'}\n", "postgres:12", NEW, id="pictures"),
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


def test_a_registry_of_its_own_stays() -> None:
    text = b"image:\n  registry: mirror.local\n  repository: postgres\n  tag: '12'\n"
    (image,) = images(text)
    assert image.reference == "mirror.local/postgres:12"
    assert spliced(text, moved(text, image, "mirror.local/postgres:13")) == text.replace(b"'12'", b"'13'")
    with pytest.raises(CannotEdit, match="registry"):
        moved(text, image, "postgres:13")


@pytest.mark.parametrize(
    ("tag", "written"),
    [
        ("7.0.11", "7.0.11"),
        ("7.0", '"7.0"'),
        ("7", '"7"'),
        ("1_0", '"1_0"'),
        ("1e3", '"1e3"'),
        ("0x1f", '"0x1f"'),
        ("2024-01-01", '"2024-01-01"'),
        ("2024-01-01-slim", "2024-01-01-slim"),
        ("12-alpine", "12-alpine"),
        ("no", '"no"'),
        ("latest", "latest"),
    ],
)
def test_only_what_yaml_takes_for_something_else_gets_quotes(tag: str, written: str) -> None:
    text = b"image:\n  repository: redis\n  tag: 7.0.1\n"
    (image,) = images(text)
    assert spliced(text, moved(text, image, f"redis:{tag}")) == text.replace(b"7.0.1", written.encode())


def test_the_shape_of_ingress_nginx() -> None:
    text = (
        "controller:\n  image:\n    registry: docker.io\n    image: library/postgres\n"
        f"    tag: '12'\n    digest: {DIGEST}\n"
    ).encode()
    (image,) = images(text)
    assert image.reference == f"docker.io/library/postgres:12@{DIGEST}"
    changed = spliced(text, moved(text, image, f"docker.io/library/postgres:13@{OTHER}"))
    assert changed == text.replace(b"'12'", b"'13'").replace(DIGEST.encode(), OTHER.encode())


def test_a_tag_that_two_images_share() -> None:
    text = b"a: {image: {repository: postgres, tag: &t '12'}}\nb: {image: {repository: postgres, tag: *t}}\n"
    first, second = images(text)
    assert spliced(text, moved(text, first, NEW)) == text.replace(b"'12'", b"'12.22'")
    assert moved(text, first, NEW) == moved(text, second, NEW)
    other = text.replace(b"b: {image: {repository: postgres", b"b: {image: {repository: mysql")
    with pytest.raises(CannotEdit, match="cannot be written"):
        moved(other, images(other)[0], NEW)


def test_a_registry_in_a_variable_stays() -> None:
    text = b"image: ${R:-mirror.local/all}/postgres:${V:-12}\n"
    (image,) = images(text)
    assert image.reference == "mirror.local/all/postgres:12"
    assert spliced(text, moved(text, image, "mirror.local/all/postgres:13")) == text.replace(b"12", b"13")
    with pytest.raises(CannotEdit, match="registry"):
        moved(text, image, "postgres:13")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("image: ${IMAGE}:1\n", ["${IMAGE}:1"]),
        ("image: ruby:${V:-2.5.1}-${S}\n", ["ruby:${V:-2.5.1}-${S}"]),
        ("image: ruby:${V:-2.5}.${P:-1}\n", ["ruby:${V:-2.5}.${P:-1}"]),
        ("image: ruby:${V:?none}\n", ["ruby:${V:?none}"]),
        ("image: |\n  ruby:2\n", ["ruby:2"]),
        ("image: Ruby:2\n", ["Ruby:2"]),
        ("image: ruby\n", ["ruby"]),
        ("a: {image: ruby, version: 2}\n", ["ruby"]),
        ("image: {repository: ruby}\n", ["ruby"]),
        ("image: {repository: ruby, tag: ''}\n", ["ruby"]),
        ("image: {repository: ruby, tag: 1.20}\n", ["ruby"]),
        ("image: {repository: ruby, tag: '2', sha: abc}\n", ["ruby"]),
        ("image: {image: ruby, tag: '2', digestChroot: 'sha256:a'}\n", ["ruby"]),
        ("image: {repository: ruby, tag: '{{ .x }}'}\n", ["ruby"]),
        ("images: [{name: ruby, newName: my/ruby}]\n", ["my/ruby"]),
        ("services: [ruby]\n", ["ruby"]),
        ("image: ruby\ntest:\n  script: [a]\n", []),
        ("a: {image: ruby, build: {x: 1}}\n", ["ruby"]),
        ("build: {dockerfile_inline: 'FROM ruby:2'}\n", ["dockerfile_inline"]),
        ("repository: https://a.test/b\ntag: v1\n", []),
        ("services:\n  a: {image: ruby}\n", []),
        ("containers: [{name: a, image: ruby}]\n", []),
        ('{"image": "ruby"}', []),
        ("image: >-\n  ruby:2\n", ["ruby:2"]),
        ('image: "ruby\\u003a2"\n', ["ruby:2"]),
        ("image: ruby:${{ matrix.v }}\n", ["ruby:${{ matrix.v }}"]),
        ("image: ruby:2\n", []),
        ("image: a picture of it\n", []),
    ],
)
def test_what_is_put_together_is_told(text: str, told: list[str]) -> None:
    assert [one.text for one in put_together(text.encode())] == told


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


@pytest.mark.parametrize(
    ("text", "platforms"),
    [
        ("services:\n  a:\n    image: x:1\n    platform: linux/arm64\n  b: {image: 'x:1'}\n", ["linux/arm64", ""]),
        (
            "a:\n  image:\n    name: x:1\n    docker: {platform: arm64/v8, user: b}\n  services: [y:1]\n",
            ["arm64/v8", ""],
        ),
        ("image: x:1\nplatform: [a]\n", [""]),
    ],
)
def test_the_platform_that_is_asked_for(text: str, platforms: list[str]) -> None:
    assert [one.platform for one in images(text.encode())] == platforms


@pytest.mark.parametrize(
    "data",
    [
        b"a:\n  image: &i ruby:2.5.1\n  environment:\n    BASE: *i\n",
        b"x-i: &i ruby:2.5.1\na:\n  environment: [*i]\n  image: *i\n  ports: []\n",
        b"image:\n  repository: ruby\n  tag: &t 2.5.1\nenv:\n  V: *t\n",
        b"a:\n  labels: &l {image: &i ruby:2.5.1}\n  image: *i\n  ports: []\n",
    ],
)
def test_what_an_alias_gives_to_other_keys_stays(data: bytes) -> None:
    assert images(data) == ()
    (told,) = put_together(data)
    assert "alias" in told.reason
