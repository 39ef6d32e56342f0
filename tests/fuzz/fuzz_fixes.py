"""Files that are changed come from anywhere: a change is certain or refused, and every byte outside of it stays."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from itertools import islice

import pytest

from garboard.dockerfile.parser import parse
from garboard.dockerfile.stages import base_image
from garboard.ecosystems.golang import edited_mod
from garboard.ecosystems.maven import edited_pom
from garboard.ecosystems.node import edited_package
from garboard.ecosystems.php import edited_composer
from garboard.ecosystems.python import edited_project, edited_requirements
from garboard.ecosystems.ruby import edited_gemfile
from garboard.ecosystems.rust import edited_cargo
from garboard.fixes import from_line, image_references, run_lines, stage_images
from garboard.model.action import WantedVersion
from garboard.model.attribution import Place
from garboard.model.dockerfile import DockerfileError
from garboard.model.ecosystem import Editor
from garboard.model.fix import CannotEdit, Splice
from garboard.splices import spliced
from tests.fuzz.mutation import Target, attack

REFERENCE = "b/c:2"


def outside(data: bytes, splices: tuple[Splice, ...]) -> bytes:
    """The file with the changes; what is between them has to be there as it was."""
    after, at, seen = spliced(data, splices), 0, 0
    for one in sorted(splices, key=lambda one: one.start):
        kept = data[at : one.start]
        assert after[seen : seen + len(kept)] == kept
        seen += len(kept) + len(one.new)
        at = one.end
    assert after[seen:] == data[at:]
    return after


def dockerfile(data: bytes) -> bool:
    """Another base, and another version on each line."""
    try:
        parsed = parse(data)
    except DockerfileError:
        return False
    try:
        after = outside(data, (from_line.rebasing(parsed, "", {}, REFERENCE),))
        assert base_image(parse(after)) == REFERENCE
    except CannotEdit:
        pass
    for one in islice(stage_images.others(parsed, "", {}), 5):
        if isinstance(one, stage_images.StageImage):
            try:
                after = outside(data, (stage_images.moved(parsed, one, {}, REFERENCE),))
            except CannotEdit:
                continue
            assert len(list(stage_images.others(parse(after), "", {}))) == len(
                list(stage_images.others(parsed, "", {}))
            )
    for line in dict.fromkeys(one.span.line for one in parsed.instructions[:5]):
        wanted = WantedVersion(type="pypi", name="a", version="2.0", place=Place(file="D", line=line))
        try:
            parse(outside(data, run_lines.raising(parsed, {}, wanted)))
        except CannotEdit:
            continue
    return True


def requirements(data: bytes) -> bool:
    """A version in a list for pip."""
    try:
        outside(data, edited_requirements.raising(data, "a", "2.0"))
    except CannotEdit:
        return False
    return True


def project(data: bytes) -> bool:
    """A version in a project of Python."""
    try:
        tomllib.loads(outside(data, edited_project.raising(data, "a", "2.0")).decode())
    except CannotEdit:
        return False
    return True


def package(data: bytes) -> bool:
    """A version in a package of Node."""
    try:
        json.loads(outside(data, edited_package.raising(data, "a", "2.0.0")))
    except CannotEdit:
        return False
    return True


def build(editor: Editor, name: str) -> Callable[[bytes], bool]:
    """A version in the manifest of a build; what is raised once is not raised again."""

    def harness(data: bytes) -> bool:
        try:
            after = outside(data, editor(data, name, "1.5.0"))
        except CannotEdit:
            return False
        with pytest.raises(CannotEdit, match="already|more than one"):
            editor(after, name, "1.5.0")
        return True

    return harness


def deployment(data: bytes) -> bool:
    """Another image in each place of a file."""
    try:
        found = image_references.images(data)
    except CannotEdit:
        return False
    for one in found[:5]:
        try:
            after = outside(data, image_references.moved(data, one, REFERENCE))
        except CannotEdit:
            continue
        assert len(image_references.images(after)) == len(found)
    return bool(found)


TARGETS = (
    Target(
        "changes of Dockerfiles",
        dockerfile,
        (
            b"ARG V=1\nFROM a:$V AS x\nENV W=1.0\nRUN pip install \\\n  # a==1\n  'a[b]==1.0' c==$W && pip install a==1.0\n",
            b'FROM a\r\nRUN ["pip", "install", "a==1.0"]\r\nRUN <<E\r\npip install a\r\nE\r\n',
            b"FROM a:1 AS x\nFROM c\nCOPY --from=a:1 /a /a\nRUN --mount=from=a:1,target=/a --mount=from=x x\nONBUILD ADD --from=a:1 /a /a\n",
        ),
        (b"--from=", b"--mount=", b"from=", b",", b"a:1", b"a==1.0", b"pip install ", b"\\\n", b"'", b'"', b"$V", b"${V:-1}", b"\n", b"#", b"&&", b";", b"=", b" ", b"FROM ", b"ARG "),
    ),
    Target(
        "changes of lists for pip",
        requirements,
        (b"# x\na==1.0 \\\n  --hash=sha256:0\nb\n", b"A[x] >= 1 ; y\r\n-r a\r\na @ b\r\na<2\r\na ~=1.0 # c"),
        (b"a", b"==", b">=", b"<", b",", b"1.0", b"\\\n", b"\r\n", b"#", b";", b"[", b"]", b"@", b" ", b"--hash="),
    ),
    Target(
        "changes of projects of Python",
        project,
        (
            b"[project]\n# 'a==1.0'\ndependencies = ['a==1.0', \"b\"]\n[project.optional-dependencies]\nx = ['a[y]>=1 ; z']\n",
            b'[project]\r\nname = "a"\r\ndependencies = [\r\n  "A ~= 1.0",  # "A ~= 1.0"\r\n]\r\n[tool.x]\r\ny = "A ~= 1.0"\r\n',
        ),
        (b"'a==1.0'", b'"a"', b"==", b"[", b"]", b",", b"#", b"\n", b"'", b'"', b"\\", b"''", b"[project]\n", b"dependencies = "),
    ),
    Target(
        "changes of packages of Node",
        package,
        (
            b'{"name": "a", "dependencies": {"a": "^1.0.0", "b": "1"},\n "x": {"a": "^1.0.0"}}',
            b'{\r\n  "devDependencies": {"a" : ">=1.0"},\r\n  "dependencies": {"a": "~1.0.0"}\r\n}\r\n',
        ),
        (b'"a"', b": ", b'"^1.0.0"', b'"1"', b"{", b"}", b",", b"[", b"]", b'"dependencies": ', b"\\u0061", b"NaN", b"\n", b"\xc3\xa9"),
    ),
    Target(
        "changes of Gemfiles",
        build(edited_gemfile.raising, "a"),
        (
            b"gem 'a', '~> 1.0' # '1.0'\nif x\n  gem(\"a\", \">= 1.0\", require: false)\nend\n",
            b"source 'x'\r\ngroup :b do\r\n  gem 'a', '1.0.0' if y\r\nend\r\n",
        ),
        (b"gem ", b"'a'", b", ", b"'1.0'", b"~> ", b"# ", b"\n", b"=begin\n", b"end", b"git: 'x'", b"#{x}", b"(", b")", b"\xc3\xa9"),
    ),
    Target(
        "changes of go.mod",
        build(edited_mod.raising, "x.y/a"),
        (
            b"module m\n\ngo 1.21\n\nrequire (\n\tx.y/a v1.0.0 // indirect\n\tx.y/b v1.0.0\n)\nexclude x.y/a v1.0.0\n",
            b"module m\r\nrequire x.y/a v1.0.0\r\nreplace x.y/b => ../b\r\n",
        ),
        (b"require ", b"x.y/a", b" v1.0.0", b"(", b")", b"//", b"\n", b"\t", b'"', b"replace ", b"=> ", b"+incompatible", b"/v2"),
    ),
    Target(
        "changes of pom.xml",
        build(edited_pom.raising, "g:a"),
        (
            b"<project><dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId>\n<version>1.0</version></dependency></dependencies></project>",
            b"<project xmlns='m'><properties><v>1.0</v></properties>\r\n<dependencyManagement><dependencies><dependency><groupId>g</groupId><artifactId>a</artifactId><version>${v}</version></dependency></dependencies></dependencyManagement></project>",
        ),
        (b"<version>", b"</version>", b"1.0", b"${v}", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<a:b/>", b"&#49;", b"\n", b"<dependency>", b"</dependency>", b"<!DOCTYPE x>"),
    ),
    Target(
        "changes of composer.json",
        build(edited_composer.raising, "a/b"),
        (b'{"require": {"a/b": "^1.0", "c/d": "^1.0"}}', b'{\r\n "require-dev": {"A/b" : "~1.0.0"},\r\n "x": {"a/b": "~1.0.0"}\r\n}'),
        (b'"a/b"', b": ", b'"^1.0"', b"{", b"}", b"[", b"]", b",", b'"require": ', b"\\u0061", b"v", b"\n"),
    ),
    Target(
        "changes of Cargo.toml",
        build(edited_cargo.raising, "a"),
        (
            b"[dependencies]\na = '1.0' # a = '1.0'\nc = { version = \"1.0\", package = 'a' }\n[target.x.dependencies.a]\nversion = '1.0'\n",
            b"[workspace.dependencies]\r\na.version = '1'\r\n",
        ),
        (b"a", b" = ", b"'1.0'", b'"1"', b"[", b"]", b"{", b"}", b"#", b"\n", b".version", b"[dependencies]\n", b"'", b'"""', b","),
    ),
    Target(
        "images in deployments",
        deployment,
        (
            b"x: &a\n  image: a:1 # b\nc:\n  <<: *a\nd: {image: \"a:1\", e: [1]}\n---\nimage:\n  repository: a\n  tag: '1'\n",
            b'// x\n{"image": "a:1", // y\n "images": [{"name": "a", "newTag": "1", "digest": ""}]}',
            b"services:\n  a: {image: 'r.io/a:${V:-1}', build: }\n  b: {image: \"${I:-a}:${V:-1}\"}\nc: {image: a, tag: 1.0.1}\n",
            b"image: {registry: r.io, image: a, tag: '1', digest: ''}\ncontexts: [b=docker-image://a:1]\nservices: [a:1]\n",
        ),
        (b"image", b"tag", b"build", b"${V:-1}", b"docker://", b": ", b"a:1", b"&a ", b"*a", b"'", b'"', b"{", b"}", b"[", b"]", b"\n", b"  ", b"---\n", b"# ", b"!!x ", b"\xef\xbb\xbf", b"\xc3\xa9"),
    ),
)  # fmt: skip


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_any_bytes(target: Target) -> None:
    attack(target, 1000, seed=7)
