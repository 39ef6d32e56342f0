from __future__ import annotations

import pytest

from garboard.model.package import Distro
from garboard.packages import distro
from tests.unit.ecosystems.reading import gaps, read


def named(path: str, data: bytes | str) -> dict[str, Distro]:
    return {path: fact for fact in read(distro, path, data)[:1] if isinstance(fact, Distro)}  # noqa: B035  (one at most)


def choose(**files: str) -> Distro | None:
    """Chosen among files, named with ``__`` for ``/`` and ``_DASH_`` for ``-``."""
    candidates = {}
    for name, text in files.items():
        path = name.replace("__", "/").replace("_DASH_", "-").replace("_DOT_", ".")
        candidates |= named(path, text)
    return distro.choose(candidates)


OS_RELEASES = [
    ('ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n', "Debian:12"),
    ("ID=debian\nVERSION_CODENAME=forky\nPRETTY_NAME='Debian GNU/Linux forky/sid'\n", "Debian:14"),
    ("ID=debian\nVERSION_CODENAME=sid\n", "Debian:sid"),
    ('ID=ubuntu\nVERSION_ID="22.04"\n', "Ubuntu:22.04:LTS"),
    ('ID=ubuntu\nVERSION_ID="23.04"\n', "Ubuntu:23.04"),
    ('ID=ubuntu\nVERSION_ID="24.10"\n', "Ubuntu:24.10"),
    ("ID=alpine\nVERSION_ID=3.20.3\n", "Alpine:v3.20"),
    ("ID=alpine\nVERSION_ID=3.21.0_alpha20240923\n", "Alpine:edge"),
    ('ID="rocky"\nVERSION_ID="9.3"\n', "Rocky Linux:9"),
    ('ID="almalinux"\nVERSION_ID="8.10"\n', "AlmaLinux:8"),
    ('ID="rhel"\nVERSION_ID="9.4"\n', "Red Hat:enterprise_linux:9"),
    ('NAME="CentOS Stream"\nID="centos"\nVERSION_ID="8"\n', "CentOS Stream:8"),
    ('NAME="CentOS Stream"\nID="centos"\nVERSION_ID="9"\n', "CentOS Stream:9"),
    ('NAME="CentOS Linux"\nID="centos"\nVERSION_ID="7"\n', "CentOS:7"),
    ('ID="ol"\nVERSION_ID="8.9"\n', "Oracle Linux:8"),
    ("ID=fedora\nVERSION_ID=40\n", "Fedora:40"),
    ('ID="amzn"\nVERSION_ID="2023"\n', "Amazon Linux:2023"),
    ('ID="amzn"\nVERSION_ID="2018.03"\n', "Amazon Linux:1"),
    ('ID="sles"\nVERSION_ID="15.5"\n', "SUSE:Linux Enterprise Server 15 SP5"),
    ('ID="sles"\nVERSION_ID="15"\n', "SUSE:Linux Enterprise Server 15"),
    ('ID="sles"\nVERSION_ID="16.0"\n', "SUSE:Linux Enterprise Server 16.0"),
    ('ID="opensuse-leap"\nVERSION_ID="15.5"\n', "openSUSE:Leap 15.5"),
    ('ID="opensuse-tumbleweed"\nVERSION_ID="20240901"\n', "openSUSE:Tumbleweed"),
    ("ID=wolfi\nVERSION_ID=20230201\n", "Wolfi"),
    ("ID=chainguard\nVERSION_ID=20230214\n", "Chainguard"),
    ('ID=azurelinux\nVERSION_ID="3.0"\n', "Azure Linux:3"),
    ('ID=mariner\nVERSION_ID="2.0"\n', "Azure Linux:2"),
    ("ID=photon\nVERSION_ID=5.0\n", "Photon OS:5.0"),
    ("ID=mageia\nVERSION_ID=9\n", "Mageia:9"),
    ('ID="openEuler"\nVERSION="22.03 (LTS-SP3)"\nVERSION_ID="22.03"\n', "openEuler:22.03-LTS-SP3"),
    ("ID=alpaquita\nVERSION_ID=23\n", "Alpaquita:23"),
    # Derivatives are not judged by their parent's advisories.
    ("ID=raspbian\nID_LIKE=debian\nVERSION_ID=12\n", ""),
    ("ID=linuxmint\nID_LIKE=ubuntu\nVERSION_ID=21\n", ""),
    ("ID=kali\nID_LIKE=debian\nVERSION_ID=2024.1\n", ""),
    ("ID=eurolinux\nID_LIKE='rhel centos fedora'\nVERSION_ID=9.3\n", ""),
    # A version is what most of them need.
    ("ID=ubuntu\n", ""),
    ("ID=alpine\n", ""),
]


@pytest.mark.parametrize(("text", "ecosystem"), OS_RELEASES)
def test_os_release(text, ecosystem):
    (found,) = read(distro, "etc/os-release", text)
    assert isinstance(found, Distro)
    assert found.ecosystem == ecosystem
    assert read(distro, "usr/lib/os-release", text) == [found]


def test_every_field_and_its_quoting():
    text = (
        "# a comment\nID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME='bookworm'\n"
        'PRETTY_NAME="Debian \\"GNU\\"/Linux"\nBROKEN="no end\nNAME=Debian\r\n'
    )
    assert read(distro, "etc/os-release", text) == [
        Distro(id="debian", version="12", codename="bookworm", pretty_name='Debian "GNU"/Linux', ecosystem="Debian:12"),
    ]


RELEASE_LINES = [
    ("etc/redhat-release", "CentOS Linux release 7.9.2009 (Core)\n", "centos", "7.9.2009", "CentOS:7"),
    ("etc/redhat-release", "CentOS release 6.10 (Final)\n", "centos", "6.10", "CentOS:6"),
    ("etc/centos-release", "CentOS Stream release 8\n", "centos", "8", "CentOS Stream:8"),
    (
        "etc/redhat-release",
        "Red Hat Enterprise Linux Server release 6.10 (Santiago)",
        "rhel",
        "6.10",
        "Red Hat:enterprise_linux:6",
    ),
    ("etc/redhat-release", "Rocky Linux release 9.3 (Blue Onyx)\n", "rocky", "9.3", "Rocky Linux:9"),
    ("etc/redhat-release", "AlmaLinux release 8.5 (Arctic Sphynx)\n", "almalinux", "8.5", "AlmaLinux:8"),
    ("etc/fedora-release", "Fedora release 40 (Forty)\n", "fedora", "40", "Fedora:40"),
    ("etc/oracle-release", "Oracle Linux Server release 7.9\n", "ol", "7.9", "Oracle Linux:7"),
    ("etc/system-release", "Amazon Linux release 2 (Karoo)\n", "amzn", "2", "Amazon Linux:2"),
    ("etc/system-release", "Amazon Linux AMI release 2018.03\n", "amzn", "2018.03", "Amazon Linux:1"),
    ("etc/photon-release", "VMware Photon OS 4.0\nPHOTON_BUILD_NUMBER=1\n", "photon", "4.0", "Photon OS:4.0"),
    (
        "etc/mariner-release",
        "CBL-Mariner 2.0.20220226\nMARINER_BUILD_NUMBER=1\n",
        "mariner",
        "2.0.20220226",
        "Azure Linux:2",
    ),
    (
        "etc/SuSE-release",
        "SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4\n",
        "sles",
        "11.4",
        "SUSE:Linux Enterprise Server 11 SP4",
    ),
    ("etc/redhat-release", "Scientific Linux release 7.9 (Nitrogen)\n", "scientific linux", "7.9", ""),
    ("etc/system-release", "Something\n", "something", "", ""),
    ("etc/alpine-release", "3.9.6\n", "alpine", "3.9.6", "Alpine:v3.9"),
    ("etc/debian_version", "12.5\n", "debian", "12", "Debian:12"),
    ("etc/debian_version", "trixie/sid\n", "debian", "", "Debian:13"),
]


@pytest.mark.parametrize(("path", "text", "name", "version", "ecosystem"), RELEASE_LINES)
def test_release_files(path, text, name, version, ecosystem):
    (found,) = read(distro, path, text)
    assert isinstance(found, Distro)
    assert (found.id, found.version, found.ecosystem) == (name, version, ecosystem)


def test_lsb_release():
    text = (
        'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=14.04\nDISTRIB_CODENAME=trusty\nDISTRIB_DESCRIPTION="Ubuntu 14.04.6 LTS"\n'
    )
    assert read(distro, "etc/lsb-release", text) == [
        Distro(
            id="ubuntu",
            version="14.04",
            codename="trusty",
            pretty_name="Ubuntu 14.04.6 LTS",
            ecosystem="Ubuntu:14.04:LTS",
        ),
    ]
    assert read(distro, "etc/lsb-release", "LSB_VERSION=base-4.0-amd64\n") == []


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("etc/os-release", b""),
        ("etc/os-release", b"NAME=x\n"),
        ("etc/os-release", b"\xff\xfe\x00"),
        ("etc/alpine-release", b"\n"),
        ("etc/redhat-release", b" "),
    ],
)
def test_a_file_that_names_none_is_a_gap(path, data):
    assert gaps(read(distro, path, data)) == ["names no distribution"]


def test_a_very_long_line_ends_quickly():
    assert gaps(read(distro, "etc/redhat-release", b"a 1" * 100_000)) == ["names no distribution"]
    assert len(read(distro, "etc/redhat-release", b"a 1" * 300)) == 1


def test_os_release_comes_first_and_oracle_before_red_hat():
    line = "Red Hat Enterprise Linux release 9.4 (Plow)\n"
    chosen = choose(etc__os_DASH_release='ID="ol"\nVERSION_ID="9.4"\n', etc__redhat_DASH_release=line)
    assert chosen
    assert chosen.ecosystem == "Oracle Linux:9"
    chosen = choose(etc__oracle_DASH_release="Oracle Linux Server release 5.11\n", etc__redhat_DASH_release=line)
    assert chosen
    assert chosen.ecosystem == "Oracle Linux:5"


def test_a_derivative_with_a_debian_version():
    chosen = choose(etc__os_DASH_release="ID=kali\nVERSION_ID=2024.1\n", etc__debian_version="kali-rolling\n")
    assert chosen
    assert (chosen.id, chosen.ecosystem) == ("kali", "")


TESTING = "ID=debian\nPRETTY_NAME='Debian GNU/Linux forky/sid'\nVERSION_CODENAME=forky\n"
DEB822 = "Types: deb\nURIs: http://deb.debian.org/debian\nSuites: {}\nComponents: main\n"


@pytest.mark.parametrize(
    ("files", "ecosystem"),
    [
        ({"etc__os_DASH_release": TESTING}, "Debian:14"),
        ({"etc__os_DASH_release": TESTING, "etc__debian_version": "forky/sid\n"}, "Debian:14"),
        ({"etc__os_DASH_release": "ID=debian\n", "etc__debian_version": "trixie/sid\n"}, "Debian:13"),
        ({"etc__debian_version": "trixie/sid\n"}, "Debian:13"),
        (
            {
                "etc__os_DASH_release": TESTING,
                "etc__apt__sources_DOT_list_DOT_d__debian_DOT_sources": DEB822.format("sid"),
            },
            "Debian:sid",
        ),
        (
            {
                "etc__os_DASH_release": TESTING,
                "etc__apt__sources_DOT_list_DOT_d__debian_DOT_sources": DEB822.format("forky"),
            },
            "Debian:14",
        ),
        (
            {
                "etc__os_DASH_release": TESTING,
                "etc__apt__sources_DOT_list": "deb http://deb.debian.org/debian unstable main\n",
            },
            "Debian:sid",
        ),
        # A release with unstable among its sources stays the release.
        (
            {
                "etc__os_DASH_release": "ID=debian\nVERSION_ID=12\n",
                "etc__apt__sources_DOT_list": "deb http://deb.debian.org/debian sid main\n",
            },
            "Debian:12",
        ),
    ],
)
def test_debian_before_its_release(files, ecosystem):
    chosen = choose(**files)
    assert chosen
    assert chosen.ecosystem == ecosystem


def test_none():
    assert distro.choose({}) is None


def test_real_alpine_images(shared):
    for folder in sorted((shared / "data" / "images" / "alpine").glob("*/rootfs")):
        candidates = {}
        for path in distro.GLOBS:
            if (folder / path).is_file():
                candidates |= named(path, (folder / path).read_bytes())
        chosen = distro.choose(candidates)
        assert chosen
        assert chosen.ecosystem == f"Alpine:{folder.parent.name}"
