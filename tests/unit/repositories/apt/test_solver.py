from garboard.repositories.apt.deb822 import Relation, groups, holds, key, paragraphs
from garboard.repositories.apt.index import AptIndex, AptIndexes
from garboard.repositories.apt.package import Suite, fields, version
from garboard.repositories.apt.policy import Policy
from garboard.repositories.apt.solver import Key, Market, plan
from tests.unit.repositories.fake_mirror import installed_stanza, stanza


def upgraded(status, offered, held=(), recommends=True):
    """Versions by name after the upgrade, and why others were kept."""
    installed = {}
    for text in status:
        one = version(fields(text.encode()))
        installed[Key(one.name, "amd64" if one.arch == "all" else one.arch)] = one
    archive = AptIndexes([AptIndex("\n".join(offered).encode(), Suite())], "amd64")
    policy = Policy(())

    def candidate(where):
        return policy.candidate(archive.versions(where.name, where.arch), installed.get(where))

    def newer(where):
        own = installed.get(where)
        return any(own is None or key(o.version) >= key(own.version) for o in archive.versions(where.name, where.arch))

    market = Market(candidate, archive.providing, newer, "amd64", recommends)
    made = plan(installed, [Key(name, "amd64") for name in held], market)
    return {
        where.name if where.arch == "amd64" else f"{where.name}:{where.arch}": one.version
        for where, one in made.state.items()
    }, made


def test_all_go_to_their_candidates():
    state, made = upgraded(
        [installed_stanza("a", "1"), installed_stanza("b", "1")], [stanza("a", "2"), stanza("b", "1")]
    )
    assert state == {"a": "2", "b": "1"}
    assert not made.kept


def test_what_is_newly_needed_comes_with_it():
    state, _ = upgraded(
        [installed_stanza("a", "1")],
        [stanza("a", "2", depends="b (>= 1)"), stanza("b", "1", depends="c"), stanza("c", "1"), stanza("d", "1")],
    )
    assert state == {"a": "2", "b": "1", "c": "1"}


def test_recommended_packages_come_unless_they_were_recommended_before():
    new = [stanza("a", "2", recommends="b, c"), stanza("b", "1"), stanza("c", "1")]
    state, _ = upgraded([installed_stanza("a", "1", recommends="c")], new)
    assert state == {"a": "2", "b": "1"}
    assert upgraded([installed_stanza("a", "1")], new, recommends=False)[0] == {"a": "2"}


def test_an_unmet_dependency_keeps_the_package_back():
    state, made = upgraded([installed_stanza("a", "1")], [stanza("a", "2", depends="b")])
    assert state == {"a": "1"}
    assert made.kept == {Key("a", "amd64"): "2 needs b, which cannot be had"}


def test_a_held_library_keeps_its_users_back():
    status = [installed_stanza("curl", "1", depends="libcurl (= 1)"), installed_stanza("libcurl", "1")]
    offered = [stanza("curl", "2", depends="libcurl (= 2)"), stanza("libcurl", "2")]
    state, made = upgraded(status, offered, held=["libcurl"])
    assert state == {"curl": "1", "libcurl": "1"}
    assert "needs libcurl (= 2)" in made.kept[Key("curl", "amd64")]


def test_a_held_user_keeps_its_library_back():
    status = [installed_stanza("curl", "1", depends="libcurl (= 1)"), installed_stanza("libcurl", "1")]
    offered = [stanza("curl", "2", depends="libcurl (= 2)"), stanza("libcurl", "2")]
    state, made = upgraded(status, offered, held=["curl"])
    assert state == {"curl": "1", "libcurl": "1"}
    assert "curl 1 is kept" in made.kept[Key("libcurl", "amd64")]


def test_provided_packages_satisfy():
    state, made = upgraded(
        [installed_stanza("a", "1"), installed_stanza("mawk", "1", provides="awk")],
        [stanza("a", "2", depends="awk"), stanza("gawk", "1", provides="awk")],
    )
    assert state == {"a": "2", "mawk": "1"}
    assert not made.guesses


def test_one_of_several_providers_is_a_guess_that_is_told():
    state, made = upgraded(
        [installed_stanza("a", "1")],
        [
            stanza("a", "2", depends="awk"),
            stanza("gawk", "1", provides="awk", priority="optional"),
            stanza("mawk", "1", provides="awk", priority="required"),
        ],
    )
    assert state == {"a": "2", "mawk": "1"}
    assert "gawk" in made.guesses[Key("mawk", "amd64")]


def test_an_unversioned_provision_does_not_meet_a_version():
    offered = [stanza("a", "2", depends="lib (>= 2)"), stanza("other", "3", provides="lib")]
    assert upgraded([installed_stanza("a", "1")], offered)[0] == {"a": "1"}
    offered[1] = stanza("other", "3", provides="lib (= 2)")
    assert upgraded([installed_stanza("a", "1")], offered)[0] == {"a": "2", "other": "3"}


def test_an_obsolete_package_makes_room():
    status = [installed_stanza("a", "1", depends="libssl3"), installed_stanza("libssl3", "1")]
    offered = [stanza("a", "2", depends="libssl3t64"), stanza("libssl3t64", "2", breaks="libssl3 (<< 2)")]
    state, made = upgraded(status, offered)
    assert state == {"a": "2", "libssl3t64": "2"}
    assert made.removed == {Key("libssl3", "amd64")}


def test_a_package_that_is_still_published_is_not_removed():
    status = [installed_stanza("a", "1"), installed_stanza("b", "1")]
    state, made = upgraded(status, [stanza("a", "2", conflicts="b"), stanza("b", "1")])
    assert state == {"a": "1", "b": "1"}
    assert "does not go with b" in made.kept[Key("a", "amd64")]


def test_architectures_that_go_together():
    both = {"multi_arch": "same"}
    status = [installed_stanza("lib", "1", **both), installed_stanza("lib", "1", architecture="i386", **both)]
    offered = [stanza("lib", "2", **both)]
    assert upgraded(status, offered)[0] == {"lib": "1", "lib:i386": "1"}
    offered.append(stanza("lib", "2", architecture="i386", **both))
    assert upgraded(status, offered)[0] == {"lib": "2", "lib:i386": "2"}


def test_a_foreign_package_depends_within_its_architecture():
    status = [installed_stanza("a", "1", architecture="i386")]
    offered = [
        stanza("a", "2", architecture="i386", depends="lib"),
        stanza("lib", "1", architecture="i386"),
        stanza("lib", "1"),
    ]
    assert upgraded(status, offered)[0] == {"a:i386": "2", "lib:i386": "1"}


def test_relations():
    text = "a (>= 1.2) | b:any [amd64 !i386] <!nocheck>, c(=2),d"
    assert groups(text) == (
        (Relation("a", "", ">=", "1.2"), Relation("b", "any")),
        (Relation("c", "", "=", "2"),),
        (Relation("d"),),
    )
    assert holds(Relation("a", "", "<<", "2"), "1")
    assert not holds(Relation("a", "", ">>", "2"), "2")
    assert holds(Relation("a", "", "<=", "2"), "2~rc1")


def test_paragraphs():
    text = "# a comment\nA: 1\nB: x\n  y\n .\n\n\n\nA: 2\nbroken line\n"
    assert list(paragraphs(text)) == [{"a": "1", "b": "x\ny\n."}, {"a": "2", "broken line": ""}]
