"""Large XML documents, element by element."""

from __future__ import annotations

import pytest

from garboard import xml_stream
from garboard.xml_stream import BadXml, elements, text


def test_elements_at_a_depth_without_their_namespaces() -> None:
    data = b'<r xmlns="urn:a" xmlns:b="urn:b">x<g a="1"><b:e b:k="v">one<i/></b:e></g><g><e>two</e></g></r>'
    pieces = [data[at : at + 7] for at in range(0, len(data), 7)]
    assert [(one.tag, one.attrib, one.text) for one in elements(pieces, 3)] == [
        ("e", {"k": "v"}, "one"),
        ("e", {}, "two"),
    ]
    assert [text(one, "e") for one in elements([data])] == ["one", "two"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<r><a>",
        b"<r></s>",
        b"no xml",
        b'<?xml version="1.0" encoding="UTUTF-8"?><r/>',
        b'<?xml version="1.0" encoding="utf-7"?><r/>',
        b'<?xml version="1.0" encoding="shift_jis"?><r/>',
        b'<?xml version="1.0" encoding="base64"?><r/>',
        b'<?xml version="1.0" encoding="idna"?><r>\xff</r>',
        b'<!DOCTYPE r [<!ENTITY a "b">]><r>&a;</r>',
        b"<r>" + b"<a>" * 100 + b"</a>" * 100 + b"</r>",
    ],
)
def test_what_is_refused(data: bytes) -> None:
    with pytest.raises(BadXml):
        list(elements([data]))


@pytest.mark.parametrize("inner", [b"<a/>" * 60, b"x" * 5000, b'<a k="' + b"x" * 5000 + b'"/>'])
def test_an_element_is_bounded_by_its_tags_too(monkeypatch: pytest.MonkeyPatch, inner: bytes) -> None:
    monkeypatch.setattr(xml_stream, "_ELEMENT_CHARACTERS", 3000)
    with pytest.raises(BadXml, match="too large"):
        list(elements([b"<r><e>" + inner + b"</e></r>"]))
    assert len(list(elements([b"<r>" + b"<e/>" * 200 + b"</r>"]))) == 200


def test_a_document_type_may_be_named_where_that_is_asked_for_and_declare_nothing() -> None:
    named = b'<!DOCTYPE r SYSTEM "https://dtd.example/r.dtd"><r><a/></r>'
    assert [one.tag for one in elements([named], doctype=True)] == ["a"]
    for data in (named.replace(b">", b' [<!ENTITY a "b">]>', 1), named.replace(b">", b" [<!ELEMENT r ANY>]>", 1)):
        with pytest.raises(BadXml, match="declares"):
            list(elements([data], doctype=True))
    with pytest.raises(BadXml):
        list(elements([b'<!DOCTYPE r SYSTEM "r.dtd"><r>&a;</r>'], doctype=True))
    with pytest.raises(BadXml, match="declares"):
        list(elements([named]))
