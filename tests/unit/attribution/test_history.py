from __future__ import annotations

import pytest

from garboard.attribution.history import Style, read, user_below, user_of, without_shell
from garboard.model.image import History, Image
from tests.unit.attribution.images import BASE, entry


@pytest.mark.parametrize(
    ("written", "kind", "shown", "style"),
    [
        ("/bin/sh -c #(nop)  ENV DEST=/srv/app B=two words", "ENV", "ENV DEST=/srv/app B=two words", Style.SHELL),
        ("/bin/bash -c #(nop)  SHELL [/bin/bash -c]", "SHELL", "SHELL [/bin/bash -c]", Style.SHELL),
        ("|1 WHO=world /bin/sh -c apt-get update  && true", "RUN", "RUN apt-get update && true", Style.SHELL),
        ("|2 A=b c UNSET= /bin/bash -o pipefail -c set -e", "RUN", "RUN set -e", Style.SHELL),
        ('|1 WHO=world /bin/echo exec form with "q"', "RUN", 'RUN /bin/echo exec form with "q"', Style.SHELL),
        ("RUN |2 WHO=world UNSET= /bin/sh -c make # buildkit", "RUN", "RUN make", Style.BUILDKIT),
        ("RUN /bin/sh -c echo one > /one\n\techo two\n # buildkit", "RUN", "RUN echo one > /one echo two", Style.BUILDKIT),
        ("COPY --chown=1:1 --chmod=644 hello.txt /a/ # buildkit", "COPY", "COPY --chown=1:1 --chmod=644 hello.txt /a/", Style.BUILDKIT),
        ("RUN apt-get install -y git", "RUN", "RUN apt-get install -y git", Style.PLAIN),
        ("/bin/sh -c #(nop) COPY file:c50e in /opt/ ", "COPY", "COPY file:c50e in /opt/", Style.SHELL),
        ("bash", "RUN", "RUN bash", Style.SHELL),
        ("", "", "", Style.NONE),
        ("|9999999 A=", "RUN", "RUN", Style.SHELL),
    ],
)  # fmt: skip
def test_what_an_entry_says(written: str, kind: str, shown: str, style: Style) -> None:
    found = read([entry("+" + written)], 1).entries[0]
    assert (found.kind, found.shown, found.style) == (kind, shown, style)


@pytest.mark.parametrize(
    "text",
    [
        "RUN a" + " " * 1_000_000 + "b",
        "#(nop)" + " " * 1_000_000 + "x",
        "|1 " + "/a" * 500_000,
        "|1 " + " -sh" * 500_000,
    ],
    ids=["spaces", "nop", "slashes", "options"],
)
def test_a_long_entry_is_read_to_its_end(text: str) -> None:
    # A search that starts anew at each character would not end.
    (found,) = read([entry("+" + text)], 1).entries
    assert found.kind == "RUN"
    assert without_shell(found.text)


def test_metadata_of_buildkit_is_known_by_its_comment() -> None:
    assert read([entry(("-", "WORKDIR /a", "buildkit.dockerfile.v0"))], 0).entries[0].style is Style.BUILDKIT


def test_a_squash_of_the_classic_builder_is_the_last_instruction_s() -> None:
    merge = ("+", "", f"merge sha256:{'a' * 64} to sha256:{'b' * 64}")
    squashed = [entry(BASE), entry("-/bin/sh -c make"), entry("-/bin/sh -c #(nop)  CMD [sh]"), entry(merge)]
    told = read(squashed, 2)
    assert [one.layer for one in told.entries] == [0, None, 1]
    on_it = read([*squashed, entry("+/bin/sh -c more")], 3)
    assert [one.layer for one in on_it.entries] == [0, None, 1, 2]
    assert read([entry(BASE), entry(merge)], 2).maker(1) == 1


def test_entries_and_layers_are_joined_by_the_flags() -> None:
    told = read([entry(BASE), entry("-ENV A=b"), entry("+RUN a"), entry("-CMD b"), entry("+RUN c")], 3)
    assert [one.layer for one in told.entries] == [0, None, 1, None, 2]
    assert told.maker(2) == 4


@pytest.mark.parametrize(
    ("history", "layers", "makers"),
    [
        (["+ADD rootfs.tar /", "+CMD sh", "+RUN a"], 2, [0, None, 1]),
        (["+ADD rootfs.tar /", "+WORKDIR /a", "+RUN a"], 2, [0, None, 1]),
        (["+ADD rootfs.tar /", "+WORKDIR /a", "+RUN a"], 3, [0, 1, 2]),
    ],
)
def test_without_flags_the_kinds_may_tell(history: list[str], layers: int, makers: list[int | None]) -> None:
    assert [one.layer for one in read([entry(one) for one in history], layers).entries] == makers


@pytest.mark.parametrize(
    ("history", "layers"),
    [
        (["+RUN a", "+RUN b"], 1),
        (["+RUN a", "-RUN b"], 2),
        (["+RUN a", "+WORKDIR /b", "+WORKDIR /c"], 2),
        ([], 1),
        (["-RUN a"], 3),
    ],
)
def test_a_history_that_does_not_fit_tells_nothing(history: list[str], layers: int) -> None:
    told = read([entry(one) for one in history], layers)
    assert told.reason
    assert all(one.layer is None for one in told.entries)


@pytest.mark.parametrize(
    ("texts", "user"),
    [
        ((), None),
        (("RUN make",), ""),
        (("USER app", "RUN make"), "app"),
        (("USER app", "RUN make", "/bin/sh -c #(nop)  USER 1001:0", "CMD USER"), "1001:0"),
    ],
)
def test_as_whom_a_line_after_these_runs(texts, user):
    made = tuple(History(created_by=text) for text in texts)
    assert user_of(Image(name="a", source="docker", history=made)) == user
    assert user_of(Image(name="a", source="docker", history=made, user="configured")) == "configured"


APT = "RUN apt-get install -y git"


@pytest.mark.parametrize(
    ("base", "own", "configured", "user"),
    [
        (("RUN make",), (APT,), "app", "app"),
        (("bash",), (APT,), "app", "app"),
        (("USER one", "bash"), (APT,), "two", "two"),
        (("USER app",), (APT,), None, "app"),
        (("RUN make",), (APT,), "", ""),
        (("USER one",), ("USER root", APT, "USER two"), "two", "one"),
        (("RUN make",), (APT, "USER app"), "app", ""),
        (("RUN make",), ("USER app", APT), "app", ""),
        (("bash",), ("USER root", APT, "USER app"), "app", None),
        (("bash",), (APT, "USER app"), "app", ""),
        (("bash",), ("RUN make", "USER app"), "app", None),
        ((), (APT,), None, None),
    ],
)
def test_as_whom_a_line_after_the_base_runs(base, own, configured, user):
    """A configuration may have a user of which the history does not tell."""
    image = Image(name="a", source="docker", history=tuple(map(_made, (*base, *own))), user=configured)
    told = read(image.history, sum(one.startswith("RUN") or one == "bash" for one in (*base, *own)))
    assert user_below(image, told.entries, len(base)) == user
    unknown = configured if not any("USER" in one for one in (*base, *own)) else None
    assert user_below(image, told.entries, None) == unknown


def _made(text):
    return History(created_by=text, empty_layer=text.startswith("USER"))
