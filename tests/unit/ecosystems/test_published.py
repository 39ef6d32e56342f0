"""Who published a package of an operating system: the distribution, whose data then speak of it, or somebody else."""

from __future__ import annotations

import msgspec
import pytest

from garboard import ecosystems
from garboard.model.package import Package


@pytest.mark.parametrize(
    ("vendor", "version", "section", "path", "published"),
    [
        ("Debian OpenSSL Team <pkg-openssl-devel@alioth-lists.debian.net>", "3.0.1-1", "libs", "", True),
        ("Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>", "1", "", "", True),
        ("Matthias Klose <doko@debian.org>", "3.11.2-1", "python", "", True),
        ("Jane <jane@home.example>", "3.11.2-1", "python", "", None),
        ("Jane <jane@home.example>", "37~deb12u1", "admin", "", None),
        ("Jane <jane@home.example>", "1-1", "universe/python", "", None),
        ("", "1", "", "", None),
        ("Kibana Team <info@elastic.co>", "7.0.0", "", "usr/share/kibana/package.json", False),
        ("Vendor <info@vendor.example>", "1-1", "default", "", False),
        ("Docker <support@docker.com>", "5:24.0.7-1~debian.12~bookworm", "admin", "", False),
        ("Ivan <ivan@nodesource.com>", "18.19.0-1nodesource1", "web", "", False),
        ("Debian PostgreSQL <team@tracker.debian.org>", "16.1-1.pgdg120+1", "database", "", False),
        ("Debian PHP <team@tracker.debian.org>", "8.2.1-1+0~20230101.12+debian12~1.gbp1", "php", "", False),
        ("Jane <jane@home.example>", "3.5.0-1~bpo12+1", "libs", "", False),
        ("NGINX Packaging <a@nginx.example>", "1.27.0-1~bookworm", "httpd", "", False),
        ("A <a@notdebian.org>", "1", "", "", False),
        ("A <a@lists.debian.org>", "1", "libs", "opt/a/node_modules/b/package.json", False),
    ],
)
def test_debian_packages(vendor: str, version: str, section: str, path: str, published: bool | None) -> None:
    package = Package(
        type="deb", name="a", version=version, scheme="deb", vendor=vendor, section=section, ecosystem="Debian:12"
    )
    assert ecosystems.published(package, path) is published


@pytest.mark.parametrize(
    ("ecosystem", "vendor", "published"),
    [
        ("Debian:12", "Chrome Linux Team <chromium-dev@chromium.org>", False),
        ("Debian:12", "Microsoft Corporation <vscode-linux@microsoft.com>", False),
        ("Debian:12", "MySQL Release Engineering <mysql-build@oss.oracle.com>", False),
        ("Debian:12", "Docker <support@docker.com>", False),
        ("Debian:12", "A <a@notmicrosoft.com>", None),
        ("Debian:12", "Debian Chromium Team <chromium@packages.debian.org>", True),
        ("Ubuntu:22.04", "Corp <a@corp.example>", False),
        ("Ubuntu:22.04", "Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>", True),
        ("Ubuntu:22.04", "Ubuntu Core <snappy@lists.example>", None),
        ("Ubuntu:22.04", "MATE <team@lists.launchpad.net>", None),
    ],
)
def test_a_maintainer_tells_whatever_the_section(ecosystem: str, vendor: str, published: bool | None) -> None:
    package = Package(
        type="deb", name="a", version="1-1", scheme="deb", vendor=vendor, section="web", ecosystem=ecosystem
    )
    assert ecosystems.published(package) is published


@pytest.mark.parametrize(
    ("version", "vendor", "published"),
    [
        ("1.0", "Corp <a@corp.example>", False),
        ("1.0-1", "Corp <a@corp.example>", None),
        ("1.0~deb12u1", "Jane <a@corp.example>", None),
        ("6.4", "Marco d'Itri <md@linux.it>", None),
        ("6.4", "Debian Libidn team <help-libidn@gnu.org>", None),
        ("6.4", "Jane <jane@debian.org>", True),
    ],
)
def test_a_version_without_a_revision_tells(version: str, vendor: str, published: bool | None) -> None:
    package = Package(
        type="deb", name="a", version=version, scheme="deb", vendor=vendor, section="admin", ecosystem="Debian:12"
    )
    assert ecosystems.published(package) is published
    needed = msgspec.structs.replace(package, essential=True)
    assert ecosystems.published(needed) is (published or None)


@pytest.mark.parametrize(
    ("ecosystem", "vendor", "published"),
    [
        ("Red Hat:enterprise_linux:9", "Red Hat, Inc.", True),
        ("Red Hat:enterprise_linux:9", "Fedora Project", False),
        ("Fedora:40", "Fedora Copr - user someone", False),
        ("openSUSE:Leap 15.5", "SUSE LLC <https://www.suse.com/>", True),
        ("Rocky Linux:9", "", None),
        ("", "Anyone", None),
    ],
)
def test_rpm_packages(ecosystem: str, vendor: str, published: bool | None) -> None:
    package = Package(type="rpm", name="a", version="1-1", scheme="rpm", vendor=vendor, ecosystem=ecosystem)
    assert ecosystems.published(package) is published


def test_packages_of_languages_have_no_distribution() -> None:
    assert ecosystems.published(Package(type="npm", name="a", version="1", scheme="semver")) is None
