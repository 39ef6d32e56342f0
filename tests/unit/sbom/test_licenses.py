"""Licence texts and the SPDX list; license-expression is the oracle."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from license_expression import get_spdx_licensing

from garboard.sbom.license_names import _BY_TITLE, _FREE_DOCUMENTATION, _GNU, identifier
from garboard.sbom.licenses import References, recognize
from garboard.sbom.spdx_ids import EXCEPTIONS, LICENSES
from tests.examples import examples

LICENSING = get_spdx_licensing()
WORDS = ["AND", "OR", "WITH", "(", ")", "MIT", "Apache-2.0", "GPL-2.0-or-later", "Classpath-exception-2.0", "Nothing-1"]


@pytest.mark.parametrize(
    ("text", "identifier", "expression"),
    [
        ("MIT", "MIT", ""),
        (" apache-2.0", "Apache-2.0", ""),
        ("mit or (Apache-2.0 and ISC)", "", "MIT OR (Apache-2.0 AND ISC)"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "", "GPL-2.0-only WITH Classpath-exception-2.0"),
        ("MIT WITH MIT", "", ""),
        ("Classpath-exception-2.0", "", ""),
        ("GPL-2+", "GPL-2.0-or-later", ""),
        ("GPL-2+ with Bison exception", "", ""),
        ("gplv2+", "GPL-2.0-or-later", ""),
        ("LGPL-2.1", "LGPL-2.1", ""),
        ("LGPLv2+", "", ""),
        ("LGPL-2", "LGPL-2.0-only", ""),
        ("AGPL-2", "", ""),
        ("GPL-2.1", "", ""),
        ("GFDL-NIV-1.3+", "GFDL-1.3-no-invariants-or-later", ""),
        ("GFDL-1.2", "GFDL-1.2", ""),
        ("GFDL-1.2+", "GFDL-1.2-or-later", ""),
        ("Expat", "MIT", ""),
        ("MIT License", "MIT", ""),
        ("Apache License, Version 2.0", "Apache-2.0", ""),
        ("GPL-2+ or (Expat and GPL-3)", "", "GPL-2.0-or-later OR (MIT AND GPL-3.0-only)"),
        ("BSD", "", ""),
        ("Artistic", "", ""),
        ("MIT Apache-2.0", "", ""),
        ("MIT OR", "", ""),
        ("OR MIT", "", ""),
        ("(MIT", "", ""),
        ("MIT)", "", ""),
        ("", "", ""),
        ("(" * 3000, "", ""),
    ],
)
def test_recognition(text: str, identifier: str, expression: str) -> None:
    found = recognize(text)
    assert (found.stated, found.id, found.expression) == (text, identifier, expression)


def test_the_oracle_knows_every_identifier() -> None:
    assert not LICENSING.validate(" AND ".join(LICENSES.values())).errors
    assert not LICENSING.validate(" AND ".join(f"GPL-2.0-only WITH {name}" for name in EXCEPTIONS.values())).errors


def test_other_names_mean_licenses_of_the_list() -> None:
    assert {LICENSES.get(name.lower()) for name in _BY_TITLE.values()} == set(_BY_TITLE.values())
    assert all(title == title.lower() and recognize(title).id == name for title, name in _BY_TITLE.items())


@given(st.from_regex(_GNU, fullmatch=True) | st.from_regex(_FREE_DOCUMENTATION, fullmatch=True))
def test_gnu_licenses_by_other_names_are_on_the_list(text: str) -> None:
    assert identifier(text) in {"", *LICENSES.values()}


@examples(300)
@given(st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join))
def test_what_is_taken_for_an_expression_is_one(text: str) -> None:
    found = recognize(text)
    if found.expression:
        assert not LICENSING.validate(found.expression, strict=True).errors


operands = st.sampled_from(["MIT", "apache-2.0", "GPL-2.0-or-later WITH Classpath-exception-2.0"])
expressions = st.recursive(
    operands,
    lambda inner: st.tuples(inner, st.sampled_from(["AND", "or"]), inner).map(lambda of: f"({' '.join(of)})"),
    max_leaves=6,
)


@given(expressions, expressions)
def test_every_expression_is_taken_for_one(one: str, two: str) -> None:
    assert recognize(f"{one} AND {two}").expression


@given(st.lists(st.text(min_size=1, max_size=80), max_size=6))
def test_references_are_valid_and_unlike(texts: list[str]) -> None:
    import re

    references = References()
    references.declared(tuple(texts))
    assert all(re.fullmatch(r"LicenseRef-[A-Za-z0-9.-]+", name) for name in references.texts)
    assert len(set(references.texts.values())) == len(references.texts)
