"""Both shapes of endoflife.date's data."""

import io
import json

import pytest

from garboard.database.build import Builder
from garboard.database.fetch import Remote
from garboard.feeds import endoflife
from garboard.model.errors import FeedError
from garboard.model.feed import FeedHeader
from garboard.model.gap import Gap
from garboard.model.lifecycle import Cycle


def old(**products):
    """The streams of a mirror that has the older documents of some products."""
    found = {product.replace("_", "-"): json.dumps(cycles).encode() for product, cycles in products.items()}
    return [None, *(io.BytesIO(found[name]) if name in found else None for name in endoflife.PRODUCTS)]


def full(*products, **more):
    document = {
        "schema_version": "1.2.0",
        "generated_at": "2026-01-02T03:04:05+00:00",
        "result": list(products),
        **more,
    }
    return [io.BytesIO(json.dumps(document).encode()), *(None for _ in endoflife.PRODUCTS)]


def cycles(streams):
    return [record for record in endoflife.parse("endoflife", streams) if isinstance(record, Cycle)]


def test_the_older_shape():
    given = [
        {
            "cycle": "12", "codename": "Bookworm", "releaseDate": "2023-06-10", "eol": "2026-07-11",
            "extendedSupport": "2028-06-30", "latest": "12.15", "lts": False,
        }
    ]  # fmt: skip
    assert cycles(old(debian=given)) == [
        Cycle(
            product="debian",
            name="12",
            codename="bookworm",
            released="2023-06-10",
            eol="2026-07-11",
            extended="2028-06-30",
            latest="12.15",
        )
    ]


@pytest.mark.parametrize(
    ("eol", "day", "ended"),
    [("2026-07-11", "2026-07-11", None), (True, "", True), (False, "", False), (None, "", None), ("soon", "", None)],
)
def test_a_date_may_be_a_boolean(eol, day, ended):
    (found,) = cycles(old(nginx=[{"cycle": "1.30", "eol": eol}]))
    assert (found.eol, found.ended) == (day, ended)


def test_a_cycle_is_a_text():
    assert [one.name for one in cycles(old(python=[{"cycle": "3.10"}, {"cycle": 4}]))] == ["3.10", "4"]


def test_the_newer_shape():
    release = {
        "name": "24.04", "codename": "Noble Numbat", "label": "24.04", "releaseDate": "2024-04-25", "isLts": True,
        "ltsFrom": None, "isEoas": False, "eoasFrom": "2029-05-31", "isEol": False, "eolFrom": "2029-05-31",
        "isEoes": False, "eoesFrom": "2034-04-25", "isMaintained": True, "latest": {"name": "24.04.3", "date": "2025-08-07"},
    }  # fmt: skip
    assert cycles(full({"name": "ubuntu", "releases": [release]})) == [
        Cycle(
            product="ubuntu",
            name="24.04",
            codename="noble",
            released="2024-04-25",
            support="2029-05-31",
            eol="2029-05-31",
            extended="2034-04-25",
            lts=True,
            latest="24.04.3",
        )
    ]


def test_what_no_end_is_known_of():
    (found,) = cycles(full({"name": "nginx", "releases": [{"name": "1.31", "isEol": False, "eolFrom": None}]}))
    assert (found.eol, found.ended) == ("", False)


def test_the_data_say_their_date():
    assert next(iter(endoflife.parse("endoflife", full()))) == FeedHeader(date="2026-01-02T03:04:05+00:00")


def test_other_products_are_passed_over():
    assert cycles(full({"name": "iphone", "releases": [{"name": "1"}]})) == []


def test_the_one_document_goes_before_the_older_ones():
    streams = full({"name": "python", "releases": [{"name": "3.14"}]})
    streams[1 + endoflife.PRODUCTS.index("python")] = io.BytesIO(b'[{"cycle": "2.7"}]')
    streams[1 + endoflife.PRODUCTS.index("ruby")] = io.BytesIO(b'[{"cycle": "3.4"}]')
    assert [(one.product, one.name) for one in cycles(streams)] == [("python", "3.14"), ("ruby", "3.4")]


def test_a_cycle_that_cannot_be_read_is_a_gap():
    found = list(endoflife.parse("endoflife", old(python=[{"cycle": "3.14"}, {"eol": "2020-01-01"}, 7])))
    assert [type(record) for record in found] == [Cycle, Gap, Gap]


@pytest.mark.parametrize("data", [b"{}", b"[", b"\xff", b"[" * 100_000, b'"x"'])
def test_another_document_is_an_error(data):
    with pytest.raises(FeedError):
        list(endoflife.parse("endoflife", [io.BytesIO(data), *(None for _ in endoflife.PRODUCTS)]))
    streams = [None, io.BytesIO(data), *(None for _ in endoflife.PRODUCTS[1:])]
    with pytest.raises(FeedError):
        list(endoflife.parse("endoflife", streams))


def test_another_schema_is_an_error():
    with pytest.raises(FeedError, match="schema"):
        cycles(full({"name": "python", "releases": [{"name": "3"}]}, schema_version="2.0.0"))


def test_what_is_not_stated_may_be_null():
    (found,) = cycles(
        full({"name": "python", "releases": [{"name": "3", "isLts": None, "isEol": None, "latest": None}]})
    )
    assert (found.lts, found.ended) == (False, None)


def test_no_document_is_an_error():
    with pytest.raises(FeedError):
        list(endoflife.parse("endoflife", [None for _ in range(1 + len(endoflife.PRODUCTS))]))


def test_the_publisher_is_asked_for_one_document(tmp_path):
    asked = []

    class Client:
        def get(self, url, headers):
            asked.append(url)
            raise FeedError("enough")

    for document in endoflife.documents("endoflife"):
        try:
            found = Remote(Client()).fetch(document, None, tmp_path / "x", lambda *_: None)
            assert found.note.absent
        except FeedError:
            pass
    assert asked == [endoflife.URL]


def test_cycles_are_kept_in_their_order(tmp_path):
    from garboard.database.read import Database
    from garboard.database.store import path_of
    from garboard.model.advisory import FeedState

    with Builder(path_of(tmp_path, "endoflife")) as builder:
        built = builder.fill(endoflife.parse("endoflife", old(python=[{"cycle": "3.14"}, {"cycle": "3.9"}])))
        builder.finish(FeedState(shard="endoflife", records=built.records), "[]")
    with Database(tmp_path) as database:
        assert [one.name for one in database.cycles("python")] == ["3.14", "3.9"]
        assert database.cycles("ruby") == ()
    with Database(tmp_path / "none") as database:
        assert database.cycles("python") == ()


def test_real_data(shared):
    streams = []
    for document in endoflife.documents("endoflife"):
        path = shared / "data" / document.path
        streams.append(path.open("rb") if path.is_file() else None)
    found = list(endoflife.parse("endoflife", streams))
    for stream in streams:
        if stream:
            stream.close()
    assert not [record for record in found if not isinstance(record, Cycle)]
    by_name = {(one.product, one.name): one for one in found}
    assert by_name["python", "3.10"].eol == "2026-10-31"
    assert by_name["debian", "12"].extended == "2028-06-30"
    assert by_name["nginx", "1.31"].ended is False
    assert {one.product for one in found} >= set(endoflife.PRODUCTS) - {"opensuse"}
