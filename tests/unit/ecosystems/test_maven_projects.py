"""Maven projects of a source tree: what they inherit, import and need, of the tree and of a local repository."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garboard.ecosystems.maven import effective, poms
from garboard.ecosystems.maven.effective import Projects
from garboard.image.options import Options
from garboard.model.errors import UsageError
from garboard.model.package import Inventory
from garboard.workflows.scan import take_inventory


def dependency(name: str, version: str = "", **more: str) -> str:
    """``group:artifact``; a part of ``more`` that is called ``excluding`` is a name to leave out."""
    group, artifact = name.split(":")
    excluded = more.pop("excluding", "")
    parts = {"groupId": group, "artifactId": artifact, "version": version, **more}
    inner = "".join(f"<{key}>{value}</{key}>\n" for key, value in parts.items() if value)
    if excluded:
        group, artifact = excluded.split(":")
        inner += f"<exclusions><exclusion><groupId>{group}</groupId><artifactId>{artifact}</artifactId></exclusion></exclusions>"
    return f"<dependency>\n{inner}</dependency>\n"


def pom(
    name: str,
    version: str = "1",
    needs: Iterable[str] = (),
    managed: Iterable[str] = (),
    parent: str = "",
    properties: str = "",
) -> str:
    group, artifact = name.split(":")
    own = f"<groupId>{group}</groupId><version>{version}</version>" if group else ""
    return (
        f'<project xmlns="http://maven.apache.org/POM/4.0.0">\n{parent}\n{own}<artifactId>{artifact}</artifactId>\n'
        f"<properties>{properties}</properties>\n<dependencyManagement><dependencies>\n{''.join(managed)}</dependencies></dependencyManagement>\n"
        f"<dependencies>\n{''.join(needs)}</dependencies>\n</project>\n"
    )


def parent(name: str, version: str = "1", path: str | None = None) -> str:
    group, artifact = name.split(":")
    place = "" if path is None else f"<relativePath>{path}</relativePath>"
    return f"<parent><groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version>{place}</parent>"


def in_repository(name: str, version: str = "1") -> str:
    group, artifact = name.split(":")
    return f"{group.replace('.', '/')}/{artifact}/{version}/{artifact}-{version}.pom"


def write(folder: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def scan(tmp_path: Path, tree: dict[str, str], repository: dict[str, str] | None = None) -> Inventory:
    options = Options()
    if repository is not None:
        options = Options(maven_repository=str(write(tmp_path / "repository", {"x": "", **repository})))
    return take_inventory(f"dir:{write(tmp_path / 'tree', tree)}", options)[1]


def told(found: Inventory, path: str = "pom.xml") -> dict[str, str]:
    return {
        f"{one.namespace}:{one.name}": one.version
        for one in found.packages
        if one.locations[0].path == path and not one.application
    }


BILL = pom("b:bill", "2", managed=[dependency("g:a", "${a.version}")], properties="<a.version>5</a.version>")
IMPORT = dependency("b:bill", "2", type="pom", scope="import")


@pytest.mark.parametrize("line", ["3", "${own}", "[3]"])
def test_versions_of_the_own_file(tmp_path: Path, line: str) -> None:
    text = pom("x:shop", needs=[dependency("g:a")], managed=[dependency("g:a", line)], properties="<own>3</own>")
    assert told(scan(tmp_path, {"pom.xml": text})) == {"g:a": "3"}


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (None, "pom.xml"),
        ("../parent", "parent/pom.xml"),
        ("../parent/pom.xml", "parent/pom.xml"),
        ("", "other/pom.xml"),
    ],
)
def test_the_parent_in_the_tree(tmp_path: Path, path: str | None, place: str) -> None:
    """Where the file says, else of these coordinates; a property that the child states counts for what the parent manages."""
    above = pom("x:above", managed=[dependency("g:a", "${v}")], needs=[dependency("g:c", "9")], properties="<v>1</v>")
    child = pom(":app", needs=[dependency("g:a")], parent=parent("x:above", path=path), properties="<v>4</v>")
    found = scan(tmp_path, {place: above, "app/pom.xml": child})
    assert told(found, "app/pom.xml") == {"g:a": "4", "g:c": "9"}
    (application,) = [one for one in found.packages if one.application and one.name == "app"]
    assert (application.namespace, application.version) == ("x", "1")


def test_a_relative_path_to_another_project_is_none(tmp_path: Path) -> None:
    child = pom(":app", needs=[dependency("g:a")], parent=parent("x:above"))
    found = scan(tmp_path, {"pom.xml": pom("x:other", managed=[dependency("g:a", "1")]), "app/pom.xml": child})
    assert told(found, "app/pom.xml") == {}
    assert any("not here: x:above:1" in gap.reason for gap in found.gaps)


@pytest.mark.parametrize("place", ["repository", "tree"])
def test_the_parent_and_bills_of_materials_of_a_local_repository(tmp_path: Path, place: str) -> None:
    shop = pom(":shop", needs=[dependency("g:a"), dependency("g:p")], managed=[IMPORT], parent=parent("y:top", "7", ""))
    stored = {
        in_repository("y:top", "7"): pom("y:top", "7", managed=[dependency("g:p", "${project.version}")]),
        in_repository("b:bill", "2"): BILL,
        in_repository("g:a", "5"): pom("g:a", "5", needs=[dependency("g:deep", "1")]),
        in_repository("g:p", "1"): pom("g:p", "1"),
        in_repository("g:deep"): pom("g:deep"),
    }
    inside = {f"home/.m2/repository/{path}": text for path, text in stored.items()}
    shop = shop.replace("<artifactId>shop", "<version>1</version><artifactId>shop")
    if place == "tree":
        found = scan(tmp_path, {"pom.xml": shop, **inside})
    else:
        found = scan(tmp_path, {"pom.xml": shop}, stored)
    assert told(found) == {"g:a": "5", "g:p": "1", "g:deep": "1"}
    assert found.gaps == ()
    labels = {one.id: one.name for one in found.packages}
    by_name = {one.name: one for one in found.packages}
    assert [labels[need] for need in by_name["a"].depends_on] == ["deep"]
    assert (by_name["a"].automatic, by_name["deep"].automatic) == (False, True)
    assert by_name["deep"].locations[0].line == 0
    lines = shop.split("\n")
    assert "<artifactId>a<" in lines[by_name["a"].locations[0].line - 1]


def test_own_entries_come_before_imported_ones_and_the_first_import_counts(tmp_path: Path) -> None:
    second = pom("b:second", managed=[dependency("g:a", "6"), dependency("g:b", "6"), dependency("g:c", "6")])
    managed = [IMPORT, dependency("b:second", "1", type="pom", scope="import"), dependency("g:c", "8")]
    text = pom("x:shop", needs=map(dependency, ("g:a", "g:b", "g:c")), managed=managed)
    found = scan(tmp_path, {"pom.xml": text, "bill/pom.xml": BILL, "second/pom.xml": second})
    assert told(found) == {"g:a": "5", "g:b": "6", "g:c": "8"}


STORED = {
    in_repository("g:a"): pom(
        "g:a",
        needs=[
            dependency("g:c", "1"),
            dependency("g:tests", "1", scope="test"),
            dependency("g:given", "1", scope="provided"),
            dependency("g:may", "1", optional="true"),
            dependency("g:left", "1"),
        ],
    ),
    in_repository("g:b"): pom("g:b", needs=[dependency("g:c", "2"), dependency("g:a", "1")]),
    in_repository("g:c", "1"): pom("g:c", "1", needs=[dependency("g:deep", "1")]),
    in_repository("g:c", "2"): pom("g:c", "2"),
    in_repository("g:c", "3"): pom("g:c", "3"),
    in_repository("g:deep"): pom("g:deep", needs=[dependency("g:a", "1")]),
    in_repository("g:left"): pom("g:left"),
    in_repository("g:tool"): pom("g:tool", needs=[dependency("g:left", "1")]),
}


@pytest.mark.parametrize(
    ("needs", "managed", "expected"),
    [
        (["g:a"], [], {"g:a": "1", "g:c": "1", "g:deep": "1", "g:left": "1"}),
        (["g:b", "g:a"], [], {"g:b": "1", "g:a": "1", "g:c": "2", "g:left": "1"}),
        (["g:a"], [dependency("g:c", "3")], {"g:a": "1", "g:c": "3", "g:left": "1"}),
    ],
)
def test_the_nearest_counts_and_the_project_decides(
    tmp_path: Path, needs: list[str], managed: list[str], expected: dict[str, str]
) -> None:
    text = pom("x:shop", needs=[dependency(one, "1") for one in needs], managed=managed)
    found = scan(tmp_path, {"pom.xml": text}, STORED)
    assert told(found) == expected
    assert found.gaps == ()


@pytest.mark.parametrize("left", ["g:left", "g:*", "*:left"])
def test_what_is_excluded_is_not_there(tmp_path: Path, left: str) -> None:
    found = told(scan(tmp_path, {"pom.xml": pom("x:shop", needs=[dependency("g:a", "1", excluding=left)])}, STORED))
    assert "g:left" not in found
    assert ("g:c" in found) == (left != "g:*")


def test_scopes_are_told(tmp_path: Path) -> None:
    needs = [
        dependency("g:tool", "1", scope="test"),
        dependency("g:c", "2", scope="provided"),
        dependency("g:deep", "1"),
    ]
    found = scan(tmp_path, {"pom.xml": pom("x:shop", needs=needs)}, STORED)
    assert {one.name: one.scope for one in found.packages} == {
        "shop": "",
        "tool": "test",
        "left": "test",
        "c": "provided",
        "deep": "",
        "a": "",
    }


def test_what_is_not_here_is_told(tmp_path: Path) -> None:
    needs = [dependency("g:a", "1"), dependency("g:c", "7"), dependency("g:open"), dependency("g:late", "LATEST")]
    found = scan(tmp_path, {"pom.xml": pom("x:shop", needs=needs, managed=[IMPORT])}, STORED)
    reasons = " ".join(gap.reason for gap in found.gaps)
    assert "asks for g:open, g:late" in reasons
    assert "not here: b:bill:2" in reasons
    assert "what these need is not known, for their files are not here: g:c:7" in reasons


def test_a_module_that_another_needs_is_the_project_s_own(tmp_path: Path) -> None:
    files = {
        "app/pom.xml": pom("x:app", needs=[dependency("x:part", "${project.version}")]),
        "part/pom.xml": pom("x:part", needs=[dependency("g:c", "2")]),
    }
    found = scan(tmp_path, files, STORED)
    assert told(found, "app/pom.xml") == {"g:c": "2"}
    assert {one.name for one in found.packages if one.application} == {"app", "part"}
    assert found.gaps == ()


def test_a_circle_of_parents_and_of_bills_ends(tmp_path: Path) -> None:
    one = pom(
        "x:one", parent=parent("x:two", path="../two"), managed=[dependency("x:two", "1", type="pom", scope="import")]
    )
    two = pom("x:two", parent=parent("x:one", path="../one"), needs=[dependency("g:a", "1")])
    assert told(scan(tmp_path, {"one/pom.xml": one, "two/pom.xml": two}), "two/pom.xml") == {"g:a": "1"}


def test_a_path_out_of_the_repository_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, {"secret/a/1/a-1.pom": pom("g:a", needs=[dependency("g:deep", "1")])})
    found = scan(tmp_path, {"pom.xml": pom("x:shop", needs=[dependency("../secret:a", "1")])}, {})
    assert all(one.name != "deep" for one in found.packages)


def test_the_repository_has_to_be_a_folder(tmp_path: Path) -> None:
    write(tmp_path, {"pom.xml": pom("x:shop")})
    with pytest.raises(UsageError, match="no folder"):
        take_inventory(f"dir:{tmp_path}", Options(maven_repository=str(tmp_path / "none")))


def test_files_in_other_encodings(tmp_path: Path) -> None:
    text = pom("x:shop", needs=[dependency("g:a", "1")]).replace("<properties>", "<properties><who>Jürgen</who>")
    (tmp_path / "pom.xml").write_bytes(f'<?xml version="1.0" encoding="ISO-8859-1"?>\n{text}'.encode("latin-1"))
    assert told(take_inventory(f"dir:{tmp_path}", Options())[1]) == {"g:a": "1"}


def profile(activation: str = "", version: str = "9", name: str = "g:c", properties: str = "") -> str:
    stated = f"<activation>{activation}</activation>" if activation else ""
    needs = f"<dependencies>{dependency(name, version)}</dependencies>" if name else ""
    return f"<profile><id>p</id>{stated}<properties>{properties}</properties>{needs}</profile>"


def with_profiles(text: str, *profiles: str) -> str:
    return text.replace("</project>", f"<profiles>{''.join(profiles)}</profiles></project>")


DEFAULT = "<activeByDefault>true</activeByDefault>"
EACH_JAVA = "<jdk>[1.8,)</jdk>"
ONE_JAVA = "<jdk>[11,17)</jdk>"


@pytest.mark.parametrize(
    ("profiles", "version"),
    [
        ([profile()], "3"),
        ([profile("<property><name>release</name></property>")], "3"),
        ([profile("<property><name>release</name><value>yes</value></property>")], "3"),
        ([profile("<property><name>!release</name></property>")], "9"),
        ([profile("<property><name>release</name><value>!no</value></property>")], "9"),
        ([profile("<property><name>env.CI</name></property>")], None),
        ([profile("<property><name>!java.x</name></property>")], None),
        ([profile("<property/>")], None),
        ([profile("<activeByDefault>false</activeByDefault>")], "3"),
        ([profile(DEFAULT)], "9"),
        ([profile(DEFAULT), profile(EACH_JAVA, "8")], "8"),
        ([profile(DEFAULT), profile(EACH_JAVA, name="")], "3"),
        ([profile(DEFAULT), profile(ONE_JAVA, name="")], None),
        ([profile(DEFAULT), profile("<jdk>(,1.5]</jdk>", "8")], "9"),
        ([profile(ONE_JAVA)], None),
        ([profile(ONE_JAVA, "3")], "3"),
        ([profile("<jdk>1.8</jdk>")], None),
        ([profile("<jdk>!1.8</jdk>")], None),
        ([profile("<jdk>[1.8]</jdk>")], None),
        ([profile("<jdk>(1.7,1.8)</jdk>")], "3"),
        ([profile("<jdk>(8,)</jdk>")], None),
        ([profile("<os><family>unix</family></os>")], None),
        ([profile("<file><exists>x</exists></file>")], None),
        ([profile("<os><family>unix</family></os><property><name>release</name></property>")], "3"),
        ([profile(f"{EACH_JAVA}<property><name>!x</name></property>")], "9"),
        ([profile(EACH_JAVA, "7"), profile(EACH_JAVA, "8")], "8"),
        ([profile(ONE_JAVA, "7"), profile("<jdk>17</jdk>", "3")], None),
        ([profile(ONE_JAVA, "3"), profile("<jdk>17</jdk>", "3")], "3"),
    ],
)
def test_only_active_profiles_count(tmp_path: Path, profiles: list[str], version: str | None) -> None:
    """None: it is not known whether it is active, and so not which version there is; that is told."""
    text = with_profiles(pom("x:shop", needs=[dependency("g:c", "3")]), *profiles)
    stored = {in_repository("g:c", one): pom("g:c", one) for one in "3789"}
    found = scan(tmp_path, {"pom.xml": text}, stored)
    assert told(found) == ({} if version is None else {"g:c": version})
    reasons = [gap.reason for gap in found.gaps]
    if version is None:
        assert any("it has other versions of g:c, which were not judged" in one for one in reasons)
    else:
        assert reasons == []


def test_properties_that_profiles_contradict_each_other_about(tmp_path: Path) -> None:
    one, other = (
        profile(when, name="", properties=f"<v>{at}</v>") for when, at in ((ONE_JAVA, "7"), ("<jdk>17</jdk>", "3"))
    )
    text = pom("x:shop", needs=[dependency("g:c", "${v}")], properties="<v>3</v>")
    stored = {in_repository("g:c", at): pom("g:c", at) for at in "37"}
    assert told(scan(tmp_path / "both", {"pom.xml": with_profiles(text, one, other)}, stored)) == {}
    assert told(scan(tmp_path / "same", {"pom.xml": with_profiles(text, other, other)}, stored)) == {"g:c": "3"}


def test_profiles_of_what_is_inherited_and_needed(tmp_path: Path) -> None:
    """What a profile manages comes before what its file does, and what one changes that may be active is no version."""
    above = with_profiles(
        pom("x:above", managed=[dependency("g:a", "${v}"), dependency("g:b", "1")], properties="<v>9</v>"),
        profile(EACH_JAVA, name="", properties="<v>1</v>"),
        f"<profile><activation>{EACH_JAVA}</activation><dependencyManagement><dependencies>{dependency('g:b', '7')}"
        "</dependencies></dependencyManagement></profile>",
    )
    child = pom(":app", needs=[dependency("g:a"), dependency("g:b")], parent=parent("x:above"))
    stored = {
        in_repository("g:a"): with_profiles(pom("g:a", needs=[dependency("g:c", "3")]), profile(ONE_JAVA)),
        in_repository("g:b", "7"): with_profiles(pom("g:b", "7"), profile(ONE_JAVA, name="g:added"), profile()),
        **{in_repository("g:c", one): pom("g:c", one) for one in "39"},
        in_repository("g:added", "9"): pom("g:added", "9"),
    }
    found = scan(tmp_path, {"pom.xml": above, "app/pom.xml": child}, stored)
    assert told(found, "app/pom.xml") == {"g:a": "1", "g:b": "7"}
    (reason,) = [gap.reason for gap in found.gaps if "it has other versions" in gap.reason]
    assert "of g:c, g:added, which" in reason


def test_plugins_of_a_profile_that_is_not_active_are_not_asked_for(tmp_path: Path) -> None:
    build = (
        f"<build><plugins><plugin><dependencies>{dependency('g:tool', '1')}</dependencies></plugin></plugins></build>"
    )
    off, on = (f"<profile>{activation}{build}</profile>" for activation in ("", f"<activation>{DEFAULT}</activation>"))
    assert scan(tmp_path / "off", {"pom.xml": with_profiles(pom("x:shop"), off)}).gaps == ()
    assert "g:tool" in scan(tmp_path / "on", {"pom.xml": with_profiles(pom("x:shop"), on)}).gaps[0].reason


NAMES = st.sampled_from("abcdef")


@given(
    st.dictionaries(
        NAMES,
        st.lists(st.tuples(NAMES, st.sampled_from("12")), max_size=4, unique_by=lambda need: need[0]),
        min_size=1,
        max_size=6,
    )
)
def test_each_name_is_there_once_and_as_near_as_it_can_be(graph: dict[str, list[tuple[str, str]]]) -> None:
    """Against the definition: a breadth-first search in which the first that asks for a name decides its version."""
    stored = {
        in_repository(f"g:{name}", version): pom(
            f"g:{name}", version, [dependency(f"g:{need}", at) for need, at in needs]
        )
        for name, needs in graph.items()
        for version in "12"
    }
    start = next(iter(graph))
    files = {"pom.xml": poms.parse(pom("x:shop", needs=[dependency(f"g:{start}", "1")]).encode())}
    project = Projects(files, lambda path: stored[path].encode() if path in stored else None).project("pom.xml")
    expected: dict[str, str] = {}
    level = [(start, "1")]
    while level:
        fresh = []
        for name, version in level:
            if name not in expected:
                expected[name] = version
                fresh.append(name)
        level = [need for name in fresh for need in graph.get(name, ())]
    assert {one.key.artifact: one.version for one in project.dependencies[1:]} == expected
    assert len(project.dependencies) == len(expected) + 1
    assert {key for label in project.unknown for key in label.split(":")[1:2]} == set(expected) - set(graph)


def test_projects_that_all_need_each_other_are_looked_up_within_a_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was not looked up to the end is told; what a file itself asks for is always there."""
    names = [f"m{number}" for number in range(12)]
    tree = {
        f"{name}/pom.xml": pom(f"g:{name}", needs=[dependency(f"g:{other}", "1") for other in names if other != name])
        for name in names
    }
    whole = scan(tmp_path, tree)
    assert whole.gaps == ()
    monkeypatch.setattr(effective, "_STEPS", 3 * 12 * 12)
    found = scan(tmp_path, tree)
    cut = {gap.subject for gap in found.gaps if "too often" in gap.reason}
    assert 0 < len(cut) < len(names)
    for name in names:
        stated = {one.name for one in found.packages if one.locations[0].path == f"{name}/pom.xml"}
        assert stated == set(names)
