"""The layers of an image, for a person, a program and a browser."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import msgspec
import pytest

from garboard.model.attribution import Origin
from garboard.model.changes import LayerChanges, Upgrade
from garboard.model.image import History
from garboard.model.report import Report
from garboard.reporters.layers import html as layers_html
from garboard.reporters.layers import json as layers_json
from garboard.reporters.layers import text
from garboard.reporters.layers.view import histories, layer_views, size
from garboard.reporters.view import View
from tests.unit.reporters.findings import PACKAGES, scanned

CHANGES = (
    LayerChanges(index=0, added=PACKAGES[:3]),
    LayerChanges(
        index=1,
        added=(PACKAGES[4],),
        changed=(Upgrade(before=msgspec.structs.replace(PACKAGES[3], version="1:2.0"), after=PACKAGES[3]),),
        removed=(msgspec.structs.replace(PACKAGES[0], name="<b>vim</b>"),),
    ),
    LayerChanges(index=2, added=PACKAGES[5:]),
)


def bare() -> Report:
    return msgspec.structs.replace(scanned(), attribution=None, gaps=())


class Page(HTMLParser):
    """Notes every element with its attributes."""

    def __init__(self, data: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def page(of: Report | None = None) -> str:
    return layers_html.render(of or scanned(), CHANGES, View()).decode()


def test_issues_count_for_the_layer_of_the_package() -> None:
    views = layer_views(scanned(), CHANGES, View())
    assert [[issue.first.vulnerability.id for issue in one.issues] for one in views] == [
        ["CVE-2024-0001"],
        ["CVE-2024-0002", "CVE-2024-0003"],
        ["CVE-2024-0004", "CVE-2024-0004"],
    ]
    assert [one.origin for one in views] == [Origin.BASE, Origin.DOCKERFILE, Origin.DOCKERFILE]


def test_the_history_speaks_where_there_is_no_dockerfile() -> None:
    assert histories(scanned().image) == (
        "ADD file:abc in /",
        "RUN apt-get update && apt-get install -y git vim",
        "COPY /venv /venv",
    )
    other = msgspec.structs.replace(scanned().image, history=(History(created_by="RUN a"),))
    assert histories(other) == ("", "", "")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("/bin/sh -c apt-get update", "RUN apt-get update"),
        ('/bin/sh -c #(nop)  CMD ["sh"]', 'CMD ["sh"]'),
        ("RUN |1 A=b /bin/sh -c make # buildkit", "RUN make"),
        ("WORKDIR /app", "WORKDIR /app"),
    ],
)
def test_without_the_builders_own_words(command: str, words: str) -> None:
    of = msgspec.structs.replace(
        scanned().image, history=(History(created_by=command),), layers=scanned().image.layers[:1]
    )
    assert histories(of) == (words,)


@pytest.mark.parametrize(
    ("count", "told"), [(None, "size not known"), (0, "0 B"), (999, "999 B"), (52_428_800, "52.4 MB")]
)
def test_sizes(count: int | None, told: str) -> None:
    assert size(count) == told


def test_text() -> None:
    told = text.render(scanned(), CHANGES, View()).decode().splitlines()
    assert told[:5] == [
        "Layers of ghcr.io/acme/app:1, lowest first",
        "",
        " 0 aaaaaaaaaaaa  size not known",
        "   ADD rootfs.tar /",
        "   of the base image debian:12",
    ]
    assert "   ~ 1 changed: git 1:2.0 → 1:2.39.1-1+b1" in told
    assert "   of the Dockerfile (./build dir/Dockerfile:6), copied from build" in told
    assert "   ! 2 issues: 1 unknown, 1 low" in told
    assert "3 layers, size not known, 7 dependencies, 5 issues." in told
    assert "\x1b" not in "".join(told)
    assert text.render(bare(), CHANGES, View()).decode().endswith("Not covered: nothing that this scan knows of.\n")


def test_json() -> None:
    found = json.loads(layers_json.render(scanned(), CHANGES, View()))
    assert (found["baseImage"], found["baseLayers"]) == ("debian:12", 1)
    layer = found["layers"][1]
    assert layer["changed"] == [{"type": "deb", "name": "git", "arch": "amd64", "from": "1:2.0", "to": "1:2.39.1-1+b1"}]
    assert layer["place"]["line"] == 3
    assert layer["severities"]["low"] == 1
    assert layer["issues"][1] == {
        "id": "CVE-2024-0003",
        "severity": "low",
        "packages": ["curl/libcurl3@7.88.1-10"],
        "fixedIn": "7.88.1-10+deb12u1",
    }


@pytest.mark.parametrize("of", [scanned(), bare()])
def test_the_page_is_well_formed_and_loads_nothing(of: Report) -> None:
    read = Page(page(of))
    assert read.open == []
    names = {tag for tag, _ in read.elements}
    assert not names & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    assert not [attrs for _, attrs in read.elements if {"src", "href", "onclick", "onload"} & set(attrs)]
    assert "url(" not in page(of)
    assert "@import" not in page(of)
    policy = next(attrs["content"] for tag, attrs in read.elements if attrs.get("http-equiv"))
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"
    assert [tag for tag, _ in read.elements].count("details") == 3


def test_what_others_say_is_escaped() -> None:
    told = page()
    assert "<script>" not in told
    assert "<b>vim</b>" not in told
    assert "&lt;b&gt;vim&lt;/b&gt;" in told
    assert "\x1b" not in told
    assert "\u202e" not in told


def test_bars_are_as_long_as_their_share() -> None:
    widths = [attrs["style"] for tag, attrs in Page(page()).elements if tag == "span" and "style" in attrs]
    assert widths == ["width:50.0%", "width:100.0%", "width:100.0%"]


def test_a_view_leaves_out_and_says_so() -> None:
    from garboard.model.advisory import Severity

    told = text.render(scanned(), CHANGES, View(severity=Severity.MEDIUM)).decode()
    assert "--severity medium: 1 issue of lower severity is left out" in told
    assert "3 layers, size not known, 7 dependencies, 4 issues." in told
