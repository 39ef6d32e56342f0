"""Histories as real builders wrote them (Docker 26 with BuildKit 0.12 and classic, Buildah 1.28), cut to what matters."""

from __future__ import annotations

import pytest

from garboard.model.attribution import Certainty
from tests.unit.attribution.images import BASE, base, image, lines, reasons, whose

BUILDKIT = "buildkit.dockerfile.v0"
DOCKERFILE = """\
ARG BASE=local/base:1
FROM ${BASE} AS build
RUN echo built > /built.txt

FROM $BASE
ARG WHO=world
ARG UNSET
ENV DEST=/srv/app \\
    B="two words"
LABEL a=b
WORKDIR ${DEST}
WORKDIR sub
COPY hello.txt src/* $DEST/
COPY --from=build --chown=root:root /out/ ./
ADD hello.txt /opt/
RUN apt-get update \\
 && apt-get install -y --no-install-recommends \\
    # a comment
    tree jq
SHELL ["/bin/bash", "-c"]
RUN echo $WHO "quoted  spaces" > /who
RUN ["/bin/echo", "exec form", "with \\"quotes\\""]
VOLUME /data
EXPOSE 80
USER nobody
HEALTHCHECK CMD true
STOPSIGNAL SIGTERM
ENTRYPOINT ["/bin/true"]
CMD echo hi
"""
METADATA = (
    "VOLUME [/data]", "EXPOSE map[80/tcp:{}]", "USER nobody",
    'HEALTHCHECK &{["CMD-SHELL" "true"] "0s" "0s" "0s" "0s" \'\\x00\'}', "STOPSIGNAL SIGTERM",
    'ENTRYPOINT ["/bin/true"]', 'CMD ["/bin/bash" "-c" "echo hi"]',
)  # fmt: skip
BY_BUILDKIT = (
    BASE,
    *(("-", one, BUILDKIT) for one in ("ARG WHO=world", "ARG UNSET", "ENV DEST=/srv/app B=two words", "LABEL a=b")),
    ("+", "WORKDIR /srv/app", BUILDKIT), ("+", "WORKDIR /srv/app/sub", BUILDKIT),
    ("+", "COPY hello.txt src/* /srv/app/ # buildkit", BUILDKIT),
    ("+", "COPY --chown=root:root /out/ ./ # buildkit", BUILDKIT), ("+", "ADD hello.txt /opt/ # buildkit", BUILDKIT),
    ("+", "RUN |2 WHO=world UNSET= /bin/sh -c apt-get update  && apt-get install -y --no-install-recommends     tree jq # buildkit", BUILDKIT),
    ("-", "SHELL [/bin/bash -c]", BUILDKIT),
    ("+", 'RUN |2 WHO=world UNSET= /bin/bash -c echo $WHO "quoted  spaces" > /who # buildkit', BUILDKIT),
    ("+", 'RUN |2 WHO=world UNSET= /bin/echo exec form with "quotes" # buildkit', BUILDKIT),
    *(("-", one, BUILDKIT) for one in METADATA),
)  # fmt: skip
BY_CLASSIC = (
    BASE,
    *(f"-/bin/sh -c #(nop)  {one}" for one in ("ARG WHO=world", "ARG UNSET", "ENV DEST=/srv/app B=two words", "LABEL a=b")),
    "+/bin/sh -c #(nop) WORKDIR /srv/app", "+/bin/sh -c #(nop) WORKDIR /srv/app/sub",
    "+/bin/sh -c #(nop) COPY multi:89a8 in /srv/app/ ", "+/bin/sh -c #(nop) COPY --chown=root:root dir:8f76 in ./ ",
    "+/bin/sh -c #(nop) ADD file:c50e in /opt/ ",
    "+|1 WHO=world /bin/sh -c apt-get update  && apt-get install -y --no-install-recommends     tree jq",
    "-/bin/bash -c #(nop)  SHELL [/bin/bash -c]",
    '+|1 WHO=world /bin/bash -c echo $WHO "quoted  spaces" > /who', '-|1 WHO=world /bin/echo exec form with "quotes"',
    *(f"-/bin/bash -c #(nop)  {one}" for one in METADATA),
)  # fmt: skip
BUILDAH = (
    "ARG WHO", "ARG WHO", 'ENV DEST=/srv/app     B="two words"', "LABEL a=b", "WORKDIR ${DEST}", "WORKDIR sub",
    "COPY multi:1057 in $DEST/ ", "COPY dir:c630 in ./ ", "ADD file:87c7 in /opt/ ",
)  # fmt: skip
BUILDAH_RUNS = (
    "|1 WHO=world /bin/sh -c apt-get update  && apt-get install -y --no-install-recommends     tree jq",
    '/bin/sh -c #(nop) SHELL ["/bin/bash", "-c"]', '|1 WHO=world /bin/sh -c echo $WHO "quoted  spaces" > /who',
    '|1 WHO=world /bin/sh -c ["/bin/echo", "exec form", "with \\"quotes\\""]',
)  # fmt: skip
BUILDAH_METADATA = (
    "VOLUME /data", "EXPOSE 80", "USER nobody", "HEALTHCHECK CMD true", "STOPSIGNAL SIGTERM", 'ENTRYPOINT ["/bin/true"]',
    "CMD echo hi",
)  # fmt: skip


def by_buildah(*, layers: bool) -> list[tuple[str, ...] | str]:
    texts = [f"/bin/sh -c #(nop) {one}" for one in BUILDAH]
    texts += [*BUILDAH_RUNS, *(f"/bin/sh -c #(nop) {one}" for one in BUILDAH_METADATA)]
    works = [index for index, text in enumerate(texts) if "COPY" in text or "ADD" in text or text.startswith("|")]
    if layers:
        return [
            BASE,
            *(("+" if index in works else "-", text, "FROM c96be368b382") for index, text in enumerate(texts)),
        ]
    return [BASE, *(("-", text) for text in texts[:-1]), ("+", texts[-1], "FROM localhost/local/base:1")]


def test_buildkit() -> None:
    found = whose(image(*BY_BUILDKIT), DOCKERFILE)
    assert lines(found) == ["base", 11, 12, 13, 14, 15, 16, 21, 22]
    assert found.attribution.how is Certainty.ALIGNED
    copied = found.attribution.layers[4]
    assert (copied.copied_from, copied.instruction) == ("build", "COPY --from=build --chown=root:root /out/ ./")
    assert copied.created_by == "COPY --chown=root:root /out/ ./"
    assert not found.attribution.gaps


def test_classic_builder_whose_last_run_changed_nothing() -> None:
    assert lines(whose(image(*BY_CLASSIC), DOCKERFILE)) == ["base", 11, 12, 13, 14, 15, 16, 21]


def test_buildah_with_layers() -> None:
    assert lines(whose(image(*by_buildah(layers=True)), DOCKERFILE)) == ["base", 13, 14, 15, 16, 21, 22]


def test_buildah_makes_one_layer_of_all_instructions() -> None:
    found = whose(image(*by_buildah(layers=False)), DOCKERFILE)
    assert lines(found) == ["base", "dockerfile"]
    assert "6 instructions" in reasons(found)
    assert found.attribution.layers[1].created_by == ""


def test_one_layer_for_a_single_run_is_that_runs() -> None:
    history = (BASE, "-/bin/sh -c make", ("+", '/bin/sh -c #(nop) CMD ["sh"]', "FROM localhost/a"))
    assert lines(whose(image(*history), 'FROM a\nRUN make\nCMD ["sh"]\n')) == ["base", 2]


def test_one_layer_that_ends_in_a_run_is_not_that_runs() -> None:
    history = (BASE, "-/bin/sh -c apt-get install -y git", ("+", "/bin/sh -c echo hi", "FROM localhost/a"))
    found = whose(image(*history), "FROM a\nRUN apt-get install -y git\nRUN echo hi\n")
    assert lines(found) == ["base", "dockerfile"]
    assert lines(whose(image(*history), None)) == ["unknown", "unknown"]


def test_kaniko_tells_of_layers_alone_and_in_the_files_words() -> None:
    history = (
        BASE,
        ("+", "RUN --mount=type=cache,target=/c apt-get install git", "", "kaniko"),
        ("+", "COPY --from=b $A /x", "", "kaniko"),
    )
    text = "FROM a\nENV A=b\nRUN --mount=type=cache,target=/c apt-get install \\\n git\nWORKDIR /x\nCOPY --from=b $A /x\nCMD a\n"
    assert lines(whose(image(*history), text)) == ["base", 3, 6]


HEREDOCS = """\
FROM local/base:1
RUN <<EOF
echo one > /one
\techo two > /two
EOF
RUN <<-"EOF" cat > /three
\ttabs
EOF
RUN cat <<A > /a && cat <<B > /b
aa
A
bb
B
RUN --mount=type=cache,target=/c --network=none echo x > /x
COPY <<EOF /etc/four
four
EOF
COPY <<one.txt <<two.txt hello.txt /etc/many/
1
one.txt
2
two.txt
RUN <<EOF
#!/usr/bin/env python3
print("hi")
EOF
"""


def test_heredocs() -> None:
    history = (
        "RUN /bin/sh -c echo one > /one\n\techo two > /two\n # buildkit",
        'RUN /bin/sh -c <<-"EOF" cat > /three\n\ttabs\nEOF # buildkit',
        "RUN /bin/sh -c cat <<A > /a && cat <<B > /b\naa\nA\nbb\nB # buildkit",
        "RUN /bin/sh -c echo x > /x # buildkit",
        "COPY <<EOF /etc/four # buildkit",
        "COPY hello.txt <<one.txt <<two.txt /etc/many/ # buildkit",
        "RUN /bin/sh -c /dev/pipes/EOF # buildkit",
    )
    found = whose(image(BASE, *(("+", one, BUILDKIT) for one in history)), HEREDOCS)
    assert lines(found) == ["base", 2, 6, 9, 14, 15, 18, 23]
    summed = whose(
        image(BASE, "+RUN <<EOF (echo one > /one...)"), "FROM a\nRUN <<EOF\necho one > /one\necho two\nEOF\n"
    )
    assert lines(summed) == ["unknown", "unknown"] or lines(summed) == ["base", 2]


COPIES = """\
FROM local/base:1
COPY --chmod=644 --chown=1:1 hello.txt /a/
COPY --link hello.txt /b/
COPY ["hello.txt", "/c with space/"]
COPY src/a hello.txt /f/
RUN   echo   many   spaces
RUN echo a; \\
    echo "line\\
 continued"
ONBUILD RUN echo later
"""


def test_copies_by_both_builders_of_docker() -> None:
    history = (
        "COPY --chown=1:1 --chmod=644 hello.txt /a/", "COPY hello.txt /b/", "COPY hello.txt /c with space/",
        "COPY src/a hello.txt /f/", "RUN /bin/sh -c echo   many   spaces", 'RUN /bin/sh -c echo a;     echo "line continued"',
    )  # fmt: skip
    found = whose(image(BASE, *(("+", f"{one} # buildkit", BUILDKIT) for one in history)), COPIES)
    assert lines(found) == ["base", 2, 3, 4, 5, 6, 7]
    places = ("/a/", "/b/", "/c with space/", "/f/")
    classic = [
        *(f"+/bin/sh -c #(nop) COPY file:c50e in {place} " for place in places),
        "-/bin/sh -c echo   many   spaces", '-/bin/sh -c echo a;     echo "line continued"',
        "-/bin/sh -c #(nop)  ONBUILD RUN echo later",
    ]  # fmt: skip
    assert lines(whose(image(BASE, *classic), COPIES)) == ["base", 2, 3, 4, 5]


CHILD = "FROM onb:1\nRUN echo child\nCOPY src /src\n"
BUILT_ON_TRIGGERS = (
    BASE, ("-", "ENV FOO=bar", BUILDKIT), ("+", "RUN /bin/sh -c apt-get install tree # buildkit", BUILDKIT),
    ("+", "COPY hello.txt /onb/ # buildkit", BUILDKIT), ("+", "RUN /bin/sh -c echo triggered # buildkit", BUILDKIT),
    ("+", "RUN /bin/sh -c echo child # buildkit", BUILDKIT), ("+", "COPY src /src # buildkit", BUILDKIT),
)  # fmt: skip


def test_triggers_of_the_base_are_the_froms() -> None:
    onb = base(2, "onb:1", on_build=("COPY hello.txt /onb/", "RUN echo triggered"))
    found = whose(image(*BUILT_ON_TRIGGERS), CHILD, onb)
    assert lines(found) == ["base", "base", 1, 1, 2, 3]
    assert found.attribution.layers[3].instruction == "FROM onb:1"
    assert found.attribution.layers[3].created_by == "RUN echo triggered"


def test_layers_between_base_and_dockerfile_that_nothing_explains() -> None:
    found = whose(image(*BUILT_ON_TRIGGERS), CHILD, base(2, "onb:1"))
    assert lines(found) == ["base", "base", "unknown", "unknown", 2, 3]
    assert "2 layers lie above those of onb:1" in reasons(found)


def test_triggers_of_a_stage_stand_where_they_were_written() -> None:
    text = "FROM a AS one\nONBUILD RUN echo 1\nRUN echo 2\nFROM one\nRUN echo 3\n"
    history = (BASE, *(("+", f"RUN /bin/sh -c echo {n} # buildkit", BUILDKIT) for n in (2, 1, 3)))
    assert lines(whose(image(*history), text)) == ["base", 3, 2, 5]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            DOCKERFILE.replace("COPY hello.txt src/*", "COPY other.txt src/*").replace("$DEST/\n", "/elsewhere/\n"),
            "line 13",
        ),
        ("FROM x\nRUN unheard of\nCMD echo hi\n", "line 2"),
    ],
)
def test_another_dockerfile_is_recognized(text: str, line: str) -> None:
    found = whose(image(*BY_BUILDKIT), text)
    assert set(lines(found)) == {"unknown"}
    assert "does not describe this image" in reasons(found)
    assert line in reasons(found)


@pytest.mark.parametrize(
    ("text", "expected", "reason"),
    [
        (
            DOCKERFILE.replace("jq", "yq"),
            ["base", 11, 12, 13, 14, 15, "unknown", "unknown", "unknown"],
            "lines 6 to 15 are what this image was built by, but line 16 (RUN apt-get update",
        ),
        (DOCKERFILE + "RUN echo more\n", ["base", 11, 12, 13, 14, 15, 16, 21, 22], "line 30 (RUN echo more) was not: rebuild"),
        (
            DOCKERFILE.replace("RUN echo $WHO", "RUN true\nRUN echo $WHO"),
            ["base", 11, 12, 13, 14, 15, 16, "unknown", "unknown"],
            "line 21 (RUN true) is not: what the 9 more steps",
        ),
    ],
)  # fmt: skip
def test_an_edited_line_makes_only_what_follows_unknown(text: str, expected: list[int | str], reason: str) -> None:
    found = whose(image(*BY_BUILDKIT), text)
    assert lines(found) == expected
    assert reason in reasons(found)


@pytest.mark.parametrize("top", [("+", "", ""), ("+", "/bin/sh", ""), ("+", "RUN /bin/sh -c x # buildkit", BUILDKIT)])
def test_a_commit_on_top_is_not_the_dockerfiles(top: tuple[str, ...]) -> None:
    found = whose(image(*BY_BUILDKIT, top), DOCKERFILE)
    assert lines(found) == ["base", 11, 12, 13, 14, 15, 16, 21, 22, "unknown"]
    assert "its history has 1 more step" in reasons(found)


TWO = "FROM local/base:1\nRUN one\nRUN two\n"


def test_one_instruction_alone_says_where_the_base_ends_only_if_that_is_proven() -> None:
    history = (BASE, "+/bin/sh -c one", "+/bin/sh -c other")
    assert lines(whose(image(*history), TWO)) == ["unknown", "unknown", "unknown"]
    assert lines(whose(image(*history), TWO, base(1))) == ["base", 2, "unknown"]
    assert lines(whose(image(*history), TWO, base(2))) == ["base", "base", "unknown"]


def test_a_beginning_that_may_stand_in_two_places_is_no_answer() -> None:
    history = (BASE, *("+/bin/sh -c one", "+/bin/sh -c two", "+/bin/sh -c x") * 2)
    text = TWO + "RUN three\n"
    assert set(lines(whose(image(*history), text))) == {"unknown"}
    assert lines(whose(image(*history), text, base(1))) == ["base", 2, 3, *["unknown"] * 4]


QUOTED = """\
FROM local/base:1
COPY <<'EOF' /a.txt
	echo hello $X
EOF
COPY <<"S1" <<-S2 /b/
one
S1
	two
S2
ADD <<-'EOF' /c.txt
	three
EOF
COPY Dockerfile <<-EOF /d/
	four
EOF
RUN <<-"EOF"
	echo six
EOF
RUN cat <<-'EOF' > /seven
	seven $HOME
EOF
RUN <<-EOF
	#!/bin/sh
	echo ten
EOF
RUN <<EOF
#!/bin/sh
echo ten
EOF
"""


def test_buildkit_keeps_of_a_heredocs_delimiter_only_the_name() -> None:
    history = (
        "COPY <<EOF /a.txt", "COPY <<S1 <<S2 /b/", "ADD <<EOF /c.txt", "COPY Dockerfile <<EOF /d/",
        "RUN /bin/sh -c echo six\n", "RUN /bin/sh -c cat <<-'EOF' > /seven\nseven $HOME\nEOF",
        "RUN /bin/sh -c #!/bin/sh\necho ten\n", "RUN /bin/sh -c /dev/pipes/EOF",
    )  # fmt: skip
    found = whose(image(BASE, *(("+", f"{one} # buildkit", BUILDKIT) for one in history)), QUOTED)
    assert lines(found) == ["base", 2, 5, 10, 13, 16, 19, 22, 26]
    other = ("COPY <<EOT /a.txt", *history[1:])
    found = whose(image(BASE, *(("+", f"{one} # buildkit", BUILDKIT) for one in other)), QUOTED)
    assert lines(found)[1] == "unknown"


def test_a_dockerfile_that_shows_nothing_is_no_answer() -> None:
    found = whose(image(BASE, "+RUN a"), "FROM local/base:1\n")
    assert lines(found) == ["unknown", "unknown"]
    assert "no instruction that the history could show" in reasons(found)


def test_repeated_instructions_each_have_their_own_line() -> None:
    history = (BASE, *[("+", "RUN /bin/sh -c true # buildkit", BUILDKIT)] * 3)
    assert lines(whose(image(*history), "FROM a\nRUN true\nRUN true\n")) == ["base", "base", 2, 3]


def test_what_kaniko_leaves_out_may_leave_more_than_one_reading() -> None:
    history = (("+", "WORKDIR /a", "", "kaniko"), ("+", "WORKDIR /a", "", "kaniko"))
    found = whose(image(*history), "FROM a\nWORKDIR /a\nWORKDIR /a\nWORKDIR /a\n")
    assert lines(found) == ["unknown", "unknown"]
    assert "more than one way" in reasons(found)


def test_the_target_that_was_built() -> None:
    text = "FROM a AS one\nRUN echo 1\nFROM b\nRUN echo 2\n"
    history = (BASE, ("+", "RUN /bin/sh -c echo 1 # buildkit", BUILDKIT))
    assert lines(whose(image(*history), text, target="one")) == ["base", 2]
    assert lines(whose(image(*history), text)) == ["unknown", "unknown"]


def test_a_label_added_on_the_command_line() -> None:
    history = (BASE, "+/bin/sh -c make", "-/bin/sh -c #(nop)  LABEL who=me")
    assert lines(whose(image(*history), "FROM a\nRUN make\n")) == ["base", 2]


def test_wildcards_do_not_take_for_ever() -> None:
    text = "FROM a\nCOPY x " + "$A/a" * 500 + "\n"
    history = (BASE, ("+", "COPY x " + "/a" * 3000 + "b # buildkit", BUILDKIT))
    assert lines(whose(image(*history), text)) == ["unknown", "unknown"]
