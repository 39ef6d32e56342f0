"""Attribution: the instructions that made a history are found in it, and no line is ever wrong."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from garboard.attribution.base_boundary import PossibleBase
from garboard.attribution.layers import Attributed, attribute
from garboard.dockerfile.parser import parse
from garboard.model.advisory import Advisory, Affected, Hit, Range, Status
from garboard.model.attribution import Attribution, Introduction, Origin
from garboard.model.image import Digest, History, Image, Layer
from garboard.model.package import Inventory, Package
from garboard.reporters.view import View, issues
from garboard.workflows.attribute import Whose
from garboard.workflows.scan import analyze
from tests.examples import examples

WORDS = ("make", "echo a", "apt-get install -y git", 'echo "$A  b"')
PATHS = ("/a", "/b/", "./c")


@st.composite
def instructions(draw: st.DrawFn) -> tuple[str, str, str, bool]:
    """One instruction: as written, as BuildKit and as the classic builder tell of it, and whether it makes a layer."""
    kind = draw(st.sampled_from(("RUN", "RUN", "COPY", "ENV", "WORKDIR", "CMD", "ARG", "LABEL", "USER")))
    word, path = draw(st.sampled_from(WORDS)), draw(st.sampled_from(PATHS))
    return {
        "RUN": (f"RUN {word}", f"RUN /bin/sh -c {word} # buildkit", f"/bin/sh -c {word}", True),
        "COPY": (f"COPY x {path}", f"COPY x {path} # buildkit", f"/bin/sh -c #(nop) COPY file:1 in {path} ", True),
        "ENV": ("ENV A=b", "ENV A=b", "/bin/sh -c #(nop)  ENV A=b", False),
        "WORKDIR": ("WORKDIR /w", "WORKDIR /w", "/bin/sh -c #(nop) WORKDIR /w", True),
        "CMD": ('CMD ["a"]', 'CMD ["a"]', '/bin/sh -c #(nop)  CMD ["a"]', False),
        "ARG": ("ARG Q", "ARG Q", "/bin/sh -c #(nop)  ARG Q", False),
        "LABEL": ("LABEL l=m", "LABEL l=m", "/bin/sh -c #(nop)  LABEL l=m", False),
        "USER": ("USER me", "USER me", "/bin/sh -c #(nop)  USER me", False),
    }[kind]


lists = st.lists(instructions(), max_size=9)


class Built:
    """A Dockerfile, its image's history, and the line that made each entry (0 for the base's)."""

    def __init__(
        self, below: list[tuple[str, str, str, bool]], own: list[tuple[str, str, str, bool]], *, buildkit: bool
    ) -> None:
        self.text = "\n".join(("FROM base:1", *(one[0] for one in own), ""))
        self.entries = [
            (
                History(
                    created_by=one[1] if buildkit else one[2],
                    comment="buildkit.dockerfile.v0" if buildkit else "",
                    empty_layer=not one[3],
                ),
                line,
            )
            for line, one in [(0, one) for one in below] + list(enumerate(own, 2))
        ]  # fmt: skip

    @property
    def truth(self) -> list[int]:
        return [line for one, line in self.entries if not one.empty_layer]


def stack(entries: list[tuple[History, int]]) -> tuple[Layer, ...]:
    count = sum(not one.empty_layer for one, _ in entries)
    return tuple(Layer(diff_id=Digest("sha256:" + hashlib.sha256(bytes([n])).hexdigest())) for n in range(count))


def attributed(entries: list[tuple[History, int]], text: str, *candidates: PossibleBase) -> Attributed:
    image = Image(name="a", source="x", layers=stack(entries), history=tuple(one for one, _ in entries))
    return attribute(image, parse(text.encode()), candidates=candidates)


def base_of(entries: list[tuple[History, int]]) -> PossibleBase:
    """The base of an image, opened."""
    below = [(one, line) for one, line in entries if line == 0]
    image = Image(name="base:1", source="x", layers=stack(below), history=tuple(one for one, _ in below))
    return PossibleBase(name="base:1", image=image)


@given(lists, lists, st.booleans())
def test_the_instructions_that_made_a_history_are_found_in_it(below, own, buildkit) -> None:
    built = Built(below, own, buildkit=buildkit)
    found = attributed(built.entries, built.text).attribution
    for layer, line in zip(found.layers, built.truth, strict=True):
        if layer.place is not None:
            assert layer.place.line == line
        elif layer.origin is not Origin.UNKNOWN:
            assert (layer.origin is Origin.BASE) == (line == 0)
    seen = [one for one in own if one[0] != "ARG Q"]
    # Without a layer below them they may be squashed together with their base.
    has_base = any(one[3] for one in below)
    if has_base and seen and all(one[0] not in ("ARG Q", "LABEL l=m") for one in below + own):
        assert [one.place.line if one.place else 0 for one in found.layers] == built.truth


@given(lists, lists, st.booleans(), st.randoms(use_true_random=False))
def test_a_shuffled_history_has_no_wrong_line(below, own, buildkit, random) -> None:
    built = Built(below, own, buildkit=buildkit)
    entries = list(built.entries)
    random.shuffle(entries)
    lines = dict(enumerate(built.text.split("\n"), 1))
    made = [one for one, _ in entries if not one.empty_layer]
    for layer, entry in zip(attributed(entries, built.text).attribution.layers, made, strict=True):
        if layer.place is not None:
            assert _told(entry) == lines[layer.place.line]


@given(lists, lists, st.booleans(), st.data())
def test_an_edited_history_has_no_wrong_line(below, own, buildkit, data) -> None:
    built = Built(below, own, buildkit=buildkit)
    if not built.entries:
        return
    entries = list(built.entries)
    at = data.draw(st.integers(0, len(entries) - 1))
    edit = data.draw(st.sampled_from(("drop", "repeat", "other", "blank")))
    if edit == "drop":
        del entries[at]
    elif edit == "repeat":
        entries.insert(at, entries[at])
    else:
        entries[at] = (History(created_by="" if edit == "blank" else "RUN /bin/sh -c other # buildkit"), 0)
    lines = dict(enumerate(built.text.split("\n"), 1))
    made = [one for one, _ in entries if not one.empty_layer]
    for layer, entry in zip(attributed(entries, built.text).attribution.layers, made, strict=True):
        if layer.place is not None:
            assert _told(entry) == lines[layer.place.line]


@given(lists, lists, st.booleans(), st.data())
def test_up_to_an_edited_line_all_is_known(below, own, buildkit, data) -> None:
    below = [("RUN base", "RUN /bin/sh -c base # buildkit", "/bin/sh -c base", True), *below]
    built = Built(below, own, buildkit=buildkit)
    entries, text = list(built.entries), built.text
    edit = data.draw(st.sampled_from(("line", "append", "commit")))
    line = len(own) + 2
    if edit == "append":
        text += "RUN appended\n"
    elif edit == "commit" or not own:
        entries.append((History(created_by="bash"), -1))
    else:
        line = data.draw(st.integers(2, len(own) + 1))
        written = text.split("\n")
        written[line - 1] = "RUN edited"
        text = "\n".join(written)
    found = attributed(entries, text, base_of(entries)).attribution
    truth = [at for one, at in entries if not one.empty_layer]
    for layer, at in zip(found.layers, truth, strict=True):
        if at == 0:
            assert layer.origin is Origin.BASE
        elif layer.place is not None:
            assert layer.place.line == at
            assert at < line
        else:
            assert layer.origin is Origin.UNKNOWN
    plain = all(one[0] not in ("ARG Q", "LABEL l=m") for one in below + own)
    if plain and any(one[0][:3] in ("RUN", "COP") for one in own[: line - 2]):
        assert [one.place.line for one in found.layers if one.place] == [at for at in truth if 0 < at < line]


def _told(entry: History) -> str:
    """The instruction that an entry was written of; of a classic COPY with the source that all of them have here."""
    text = entry.created_by.removeprefix("/bin/sh -c #(nop)").removesuffix(" # buildkit").strip()
    text = text.replace("COPY file:1 in ", "COPY x ").replace("RUN /bin/sh -c ", "RUN ")
    return "RUN " + text.removeprefix("/bin/sh -c ") if text.startswith("/bin/sh -c ") else text


@examples(50)
@given(st.lists(st.text(max_size=40), max_size=12), st.lists(st.booleans(), max_size=12), st.integers(0, 12), lists)
def test_any_history_has_an_answer_for_every_layer(texts, flags, layers, own) -> None:
    history = tuple(History(created_by=text, empty_layer=flag) for text, flag in zip(texts, flags, strict=False))
    stack = tuple(Layer(diff_id=Digest(f"sha256:{n:064x}")) for n in range(layers))
    image = Image(name="a", source="x", layers=stack, history=history)
    text = "\n".join(("FROM base:1", *(one[0] for one in own), ""))
    found = attribute(image, parse(text.encode())).attribution
    assert Counter(one.index for one in found.layers) == Counter(range(layers))


class OneEach:
    """A database in which every package has one vulnerability."""

    def names(self, ecosystem: str) -> tuple[str, ...]:
        return ()

    def covers(self, ecosystem: str) -> bool:
        return True

    def hits(self, ecosystem: str, package: str):
        affected = Affected(
            ecosystem=ecosystem, package=package, scheme="deb", ranges=(Range(),), status=Status.AFFECTED
        )
        yield Hit(advisory=Advisory(id=f"CVE-{package}", feed="x", affected=(affected,)), affected=affected)

    def facts(self, cves):
        return {}

    def begin(self):
        pass

    def used(self):
        return ()


@given(st.lists(st.sampled_from(Origin), max_size=8), st.lists(st.booleans(), max_size=8))
def test_attribution_changes_no_number(origins, shared) -> None:
    packages = tuple(
        Package(
            type="deb", name=f"p{n}", version="1", scheme="deb", purl=f"pkg:deb/p{n}@1", ecosystem="Debian:12",
            layer=0, source_name="s" if n < len(shared) and shared[n] else "",
        )
        for n in range(len(origins))
    )  # fmt: skip
    introduced = {one.id: Introduction(origin=origin) for one, origin in zip(packages, origins, strict=True)}
    image, inventory, now = (
        Image(name="a", source="x"),
        Inventory(packages=packages),
        dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )
    bare = analyze(image, inventory, OneEach(), now)
    told = analyze(image, inventory, OneEach(), now, attributed=Whose(Attribution(), introduced))
    assert len(told.findings) == len(bare.findings) == len(packages)
    assert sum(View().shares(told)) == len(issues(told.findings)) == len(issues(bare.findings))
    shown = [one for one in told.findings if View(exclude_base=True).shows(one)]
    assert len(shown) == len(packages) - origins.count(Origin.BASE)
