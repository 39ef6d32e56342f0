"""Laws of recognition: exactly the images whose layers are the lowest, whatever else the catalogue holds."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from garboard.basecatalog.store import Store
from garboard.basecatalog.writer import Writer
from garboard.baseimage.identify import ancestors
from garboard.baseimage.lineage import lineage
from garboard.model.baseimage import BaseName, StepKind
from tests.examples import examples
from tests.unit.basecatalog.entries import NOW, base, image, inventory

CHAINS = st.text("abc", max_size=5)


@examples(60)
@given(st.lists(CHAINS, max_size=8, unique=True), CHAINS)
def test_the_catalog_agrees_with_a_plain_comparison(chains: list[str], of: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        writer = Writer(Store(Path(folder) / "c.sqlite", write=True))
        for chain in chains:
            writer.add(base(chain, f"x:{len(chain)}-{chain or 'none'}"), inventory())
        own = image(*of, name="app")
        found = ancestors(own, writer.catalog, NOW)
        assert [one.layers for one in found] == sorted(
            (len(chain) for chain in chains if chain and of.startswith(chain)), reverse=True
        )
        steps = lineage(own, found)
        assert sum(step.layers for step in steps) == (len(of) if steps else 0)
        assert [step.first for step in steps if step.kind is not StepKind.ROOT] == sorted(
            (step.first for step in steps if step.kind is not StepKind.ROOT), reverse=True
        )
        writer.catalog.close()


TAGS = st.text("0123456789.-abz_", min_size=1, max_size=12)


@given(
    st.lists(
        st.builds(
            BaseName, repository=st.sampled_from(("docker.io/library/a", "b.c/d")), tag=TAGS, current=st.booleans()
        )
    )
)
def test_names_have_one_order(names: list[BaseName]) -> None:
    """Whatever the tags, they can be compared, and the order in which they come does not matter."""
    ordered = sorted(set(names), key=lambda name: name.rank)
    backwards = list(reversed(ordered))
    assert ordered == sorted(backwards, key=lambda name: name.rank)
