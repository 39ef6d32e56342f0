from __future__ import annotations

from garboard.attribution.base_boundary import disproved
from garboard.model.attribution import Certainty
from garboard.model.image import Image
from garboard.workflows import scan
from tests.unit.attribution.images import BASE, base, image, layer_list, lines, reasons, whose

BUILT = (BASE, "-/bin/sh -c #(nop)  CMD a", "+/bin/sh -c one", "+/bin/sh -c two")
NAME = "org.opencontainers.image.base.name"


def test_the_given_base_is_proven_by_its_layers() -> None:
    found = whose(image(*BUILT), None, base(2, "mine", given=True))
    assert (found.attribution.base.layers, found.attribution.base.how) == (2, Certainty.EXACT)
    assert lines(found) == ["base", "base", "dockerfile"]


def test_the_given_base_comes_before_a_longer_one() -> None:
    found = whose(image(*BUILT), None, base(1, "mine", given=True), base(2, "other"))
    assert found.attribution.base.name == "mine"


def test_a_given_base_that_shares_only_its_first_layer() -> None:
    other = base(1, "other", given=True)
    changed = other.image.layers + layer_list(1, "x")
    found = whose(
        image(*BUILT), None, type(other)(name="other", given=True, image=Image(name="o", source="s", layers=changed))
    )
    assert found.attribution.base.layers is None
    assert set(lines(found)) == {"unknown"}
    assert "shares 1 of its 2 layers" in reasons(found)


def test_a_given_base_that_is_longer_than_the_image() -> None:
    found = whose(image(*BUILT), None, base(9, given=True))
    assert found.attribution.base.layers is None
    assert "shares 3 of its 9 layers" in reasons(found)
    name = base(9, given=True).name
    assert disproved(name, found.attribution.gaps)
    assert not disproved("another", found.attribution.gaps)
    assert scan.base_name(name, found.attribution) == found.attribution.base.name == ""


def test_a_base_that_was_looked_up_and_is_another_now_is_told_of() -> None:
    found = whose(image(*BUILT), "FROM a\nRUN two\n", base(2, "a", salt="newer"))
    assert (found.attribution.base.how, found.attribution.base.layers) == (Certainty.ALIGNED, 2)
    assert (found.attribution.base.name, found.attribution.base.edited) == ("a", False)
    assert "the tag has moved on, or FROM was edited since" in reasons(found)


def test_what_the_image_cannot_have_been_built_on_is_not_its_base() -> None:
    found = whose(image(*BUILT), "FROM a\nRUN two\n", denied="it is debian 12, not debian 13")
    own = found.attribution.base
    assert (own.name, own.stated, own.edited, own.layers) == ("", "a", True, 2)
    assert "your Dockerfile now says FROM a, but this image was not built on it (it is debian 12" in reasons(found)


def test_layers_win_where_they_end_below_the_dockerfiles_instructions() -> None:
    by_layers = base(2, "other", stated="a"), base(1, "below", stated="a")
    found = whose(image(*BUILT), "FROM a\nRUN two\n", *by_layers)
    own = found.attribution.base
    assert (own.name, own.stated, own.edited, own.layers, own.how) == ("other", "a", False, 2, Certainty.EXACT)
    assert "says FROM a, but this image was built on other, by its layers: rebuild first, unless" in reasons(found)
    found = whose(image(*BUILT), "FROM a\nRUN one\nRUN two\n", *by_layers)
    assert found.attribution.base.name == "below"
    found = whose(image(*BUILT), "FROM a\nRUN two\n", by_layers[1])
    assert (found.attribution.base.name, found.attribution.base.layers) == ("a", 2)


def test_a_dockerfile_that_was_edited_throughout_still_has_the_old_base() -> None:
    by_layers, moved = base(2, "other", stated="a"), base(1, "a", salt="newer")
    found = whose(image(*BUILT), "FROM a\nRUN new\n", by_layers, moved)
    own = found.attribution.base
    assert (own.name, own.layers, own.edited) == ("other", 2, True)
    assert lines(found) == ["base", "base", "unknown"]
    assert whose(image(*BUILT), "FROM a\nRUN new\n", by_layers).attribution.base.name == "a"


def test_a_name_that_now_is_the_image_itself_proves_nothing() -> None:
    found = whose(image(*BUILT), "FROM a\nRUN two\n", base(3, "a"))
    assert (found.attribution.base.how, found.attribution.base.layers) == (Certainty.ALIGNED, 2)
    assert lines(found) == ["base", "base", 3 - 1]


def test_below_the_dockerfiles_instructions_is_the_base() -> None:
    found = whose(image(*BUILT), "FROM a:1\nRUN one\nRUN two\n")
    assert (found.attribution.base.name, found.attribution.base.layers) == ("a:1", 1)
    assert found.attribution.base.how is Certainty.ALIGNED


def test_from_scratch_has_no_layers() -> None:
    found = whose(image("+/bin/sh -c #(nop) COPY file:1 in / "), "FROM scratch\nCOPY a /\n")
    assert (found.attribution.base.name, found.attribution.base.layers) == ("scratch", 0)
    assert lines(found) == [2]
    not_it = whose(image(*BUILT), "FROM scratch\nRUN two\n")
    assert set(lines(not_it)) == {"unknown"}
    assert "FROM scratch" in reasons(not_it)


def test_labels_give_a_name_and_no_boundary() -> None:
    found = whose(image(*BUILT, labels=((NAME, "debian:12"),)), None)
    assert (found.attribution.base.name, found.attribution.base.layers) == ("debian:12", None)
    assert found.attribution.base.how is Certainty.UNKNOWN


def test_the_dockerfile_names_the_base_before_an_inherited_label() -> None:
    found = whose(image(*BUILT, labels=((NAME, "debian:12"),)), "FROM python:3\nRUN two\n")
    assert found.attribution.base.name == "python:3"


def test_an_image_that_is_nothing_but_its_base() -> None:
    found = whose(image(*BUILT), "FROM a\n", base(3, "a"))
    assert lines(found) == ["base", "base", "base"]
    assert not found.attribution.gaps


def test_an_import_has_lost_its_base() -> None:
    found = whose(image(BASE), "FROM a\nRUN two\n", base(2, "a"))
    assert (found.attribution.base.name, found.attribution.base.layers, lines(found)) == ("a", None, ["unknown"])


def test_a_history_that_does_not_fit_the_layers() -> None:
    found = whose(image(*BUILT, layers=5), "FROM a\nRUN two\n")
    assert set(lines(found)) == {"unknown"}
    assert "tells of 3 layers, the image has 5" in reasons(found)


def test_a_dockerfile_of_another_image_on_the_same_base() -> None:
    found = whose(image(*BUILT), "FROM a\nRUN other\n", base(1, "a"))
    assert lines(found) == ["base", "unknown", "unknown"]
