"""What a recommendation may say, whatever a catalogue holds."""

from __future__ import annotations

import datetime as dt

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from garboard.image.platform import host
from garboard.model.baseimage import BaseImage
from garboard.model.lifecycle import Cycle
from garboard.model.package import Distro, Inventory
from garboard.model.recommendation import Verdict
from garboard.reporters.recommend import table, text
from garboard.workflows.recommend import Subject, recommend
from tests.unit.baseimage.rebases import Data, base, deb, inventory
from tests.unit.matching.known import advisory, affected

NOW = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
USED = "3.12.2-bookworm"
TAGS = st.sampled_from(["3.12.1-bookworm", "3.12.3-bookworm", "3.13.1-bookworm", "3.12.2-slim-bookworm", "latest"])
ECOSYSTEMS = st.sampled_from(["Debian:12", "Alpine:v3.20"])
CONTENTS = st.one_of(st.none(), st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("123"), ECOSYSTEMS)))


class Shelf:
    """A catalogue in memory."""

    def __init__(self, held: dict[str, Inventory | None]) -> None:
        self._images = {
            tag: msgspec.structs.replace(base(str(at), f"python:{tag}"), distro="debian 12")
            for at, tag in enumerate(held)
        }
        self._held = {self._images[tag].key: one for tag, one in held.items() if one is not None}

    def below(self, _diff_ids):
        return ()

    def named(self, _repository, tag, _platform) -> tuple[BaseImage, ...]:
        return (self._images[tag],) if tag in self._images else ()

    def of_repository(self, _repository, _platform) -> tuple[BaseImage, ...]:
        return tuple(self._images.values())

    def repositories(self) -> tuple[str, ...]:
        return ("docker.io/library/python",)

    def inventories(self, keys) -> dict[str, Inventory]:
        return {key: self._held[key] for key in keys if key in self._held}

    def approvals(self):
        return ()


def held(contents) -> Inventory | None:
    if contents is None:
        return None
    packages = {name: msgspec.structs.replace(deb(name, version), ecosystem=where) for name, version, where in contents}
    return inventory(*packages.values(), distro=Distro(id="debian", version="12", ecosystem="Debian:12"))


@given(
    CONTENTS,
    st.dictionaries(TAGS, CONTENTS, max_size=4),
    st.frozensets(ECOSYSTEMS),
    st.sampled_from(["2020-01-01", "2030-01-01"]),
    st.booleans(),
)
def test_the_best_was_compared_and_lives(own, others, covers, end, scanned):
    shelf = Shelf({USED: held(own), **{tag: held(one) for tag, one in others.items()}})
    fixed = [advisory(f"CVE-{name}", affected(name, "3", ecosystem=where)) for name in "ab" for where in covers]
    data = Data(*fixed, covers=covers, cycles=(Cycle(product="python", name="3.12", eol=end),))
    inside = held(own) or inventory()
    subject = Subject(base=f"python:{USED}", platform=host(), inventory=inside if scanned else None)
    found = recommend(subject, shelf, data, NOW)
    judged = {one.ecosystem for one in inside.packages} & covers if own is not None else set()
    said = (text.render(found).decode(), "\n".join(table.section(found, color=False)))
    for one in said:
        assert ("most secure" in one) == (found.verdict is Verdict.BEST)
    if found.verdict is Verdict.BEST:
        assert judged
        assert found.compared >= 1
        assert end > "2026"
        assert any(one.judged and not one.objections for one in found.rows)
    if end < "2026":
        assert any("no longer maintained" in gap.reason for gap in found.gaps)
        assert all("no longer maintained" in one for one in said)
