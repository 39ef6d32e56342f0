from __future__ import annotations

import msgspec
import pytest

from garboard.attribution import provenance
from garboard.attribution.provenance import Provenance
from garboard.model.attribution import Certainty, Origin
from tests.unit.attribution.images import BASE, lines, reasons, whose
from tests.unit.attribution.statements import BASE_DIGEST, DIGEST, TEXT, attested, v0, v1

HISTORY = (BASE, "+RUN /bin/sh -c one # buildkit", "+COPY /made / # buildkit")
MOST = Provenance(
    base="debian:12",
    base_digest=BASE_DIGEST,
    base_layers=1,
    used=(("debian:12", BASE_DIGEST),),
    file="Dockerfile",
    text=TEXT,
    lines=((), (4,), (5,)),
)


def told(*statements: bytes) -> Provenance | None:
    found, gaps = provenance.read(statements, attested(*HISTORY))
    assert not gaps
    return found


@pytest.mark.parametrize("write", [v0, v1])
def test_both_versions_say_the_same(write) -> None:
    assert told(write()) == MOST
    with_arguments = told(write(args={"target": "build", "build-arg:V": "1", "build-arg:A": "", "filename": "x"}))
    assert with_arguments is not None
    assert (with_arguments.target, with_arguments.build_args) == ("build", (("A", ""), ("V", "1")))


def test_the_least_names_what_was_used_which_need_not_be_the_base() -> None:
    """A lone image may be one that files were copied from: FROM scratch, say."""
    assert told(v0(most=False)) == Provenance(used=(("debian:12", BASE_DIGEST),), file="Dockerfile", lines=((), (), ()))
    found = whose(attested(layers=1), "FROM scratch\nCOPY --from=debian:12 /a /\n", provenance=told(v0(most=False)))
    assert found.attribution.base.name == "scratch"
    assert whose(attested(layers=1), None, provenance=told(v0(most=False))).attribution.base.name == ""


def test_a_digest_belongs_to_the_name_that_the_dockerfile_gives() -> None:
    found = whose(attested(layers=1), "FROM debian:12\nRUN one\nRUN two\n", provenance=told(v0(most=False)))
    assert (found.attribution.base.name, found.attribution.base.digest) == ("debian:12", BASE_DIGEST)
    other = whose(attested(layers=1), "FROM debian:13\nRUN one\nRUN two\n", provenance=told(v0(most=False)))
    assert (other.attribution.base.name, other.attribution.base.digest) == ("debian:13", "")


@pytest.mark.parametrize(
    ("uri", "name", "digest"),
    [
        ("pkg:docker/bitnami/redis@7?platform=linux%2Famd64", "bitnami/redis:7", BASE_DIGEST),
        ("pkg:docker/ghcr.io/a/b@1?platform=x", "ghcr.io/a/b:1", BASE_DIGEST),
        ("pkg:docker/debian@12?digest=sha256:" + "a" * 64, "debian:12", "sha256:" + "a" * 64),
        ("pkg:docker/a?digest=sha256%3A" + "a" * 64, "a", "sha256:" + "a" * 64),
    ],
)
def test_materials_are_package_urls(uri: str, name: str, digest: str) -> None:
    found = told(v0(most=False, materials=(uri,)))
    assert found is not None
    assert found.used == ((name, digest),)
    assert provenance.digest_of(found, name) == digest


def test_the_frontend_is_left_out() -> None:
    found = told(v0(most=False, materials=("pkg:docker/docker/dockerfile@1", "pkg:docker/debian@12")))
    assert found is not None
    assert [name for name, _ in found.used] == ["debian:12"]


def test_of_several_images_the_one_whose_layers_are_the_lowest() -> None:
    found = told(
        v0(
            sources=("docker.io/library/golang:1@" + DIGEST, "registry.example:5000/own/base@" + BASE_DIGEST),
            layers={"step0": 0, "step1": 2},
        )
    )
    assert found is not None
    assert (found.base, found.base_layers) == ("registry.example:5000/own/base", 2)


def test_a_statement_about_another_image_is_not_used() -> None:
    found, gaps = provenance.read([v0(subject="sha256:" + "e" * 64), v0(most=False)], attested(*HISTORY))
    assert found is not None
    assert found.base_layers is None
    assert [gap.reason for gap in gaps] == ["speaks of another image, so nothing in it was used"]


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"predicate": 1}', b"\xff", b"[" * 5000])
def test_what_cannot_be_read_is_a_gap(data: bytes) -> None:
    found, gaps = provenance.read([data], attested(*HISTORY))
    assert found is None
    assert gaps[0].reason.startswith("cannot be read")


def test_no_statement_nothing_said() -> None:
    assert provenance.read([], attested(*HISTORY)) == (None, ())


def test_lines_and_base_without_any_history() -> None:
    of = attested(layers=3)
    found = whose(of, TEXT.decode(), provenance=MOST)
    assert lines(found) == [Origin.BASE.value, 4, 5]
    assert found.attribution.base.how is Certainty.DECLARED
    assert found.attribution.how is Certainty.DECLARED
    assert found.attribution.base.name == "debian:12"
    assert found.attribution.base.digest == BASE_DIGEST
    assert found.attribution.layers[2].copied_from == "build"
    assert not reasons(found)


def test_it_agrees_with_the_alignment() -> None:
    with_provenance = whose(attested(*HISTORY, "-CMD x"), TEXT.decode(), provenance=MOST)
    without = whose(attested(*HISTORY, "-CMD x"), TEXT.decode())
    assert lines(with_provenance) == lines(without) == [Origin.BASE.value, 4, 5]


def test_a_step_in_two_places_is_the_one_of_the_final_stage() -> None:
    """Two stages with the same instruction are one step to BuildKit."""
    text = "FROM debian:12 AS a\nRUN one\nFROM debian:12\nRUN one\n"
    found, _ = provenance.read([v0(lines={"step1": [[2], [4]]}, text=text.encode())], attested(layers=2))
    assert lines(whose(attested(layers=2), text, provenance=found)) == [Origin.BASE.value, 4]


def test_steps_that_cannot_be_told_apart_are_left_out() -> None:
    text = "FROM debian:12\nRUN one\nRUN two\n"
    found, _ = provenance.read([v0(lines={"step1": [[2], [3]]}, text=text.encode())], attested(layers=2))
    assert lines(whose(attested(layers=2), text, provenance=found)) == [Origin.BASE.value, Origin.DOCKERFILE.value]


def test_layers_that_are_others_tell_nothing() -> None:
    """After another registry compressed them anew, say: but then the statement speaks of another image anyway."""
    other = attested(layers=3)
    changed, _ = provenance.read([v0()], msgspec.structs.replace(other, layers=other.layers[::-1]))
    assert changed is not None
    assert changed.base_layers is None
    assert changed.lines == ((), (), ())


def test_without_a_dockerfile_the_declared_base_is_the_boundary() -> None:
    found = whose(attested(*HISTORY), None, provenance=MOST)
    assert [one.origin for one in found.attribution.layers] == [Origin.BASE, Origin.DOCKERFILE, Origin.DOCKERFILE]
