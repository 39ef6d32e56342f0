"""Java archives: which libraries they are and hold."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from garboard import ecosystems
from garboard.ecosystems.maven import archive
from garboard.image.options import Options
from garboard.matching.match import match
from garboard.model.advisory import Advisory, Affected, Range, Status
from garboard.model.package import Inventory, Package
from garboard.model.program import Fix
from garboard.workflows.scan import take_inventory
from tests.unit.ecosystems.reading import cataloger_of, gaps, packages, read
from tests.unit.matching.known import Known

cataloger = cataloger_of("maven")
Files = Mapping[str, "bytes | str"]


def jar(files: Files, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return out.getvalue()


def maven(group: str, artifact: str, version: str, pom: str = "") -> dict[str, str]:
    """What Maven puts beside the classes."""
    folder = f"META-INF/maven/{group}/{artifact}"
    text = f"#Created by Apache Maven 3.8\ngroupId={group}\nartifactId={artifact}\nversion={version}\n"
    return {f"{folder}/pom.properties": text, **({f"{folder}/pom.xml": pom} if pom else {})}


def found(path: str, data: bytes) -> dict[str, str]:
    """Each library with the place in the file."""
    return {f"{one.namespace}:{one.name}:{one.version}": one.inside for one in packages(read(cataloger, path, data))}


IO = jar({**maven("commons-io", "commons-io", "2.7"), "org/apache/commons/io/A.class": b""})
SPRING = jar({"META-INF/MANIFEST.MF": "Implementation-Version: 5.3.13\n", "org/springframework/core/A.class": b""})


@pytest.mark.parametrize(
    ("path", "files", "expected"),
    [
        ("app/a-1.jar", maven("g.h", "a", "1"), {"g.h:a:1": ""}),
        ("app/renamed.jar", {"META-INF/MANIFEST.MF": "Implementation-Title: a\n", **maven("g", "a", "1")}, {"g:a:1": ""}),
        ("app/a-1.jar", {"META-INF/MANIFEST.MF": "Bundle-Version: 9\n", "x/A.class": ""}, {":a:1": ""}),
        ("app/a.jar", {"META-INF/MANIFEST.MF": "Bundle-Version: 9\r\n\r\nName: x\r\nBundle-Version: 8\r\n", "x/A.class": ""}, {":a:9": ""}),
        ("app/a.jar", {"META-INF/MANIFEST.MF": "Implementation-Ver\r\n sion: 1.2\r\n", "x/A.class": ""}, {":a:1.2": ""}),
        ("app/renamed.jar", {"META-INF/MANIFEST.MF": "Implementation-Version: 1\n", "x/A.class": "", **maven("g", "a", "1"), **maven("g", "b", "2")}, {"g:a:1": "", "g:b:2": "META-INF/maven/g/b"}),
        ("app/guice.jar", {"META-INF/MANIFEST.MF": "Bundle-Version: 4.2.3\n", "x/A.class": "", **maven("cglib", "cglib", "3.2")}, {":guice:4.2.3": "", "cglib:cglib:3.2": "META-INF/maven/cglib/cglib"}),
        ("app/git.hpi", {"META-INF/MANIFEST.MF": "Group-Id: org.jenkins-ci.plugins\nShort-Name: git\nPlugin-Version: 4.11.0\n", "A.class": ""}, {"org.jenkins-ci.plugins:git:4.11.0": ""}),
        ("app/log4j-api-2.17.1-sources.jar", {"x/A.class": ""}, {":log4j-api:2.17.1": ""}),
        ("app/guava-31.1-jre.jar", {"x/A.class": ""}, {":guava:31.1-jre": ""}),
        (
            "app/all.jar",
            {**maven("g", "one", "1"), **maven("g", "two", "2")},
            {"g:one:1": "META-INF/maven/g/one", "g:two:2": "META-INF/maven/g/two"},
        ),
        ("app/two.jar", {**maven("g", "one", "1"), **maven("g", "two", "2")}, {"g:one:1": "META-INF/maven/g/one", "g:two:2": ""}),
        ("app/app.war", {"WEB-INF/lib/commons-io-2.7.jar": IO}, {"commons-io:commons-io:2.7": "WEB-INF/lib/commons-io-2.7.jar"}),
        (
            "app/app.ear",
            {"a.war": jar({"WEB-INF/lib/commons-io-2.7.jar": IO})},
            {"commons-io:commons-io:2.7": "a.war!/WEB-INF/lib/commons-io-2.7.jar"},
        ),
    ],
)  # fmt: skip
def test_what_an_archive_is_and_holds(path: str, files: Files, expected: dict[str, str]) -> None:
    assert found(path, jar(files)) == expected
    assert found(path, b"#!/bin/sh\nexec java -jar $0\n" + jar(files, zipfile.ZIP_STORED)) == expected


POM = """\
<?xml version="1.0"?><project xmlns="http://maven.apache.org/POM/4.0.0">
<parent><groupId>g</groupId><artifactId>p</artifactId><version>3</version></parent><artifactId>a</artifactId>
<properties><io>commons-io</io></properties><licenses><license><name>Apache-2.0</name></license></licenses>
<dependencies>
<dependency><groupId>${io}</groupId><artifactId>commons-io</artifactId></dependency>
<dependency><groupId>${project.groupId}</groupId><artifactId>b</artifactId><scope>runtime</scope></dependency>
<dependency><groupId>junit</groupId><artifactId>junit</artifactId><scope>test</scope></dependency>
<dependency><groupId>o</groupId><artifactId>o</artifactId><optional>true</optional></dependency>
<dependency><groupId>${unknown}</groupId><artifactId>u</artifactId></dependency>
</dependencies></project>"""


@pytest.mark.parametrize(
    ("path", "data", "told"),
    [
        ("a.par", b"a text\nof parameters\n", False),
        ("a.par", b"", False),
        ("a.par", b"\0\1\2", True),
        ("a.jar", b"a text\n", True),
    ],
)
def test_a_text_that_is_called_like_an_archive(path: str, data: bytes, told: bool) -> None:
    assert gaps(read(cataloger, path, data)) == ["is called a Java archive and is no zip archive"] * told


def test_what_a_pom_states() -> None:
    folder = "META-INF/maven/g/a/pom.xml"
    for files in ({folder: POM}, maven("g", "a", "3", POM)):
        (one,) = packages(read(cataloger, "lib/a.jar", jar(files)))
        assert (one.namespace, one.name, one.version) == ("g", "a", "3")
        assert one.licenses == ("Apache-2.0",)
        assert one.requires == (("commons-io:commons-io",), ("g:b",))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is no zip archive"),
        (b"hello", "is no zip archive"),
        (IO[:-30], "the directory at its end is missing"),
        (IO.replace(b"PK\1\2", b"PK\1\3"), "its directory is damaged"),
        (jar({"META-INF/maven/g/a/pom.xml": "<!DOCTYPE x [<!ENTITY e 'x'>]><project/>"}), "document type"),
        (jar({"META-INF/maven/g/a/pom.xml": "<project>"}), "cannot be read"),
        (jar({"META-INF/maven/g/a/pom.properties": "groupId=g\nartifactId=${a}\n"}), "states no group, artifact and version"),
        (jar({"lib/a.jar": b"no zip"}), "it is no whole zip archive"),
        (jar({"x/A.class": b""}), "neither the archive nor its name states"),
        (jar({"META-INF/MANIFEST.MF": b"a" * 5_000_000, "x/A.class": b""}), "the limit is 4194304"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_a_gap(data: bytes, reason: str) -> None:
    told = gaps(read(cataloger, "lib/app.jar", data))
    assert any(reason in one for one in told), told


def test_archives_within_archives_have_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    data = IO
    for _ in range(10):
        data = jar({"x.jar": data}, zipfile.ZIP_STORED)
    told = gaps(read(cataloger, "a.jar", data))
    assert told == ["it lies 8 archives deep, the limit, and was not read"]
    monkeypatch.setattr(archive, "_MANY", 3)
    assert any(
        "more than 3 archives" in one
        for one in gaps(read(cataloger, "a.jar", jar({f"{at}.jar": IO for at in range(9)})))
    )
    many = memoryview(jar({f"{at}.jar": IO for at in range(9)}))
    for reading, reason in (
        (archive.ArchiveReading("a.jar", left=1000), "inflate to more than"),
        (archive.ArchiveReading("a.jar", entries=10), "have more than"),
    ):
        assert any(reason in one for one in gaps(list(reading.facts(many))))


def test_an_archive_that_inflates_without_end_is_not_inflated() -> None:
    """What the directory says is not believed: a member ends where its size says, or is an error."""
    bomb = bytearray(jar({"a.jar": bytes(50_000_000)}))
    at = bomb.rindex(b"PK\1\2")
    bomb[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    assert "has 1001 bytes or more" in gaps(read(cataloger, "app.jar", bytes(bomb)))[0]


def test_other_archives_of_that_name_are_not_javas() -> None:
    assert read(cataloger, "x/a.rar", b"Rar!\x1a\x07\x00") == []


def test_an_image_with_archives(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/app.jar").write_bytes(jar({"BOOT-INF/lib/commons-io-2.7.jar": IO, **maven("g", "app", "1")}))
    (tmp_path / "app/copy.JAR").write_bytes(IO)
    inventory = take_inventory(f"dir:{tmp_path}", Options(offline=True))[1]
    assert [(one.purl, one.locations[0].path) for one in inventory.packages] == [
        ("pkg:maven/commons-io/commons-io@2.7", "app/app.jar!/BOOT-INF/lib/commons-io-2.7.jar"),
        ("pkg:maven/commons-io/commons-io@2.7", "app/copy.JAR!/META-INF/maven/commons-io/commons-io"),
        ("pkg:maven/g/app@1", "app/app.jar"),
    ]
    assert not [gap for gap in inventory.gaps if gap.subject.lower().endswith("jar")]


def advisory(name: str, package: str) -> Advisory:
    affected = Affected(
        ecosystem="Maven", package=package, scheme="maven", ranges=(Range(fixed="6"),), status=Status.FIXED
    )
    return Advisory(id=name, feed="osv:Maven", affected=(affected,))


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("org.springframework:spring-core",), {"CVE-0"}),
        (("com.other:spring-core",), None),  # its classes may have been moved
        (("org.springframework-x:spring-core",), {"CVE-0"}),
        (("springs:spring-core",), None),
        (("org.springframework:spring-web",), set()),
        (("spring:spring-core",), {"CVE-0"}),
        (("org.springframework:spring-core", "org.springframework.core:spring-core"), {"CVE-0", "CVE-1"}),
        (("org.springframework:spring-core", "spring:spring-core"), None),
    ],
)
def test_a_library_without_a_group_is_looked_up_by_what_it_holds(
    names: tuple[str, ...], expected: set[str] | None
) -> None:
    (package,) = packages(read(cataloger, "lib/spring-core-5.3.13.jar", SPRING))
    package = msgspec.structs.replace(package, ecosystem="Maven")
    database = Known(*(advisory(f"CVE-{at}", name) for at, name in enumerate(names)), covers=("Maven",))
    matched = match(Inventory(packages=(package,)), database)
    if expected is None:
        assert (matched.findings, matched.unjudged) == ((), (package,))
        assert f"may be any of {', '.join(names)}" in matched.gaps[0].reason
    else:
        assert {one.vulnerability.id for one in matched.findings} == expected
        assert matched.judged == 1


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("akka-actor_2.13-2.6.10", ("akka-actor_2.13", "2.6.10")),
        ("cats-core_sjs1_2.13-2.6.1", ("cats-core_sjs1_2.13", "2.6.1")),
        ("scalatest_3-3.2.9", ("scalatest_3", "3.2.9")),
        ("paradise_2.13.6-2.1.1-sources", ("paradise_2.13.6", "2.1.1")),
        ("iceberg-spark-runtime-3.2_2.12-0.13.1", ("iceberg-spark-runtime-3.2_2.12", "0.13.1")),
        ("org.eclipse.core.runtime_3.7.0.v20110110", ("org.eclipse.core.runtime", "3.7.0.v20110110")),
        ("log4j-1.2-api-2.14.1", ("log4j-1.2-api", "2.14.1")),
        ("protobuf-java-3.19.0-rc-1", ("protobuf-java", "3.19.0-rc-1")),
        ("flink-shaded-guava-30.1.1-jre-14.0", ("flink-shaded-guava", "30.1.1-jre-14.0")),
        ("commons-io-2.6-20180101.120000-1", ("commons-io", "2.6-20180101.120000-1")),
        ("3d-1.0", ("3d", "1.0")),
    ],
)
def test_where_the_version_begins_in_a_name(file: str, expected: tuple[str, str]) -> None:
    (one,) = packages(read(cataloger, f"lib/{file}.jar", jar({"x/A.class": ""})))
    assert (one.name, one.version) == expected


LIBRARIES = (
    *("org.apache.logging.log4j:log4j-core", "org.apache.tomcat:tomcat-catalina", "org.bouncycastle:bcprov-jdk15on"),
    *("org.hibernate:hibernate-core", "com.typesafe.akka:akka-http-core_2.13", "org.apache.kafka:kafka_2.13"),
    *("org.postgresql:postgresql", "other.thing:bcprov-jdk15on", "com.google.inject:guice", "io.app:app"),
    "xerces:xercesImpl",
)


@pytest.mark.parametrize(
    ("file", "manifest", "folder", "expected"),
    [
        ("org.bouncycastle.bcprov-jdk15on-1.68", "", "org/bouncycastle", 2),
        ("org.hibernate.hibernate-core-5", "Implementation-Title: hibernate-core\n", "org/hibernate", 3),
        ("org.unknown.its-name-5", "", "org/unknown", None),
        ("akka-http-core_2.13-5", "Implementation-Vendor-Id: com.typesafe.akka\n", "akka/http", 4),
        ("akka-http-core_2.13-5", "", "relocated/x", "may be any of com.typesafe.akka:akka-http-core_2.13"),
        ("kafka_2.13-2.8.0", "", "kafka/server", 5),
        ("catalina", "Bundle-SymbolicName: org.apache.tomcat-catalina\nBundle-Version: 5\n", "org/apache/catalina", 1),
        ("catalina-1", "Bundle-SymbolicName: org.apache.tomcat-catalina\nBundle-Version: 5\n", "org/apache/catalina", 1),
        ("my.own-9", "Bundle-Name: hibernate-core\nImplementation-Version: 5\n", "org/hibernate", 3),
        ("akka-http-core_2.13-5", "Bundle-Name: akka-http\nBundle-Version: 9\n", "com/typesafe", 4),
        ("hibernate-core-5", "Bundle-Name: hibernate-orm\n", "org/hibernate", 3),
        ("hibernate-core-5", "Bundle-Name: other-thing\n", "org/hibernate", 3),
        ("lib", "Bundle-SymbolicName: org.apache.logging.log4j.core\nBundle-Version: 5\n", "org/apache/logging", 0),
        ("lib", "Automatic-Module-Name: org.apache.logging.log4j.core\nImplementation-Version: 5\n", "org/apache", 0),
        ("lib", "Implementation-Title: hibernate-core\nImplementation-Version: 5\n", "org/hibernate", 3),
        ("guice", "Bundle-Version: 5\n", "com/google/inject", 8),
        ("lib", "Bundle-Version: 5\n", "org/postgresql", "neither the archive nor its name states which library it is"),
        ("x", "Bundle-SymbolicName: org.postgresql.jdbc\nBundle-Version: 5\n", "org/postgresql", "org.postgresql:postgresql"),
        ("jdbc", "Bundle-SymbolicName: org.postgresql.jdbc\nBundle-Version: 5\n", "org/postgresql", "org.postgresql:postgresql"),
        ("driver", "Implementation-Title: PostgreSQL JDBC Driver\nBundle-Version: 5\n", "org/postgresql", "org.postgresql:postgresql"),
        ("core", "Bundle-SymbolicName: org.apache.logging.log4j.core\nBundle-Version: 5\n", "org/apache/logging", 0),
        ("log4j-core", "Bundle-SymbolicName: org.apache.logging.log4j.core\nBundle-Version: 5\n", "org/apache/logging", 0),
        ("core", "Bundle-SymbolicName: org.postgresql.core\nBundle-Version: 5\n", "org/postgresql", "org.postgresql:postgresql"),
        ("xercesImpl", "Bundle-SymbolicName: org.apache.xerces\nBundle-Version: 5\n", "org/apache/xerces", 10),
        ("my-core", "Bundle-SymbolicName: org.apache.logging.log4j.core\nBundle-Version: 5\n", "org/apache/logging", 0),
        ("mine", "Implementation-Version: 5\n", "com/example", None),
        ("a-b", "Automatic-Module-Name: a.b.tools\nImplementation-Version: 5\n", "org/postgresql", None),
        ("a-b", "Extension-Name: org.x.a.b\nImplementation-Version: 5\n", "org/postgresql", None),
        ("bootstrap", "Implementation-Title: Apache Tomcat Bootstrap\nImplementation-Version: 5\n", "org/apache/catalina", None),
        ("catalina-ant", "Implementation-Title: Apache Tomcat\nImplementation-Version: 5\n", "org/apache/catalina", None),
        ("mine", "Spring-Boot-Version: 3\nImplementation-Version: 5\n", "org/springframework/boot/loader", None),
    ],
)  # fmt: skip
def test_what_an_archive_under_another_name_is(
    file: str, manifest: str, folder: str, expected: int | str | None
) -> None:
    """A number is the library that it is; None, that it is none which the data know; a text is in the gap."""
    members = {f"{folder}/A.class": "", **({"META-INF/MANIFEST.MF": manifest} if manifest else {})}
    (package,) = packages(read(cataloger, f"lib/{file}.jar", jar(members)))
    package = msgspec.structs.replace(package, ecosystem="Maven")
    database = Known(*(advisory(f"CVE-{at}", name) for at, name in enumerate(LIBRARIES)), covers=("Maven",))
    matched = match(Inventory(packages=(package,)), database)
    ids = [one.vulnerability.id for one in matched.findings]
    if isinstance(expected, str):
        assert ids == []
        assert expected in matched.gaps[0].reason
        assert matched.unjudged == (package,)
    else:
        assert ids == ([] if expected is None else [f"CVE-{expected}"])
        assert (matched.gaps, matched.judged) == ((), 1)


def test_libraries_that_were_packed_into_it_do_not_say_what_an_archive_is() -> None:
    files = {
        "META-INF/MANIFEST.MF": "Implementation-Version: 5\n",
        "org/postgresql/A.class": "",
        "com/mine/A.class": "",
    }
    own, packed = sorted(
        packages(read(cataloger, "app.jar", jar({**files, **maven("org.postgresql", "postgresql", "42")}))),
        key=lambda one: one.namespace,
    )
    assert own.namespaces == ("com.mine",)
    assert packed.name == "postgresql"


@pytest.mark.parametrize(
    ("path", "files"),
    [
        ("gradle/wrapper/gradle-wrapper.jar", {"org/gradle/wrapper/GradleWrapperMain.class": ""}),
        (".mvn/wrapper/maven-wrapper.jar", {"org/apache/maven/wrapper/MavenWrapperMain.class": ""}),
        ("app/quarkus/generated-bytecode.jar", {"io/quarkus/runner/A.class": ""}),
        ("app.jar", {"META-INF/MANIFEST.MF": "Spring-Boot-Version: 3\n", "BOOT-INF/classes/A.class": ""}),
    ],
)
def test_what_is_no_library_and_states_no_version(path: str, files: Files) -> None:
    assert read(cataloger, path, jar(files)) == []
    assert gaps(read(cataloger, "lib/a.jar", jar({"io/quarkus/A.class": ""})))


def test_the_remedy() -> None:
    remedy = ecosystems.commands("maven").remedy
    assert remedy is not None
    package = Package(type="maven", namespace="g", name="a", version="1", scheme="maven")
    text, command = remedy(Fix(pins=[(package, "2")], distro="", indirect=False))
    assert "raise g:a in pom.xml or build.gradle" in text
    assert command == "mvn versions:use-dep-version -Dincludes=g:a -DdepVersion=2"
    assert "dependencyManagement" in remedy(Fix(pins=[(package, "2")], distro="", indirect=True))[0]
