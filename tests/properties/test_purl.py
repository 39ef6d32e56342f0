"""Package URLs are those that the reference library would write, and it reads back from them what was put in."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from packageurl import PackageURL

from garboard.model.package import Distro, Package
from garboard.packages.purl import purl
from tests.examples import examples

DISTROS = [
    None,
    Distro(id="debian", version="12", codename="bookworm"),
    Distro(id="debian", codename="forky"),
    Distro(id="alpine", version="3.20.3"),
    Distro(id="rhel", version="9.4"),
    Distro(id="opensuse-leap", version="15.5"),
]
NAMES = {
    "deb": r"[a-z0-9][a-z0-9+.-]{1,12}",
    "apk": r"[a-z0-9][a-z0-9+._-]{0,12}",
    "rpm": r"[A-Za-z0-9][A-Za-z0-9+._~^-]{0,12}",
    "pypi": r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?",
    "npm": r"[a-z0-9][a-z0-9._~!'()*-]{0,12}",
}
VERSIONS = {
    "deb": r"([0-9]:)?[0-9][A-Za-z0-9.+~-]{0,12}",
    "apk": r"[0-9][a-z0-9._-]{0,12}",
    "rpm": r"([1-9]:)?[0-9][A-Za-z0-9.+~^_]{0,8}-[0-9][A-Za-z0-9.+~^_]{0,8}",
    "pypi": r"([0-9]!)?[0-9][a-z0-9.]{0,8}(\+[a-z0-9.]{1,5})?",
    "npm": r"[0-9]\.[0-9]\.[0-9](-[a-z0-9.-]{1,6})?(\+[a-z0-9.-]{1,6})?",
}


def matching(pattern: str) -> st.SearchStrategy[str]:
    return st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True)


@st.composite
def packages(draw: st.DrawFn) -> Package:
    kind = draw(st.sampled_from(sorted(NAMES)))
    from_source = kind in {"deb", "apk", "rpm"} and draw(st.booleans())
    return Package(
        type=kind,
        scheme="",
        name=draw(matching(NAMES[kind])),
        version=draw(matching(VERSIONS[kind]) | st.just("")),
        namespace=draw(matching(r"@[a-z0-9][a-z0-9._-]{0,8}") | st.just("")) if kind == "npm" else "",
        arch=draw(st.sampled_from(["", "amd64", "x86_64", "all"])) if kind in {"deb", "apk", "rpm"} else "",
        source_name=draw(matching(NAMES[kind])) if from_source else "",
        source_version=draw(matching(VERSIONS[kind]) | st.just("")) if from_source else "",
        module=draw(st.sampled_from(["", "nodejs:18", "perl:5.30:8060020220523:ad008a3a"])) if kind == "rpm" else "",
    )


@examples(500)
@given(packages(), st.sampled_from(DISTROS))
def test_it_is_canonical(package: Package, distro: Distro | None) -> None:
    text = purl(package, distro)
    canonical = PackageURL.from_string(text).to_string()
    # The library lowers the escapes of a name along with it; the specification wants them in capitals.
    assert re.sub("%[0-9a-f]{2}", lambda escape: escape[0].upper(), canonical) == text


@examples(500)
@given(packages(), st.sampled_from(DISTROS))
def test_it_says_what_was_put_in(package: Package, distro: Distro | None) -> None:
    found = PackageURL.from_string(purl(package, distro))
    qualifiers = found.qualifiers
    assert isinstance(qualifiers, dict)
    version = found.version or ""
    if package.type == "rpm" and "epoch" in qualifiers:
        version = f"{qualifiers['epoch']}:{version}"
    assert (found.type, found.name, version) == (package.type, package.name, package.version)
    assert qualifiers.get("arch", "") == package.arch
    assert qualifiers.get("rpmmod", "") == package.module
    if package.type == "npm":
        assert (found.namespace or "") == package.namespace
    name, _, source_version = qualifiers.get("upstream", "").partition("@")
    assert (name or package.full_name) == package.source
    assert (source_version or package.version) == package.source_version_or_own


@given(st.text(min_size=1, max_size=12), st.text(max_size=12))
def test_no_text_makes_one_that_cannot_be_read(name: str, version: str) -> None:
    """Names of npm packages are any text at all: their package.json is not checked by anybody."""
    package = Package(type="npm", scheme="", name=name, version=version)
    if name.strip().strip("/") and "\x00" not in name:
        assert PackageURL.from_string(purl(package, None)).type == "npm"
