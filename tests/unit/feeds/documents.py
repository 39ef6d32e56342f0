"""Small documents of publishers, in their own formats."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from typing import Any

HEAD = '<oval_definitions xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5"><definitions>'
TAIL = "</definitions></oval_definitions>"


def leaf(comment: str) -> str:
    return f'<criterion test_ref="t" comment="{comment}"/>'


def both(*nodes: str) -> str:
    return f'<criteria operator="AND">{"".join(nodes)}</criteria>'


def either(*nodes: str) -> str:
    return f'<criteria operator="OR">{"".join(nodes)}</criteria>'


def signed(package: str, version: str) -> str:
    return both(leaf(f"{package} is earlier than {version}"), leaf(f"{package} is signed with the Oracle Linux 8 key"))


def definition(criteria: str, title: str = "ELSA-2024-1: openssl update (IMPORTANT)", cves: str = "") -> str:
    cves = cves or '<cve cvss3="7.5/CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H">CVE-2024-1000</cve>'
    return (
        f'<definition id="d" class="patch"><metadata><title>\n{title}\n</title><description>text</description>'
        f'<reference source="elsa" ref_id="{title.split(":", maxsplit=1)[0]}" ref_url="https://linux.example/e"/>'
        f'<advisory><severity>IMPORTANT</severity><issued date="2024-05-01"/>{cves}</advisory></metadata>'
        f"{criteria}</definition>"
    )


def oracle(*definitions: str) -> bytes:
    return f"{HEAD}{''.join(definitions)}{TAIL}".encode()


def update(identifier: str, *packages: str, kind: str = "security", cves: tuple[str, ...] = ("CVE-2024-1000",)) -> str:
    references = "".join(f'<reference href="https://cve.example/{cve}" id="{cve}" type="cve"/>' for cve in cves)
    builds = "".join(
        f'<package name="{name}" epoch="{epoch}" version="{version}" release="{release}" arch="x86_64"/>'
        for name, epoch, version, release in (one.split() for one in packages)
    )
    return (
        f'<update type="{kind}"><id>{identifier}</id><title>a title</title><issued date="2024-05-01 10:00"/>'
        f"<severity>important</severity><description>text</description><references>{references}</references>"
        f"<pkglist><collection>{builds}</collection></pkglist></update>"
    )


def updateinfo(*updates: str) -> bytes:
    return f"<updates>{''.join(updates)}</updates>".encode()


def microsoft(*rows: tuple[str, str, str, str, str]) -> bytes:
    """Of CVE, whether it can be patched, package, operation, version."""
    definitions, tests, objects, states = [], [], [], []
    for number, (cve, patchable, package, operation, version) in enumerate(rows):
        definitions.append(
            f'<definition id="d{number}"><metadata><title>t</title>'
            f'<reference source="CVE" ref_id="{cve}" ref_url="https://x.example/{cve}"/><patchable>{patchable}</patchable>'
            f"<advisory_date>2024-05-01</advisory_date><severity>High</severity><description>text</description></metadata>"
            f'<criteria operator="AND"><criterion comment="c" test_ref="t{number}"/></criteria></definition>'
        )
        tests.append(
            f'<l:rpminfo_test id="t{number}"><l:object object_ref="o{number}"/><l:state state_ref="s{number}"/>'
            "</l:rpminfo_test>"
        )
        objects.append(f'<l:rpminfo_object id="o{number}"><l:name>{package}</l:name></l:rpminfo_object>')
        states.append(
            f'<l:rpminfo_state id="s{number}"><l:evr operation="{operation}">{version}</l:evr></l:rpminfo_state>'
        )
    parts = {"definitions": definitions, "tests": tests, "objects": objects, "states": states}
    inner = "".join(f"<{name}>{''.join(found)}</{name}>" for name, found in parts.items())
    return f'<oval_definitions xmlns="urn:o" xmlns:l="urn:l">{inner}</oval_definitions>'.encode()


MAIN, BASE, NINE = "AppStream-9.4.0", "BaseOS-9.4.0", "red_hat_enterprise_linux_9"
PLATFORMS = {
    MAIN: "cpe:/a:redhat:enterprise_linux:9::appstream",
    BASE: "cpe:/o:redhat:enterprise_linux:9::baseos",
    NINE: "cpe:/o:redhat:enterprise_linux:9",
    "TEN": "cpe:/o:redhat:enterprise_linux:10.1",
    "SEVEN": "cpe:/o:redhat:enterprise_linux:7",
    "ELS": "cpe:/o:redhat:rhel_els:7",
    "EUS": "cpe:/a:redhat:rhel_eus:9.2::appstream",
    "OCP": "cpe:/a:redhat:openshift:4.12",
}
Said = tuple[str, str, str]
"""A status, a platform, and the rest of a component's package URL."""


def product(platform: str, purl: str) -> str:
    return f"{platform}:{purl}"


def vex(*said: Said, **fields: Any) -> bytes:
    purls = sorted({purl for _, _, purl in said})
    statuses: dict[str, list[str]] = {}
    for status, platform, purl in said:
        statuses.setdefault(status, []).append(product(platform, purl))
    leaves = [
        *({"product": {"product_id": k, "product_identification_helper": {"cpe": v}}} for k, v in PLATFORMS.items()),
        *(
            {"product": {"product_id": one, "product_identification_helper": {"purl": f"pkg:rpm/redhat/{one}"}}}
            for one in purls
        ),
    ]
    relationships = [
        {
            "full_product_name": {"product_id": product(platform, purl)},
            "product_reference": purl,
            "relates_to_product_reference": platform,
        }
        for _, platform, purl in said
    ]
    vulnerability = {"cve": "CVE-2024-1000", "title": "a title", "product_status": statuses} | fields
    return json.dumps(
        {
            "document": {"tracking": {"id": "CVE-2024-1000", "current_release_date": "2024-06-01"}},
            "product_tree": {"branches": [{"branches": leaves}], "relationships": relationships},
            "vulnerabilities": [vulnerability],
        }
    ).encode()


def archive(*documents: bytes, name: str = "2024/cve-2024-{}.json") -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for number, data in enumerate(documents):
            info = tarfile.TarInfo(name.format(number))
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return gzip.compress(made.getvalue())


def ubuntu_oval(*said: tuple[str, str], release: str = "xenial", date: str = "2021-05-24T06:26:19") -> bytes:
    """Of CVE and a sentence about a package."""
    definitions = "".join(
        f'<definition class="vulnerability" id="d{number}"><metadata><title>{cve} on Ubuntu ({release}) - low.</title>'
        "<description>text</description><advisory><severity>Low</severity></advisory></metadata>"
        f'<criteria><extend_definition definition_ref="d" comment="Ubuntu ({release}) is installed."/>'
        f'<criterion test_ref="t" comment="{sentence}"/></criteria></definition>'
        for number, (cve, sentence) in enumerate(said)
    )
    return (
        '<oval_definitions xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5" xmlns:oval="urn:c">'
        f"<generator><oval:timestamp>{date}</oval:timestamp></generator><definitions>{definitions}{TAIL}"
    ).encode()


def openvex(cve: str, status: str, *products: str, **fields: str) -> bytes:
    """Of products as ``curl jammy``."""
    urls = [
        {"@id": f"pkg:deb/ubuntu/{name}@1-1?arch=source&distro={distro}"}
        for name, distro in (one.split() for one in products)
    ]
    statement = {"vulnerability": {"name": cve}, "status": status, "products": urls} | fields
    return json.dumps({"@context": "https://openvex.dev/ns/v0.2.0", "statements": [statement]}).encode()


def suse(*said: tuple[str, str, str], date: str = "2026-01-22T05:47:07") -> bytes:
    """Of CVE, products (with ``|`` between them), and packages: ``name < version``, ``name not`` or ``name affected``."""
    definitions, tests, objects, states = [], [], [], []
    for number, (cve, products, packages) in enumerate(said):
        platforms = [leaf(f"{one} is installed") for one in products.split("|")]
        checks = []
        for one in packages.split("|"):
            name, operation, *version = one.split()
            if operation != "<":
                checks.append(leaf(f"{name} is {'not ' if operation == 'not' else ''}affected"))
                continue
            test = f"t{len(tests)}"
            plain = version[0].rpartition(":")[2]
            build = f'<criterion test_ref="{test}" comment="{name}-{plain} is installed"/>'
            checks.append(both(build, leaf(f"{name} is signed with openSUSE key")))
            tests.append(
                f'<l:rpminfo_test id="{test}"><l:object object_ref="o{test}"/><l:state state_ref="s{test}"/></l:rpminfo_test>'
            )
            objects.append(f'<l:rpminfo_object id="o{test}"><l:name>{name}</l:name></l:rpminfo_object>')
            states.append(
                f'<l:rpminfo_state id="s{test}"><l:evr operation="less than">{version[0]}</l:evr></l:rpminfo_state>'
            )
        beside = platforms[0] if len(platforms) == 1 else either(*platforms)
        definitions.append(
            f'<definition id="d{number}" class="vulnerability"><metadata><title>{cve}</title>'
            f'<reference source="SUSE CVE" ref_id="SUSE {cve}" ref_url="https://suse.example/{cve}"/>'
            "<description>text</description><advisory><issued date='2024-05-01'/><updated date='2024-06-01'/>"
            "<severity>Important</severity>"
            f'<cve cvss3="7.5/CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N">{cve} at SUSE</cve>'
            f'<cve cvss3="9.8/CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H">{cve} at NVD</cve></advisory></metadata>'
            f"{either(both(beside, either(*checks)))}</definition>"
        )
    inner = "".join(
        f"<{name}>{''.join(found)}</{name}>"
        for name, found in (("definitions", definitions), ("tests", tests), ("objects", objects), ("states", states))
    )
    return (
        f'<oval_definitions xmlns="urn:o" xmlns:l="urn:l" xmlns:c="urn:c"><generator><c:timestamp>{date}</c:timestamp>'
        f"</generator>{inner}</oval_definitions>"
    ).encode()


def glsa(
    identifier: str, package: str, *bounds: str, slot: str = "*", cves: tuple[str, ...] = ("CVE-2024-1000",)
) -> bytes:
    """Of bounds as ``vulnerable lt 1.2-r1``."""
    ranges = "".join(
        f'<{kind} range="{how}" slot="{slot}">{version}</{kind}>'
        for kind, how, version in (one.split() for one in bounds)
    )
    links = "".join(f'<uri link="https://nvd.example/{cve}">{cve}</uri>' for cve in cves)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE glsa SYSTEM "http://www.gentoo.org/dtd/glsa.dtd">'
        f'<glsa id="{identifier}"><title>a title</title><synopsis>text</synopsis><announced>2024-01-02</announced>'
        f'<affected><package name="{package}" auto="yes" arch="*">{ranges}</package></affected>'
        f'<impact type="normal"><p>text</p></impact><references>{links}</references></glsa>'
    ).encode()
