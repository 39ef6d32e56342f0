"""Layers on layers, as containerd applies them."""

from __future__ import annotations

import tarfile

from garboard.packages.assemble import assemble
from tests.unit.image.layers.builders import Entry, Seeing, folder, hard, layer_of, link, live, read, tar

STATUS = "var/db/status"


def test_a_later_layer_wins_and_every_version_is_kept():
    files = read(tar([(STATUS, b"one")]), tar(["other"]), tar([(STATUS, b"two")]))
    assert live(files) == {STATUS: "two"}
    assert layer_of(files, STATUS) == [(0, True), (2, True)]


def test_a_whiteout_hides_a_file_and_is_a_version():
    files = read(tar([(STATUS, b"one")]), tar(["var/db/.wh.status"]))
    assert live(files) == {}
    assert layer_of(files, STATUS) == [(0, True), (1, False)]


def test_a_whiteout_of_a_folder_hides_all_below():
    files = read(tar([("app/a/package.json", b"a"), ("app/b/package.json", b"b")]), tar(["app/.wh.a"]))
    assert live(files) == {"app/b/package.json": "b"}


def test_a_whiteout_does_not_touch_its_own_layer_whatever_the_order():
    for order in (["var/db/.wh.status", (STATUS, b"new")], [(STATUS, b"new"), "var/db/.wh.status"]):
        assert live(read(tar([(STATUS, b"old")]), tar(order))) == {STATUS: "new"}


def test_an_opaque_folder_hides_what_lower_layers_had_and_nothing_of_its_own():
    upper = tar([folder("app"), "app/.wh..wh..opq", ("app/new/package.json", b"new")])
    assert live(read(tar([("app/old/package.json", b"old")]), upper)) == {"app/new/package.json": "new"}


def test_names_that_only_look_like_whiteouts_hide_nothing():
    lower = tar([("opt/ale/package.json", b"ale"), ("opt/whale/package.json", b"whale")])
    upper = tar(["opt/whale/x", "opt/awh.ale", ("opt/wheel.egg", b"wheel")])
    assert live(read(lower, upper)) == {
        "opt/ale/package.json": "ale", "opt/whale/package.json": "whale", "opt/wheel.egg": "wheel",
    }  # fmt: skip


def test_a_file_in_place_of_a_folder_hides_the_folder():
    assert live(read(tar([("app/package.json", b"x")]), tar([("app", b"now a file")]))) == {}


def test_a_folder_in_place_of_a_file_hides_the_file():
    assert live(read(tar([(STATUS, b"x")]), tar([folder(STATUS)]))) == {}


def test_a_folder_over_a_folder_hides_nothing():
    assert live(read(tar([(STATUS, b"x")]), tar([folder("var"), folder("var/db")]))) == {STATUS: "x"}


def test_a_device_or_link_in_place_of_a_file_hides_it():
    lower = tar([(STATUS, b"x")])
    assert live(read(lower, tar([Entry(STATUS, kind=tarfile.FIFOTYPE)]))) == {}
    assert live(read(lower, tar([link(STATUS, "nowhere")]))) == {}


def test_a_device_in_place_of_a_file_is_a_gap_while_it_is_there():
    for kind in (tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE):
        device = tar([Entry(STATUS, kind=kind), Entry("var/db/other", kind=kind)])
        [gap] = assemble(read(device)).gaps
        assert (gap.subject, gap.unread) == (STATUS, True)
        assert assemble(read(device, tar(["var/db/.wh.status"]))).gaps == ()
        assert assemble(read(device, tar([(STATUS, b"x")]))).gaps == ()


def test_a_fixed_path_is_read_through_linked_folders_absolute_ones_too():
    for target in ("/opt/state/db", "../opt/state/db", "../../../../opt/state/db"):
        files = read(tar([("opt/state/db/status", b"x"), link("var/db", target)]))
        assert live(files) == {STATUS: "x"}, target
        assert [history.path for history in files.histories] == ["opt/state/db/status"]


def test_a_fixed_folder_of_a_glob_is_read_through_links():
    files = read(tar([("opt/db/info/a.list", b"a"), ("opt/db/status", b"s"), link("var/db", "/opt/db")]))
    assert live(files) == {"var/db/info/a.list": "a", STATUS: "s"}


def test_a_chain_of_links_over_several_layers():
    lower = tar([("data/x/status", b"x"), link("opt", "data")])
    assert live(read(lower, tar([link("var/db", "/opt/x")]))) == {STATUS: "x"}


def test_a_link_that_another_layer_takes_away_leads_nowhere():
    lower = tar([("opt/db/status", b"x"), link("var/db", "/opt/db")])
    files = read(lower, tar(["var/.wh.db"]))
    assert live(files) == {}


def test_a_file_written_through_a_linked_folder_of_its_own_layer_lands_where_the_link_leads():
    files = read(tar([folder("usr/lib"), link("lib", "usr/lib"), ("lib/a/package.json", b"a")]), tar(["usr/lib/.wh.a"]))
    assert live(files) == {}
    assert layer_of(files, "usr/lib/a/package.json") == [(0, True), (1, False)]


def test_a_file_written_below_a_link_of_a_lower_layer_puts_a_folder_in_its_place():
    lower = tar([("usr/lib/b/package.json", b"b"), link("lib", "usr/lib")])
    files = read(lower, tar([("lib/a/package.json", b"a")]))
    assert live(files) == {"lib/a/package.json": "a", "usr/lib/b/package.json": "b"}


def test_a_whiteout_below_a_link_of_a_lower_layer_hides_nothing_behind_it():
    lower = tar([("usr/lib/package.json", b"b"), link("lib", "usr/lib")])
    assert live(read(lower, tar(["lib/.wh.package.json"]))) == {"usr/lib/package.json": "b"}
    assert live(read(lower, tar(["lib/.wh..wh..opq"]))) == {"usr/lib/package.json": "b"}


def test_an_opaque_root_hides_nothing_and_is_told():
    files = read(tar([("package.json", b"a")]), tar([".wh..wh..opq"]))
    assert live(files) == {"package.json": "a"}
    assert ["opaque" in gap.reason for gap in files.gaps] == [True]


def test_a_linked_file_is_read_where_it_leads():
    files = read(tar([("store/abc", b"x"), link("app/package.json", "../store/abc")]))
    assert live(files) == {"app/package.json": "x"}


def test_a_link_to_a_file_that_is_read_anyway_counts_once():
    files = read(tar([("app/package.json", b"x"), link("etc/release", "../app/package.json")]))
    assert live(files) == {"app/package.json": "x"}


def test_hard_links_share_content_in_one_layer_and_across_layers():
    files = read(tar([("store/abc", b"x"), hard("app/package.json", "store/abc")]))
    assert live(files) == {"app/package.json": "x"}
    files = read(tar([("store/abc", b"x")]), tar([hard("app/package.json", "store/abc")]))
    assert live(files) == {"app/package.json": "x"}
    assert layer_of(files, "app/package.json") == [(1, True)]


def test_a_hard_link_to_nothing_is_a_gap():
    files = read(tar([hard("app/package.json", "store/abc")]))
    assert live(files) == {}
    files = read(tar([hard("app/package.json", "b/package.json")]))
    assert [gap.subject for gap in files.gaps] == ["app/package.json"]


def test_links_in_a_loop_are_a_gap_that_names_the_limit():
    files = read(tar([link("var", "var"), (STATUS, b"x")]))
    assert any("40" in gap.reason for gap in files.gaps)
    files = read(tar([link("var/db", "a"), link("var/a", "db/a")]))
    assert any("40" in gap.reason for gap in files.gaps)


def test_names_that_leave_the_root_are_clamped_to_it_and_told():
    files = read(tar([("../../etc/release", b"x"), ("/var/db/status", b"y")]))
    assert live(files) == {"etc/release": "x", STATUS: "y"}
    assert any(".." in gap.reason for gap in files.gaps)


def test_of_a_folder_and_a_file_of_one_name_in_one_layer_the_last_counts():
    files = read(tar([("app/package.json", b"x"), ("app", b"a file")]))
    assert live(files) == {}
    assert files.gaps == ()


def test_the_last_of_two_members_of_one_name_counts():
    assert live(read(tar([(STATUS, b"one"), (STATUS, b"two")]))) == {STATUS: "two"}


def test_gaps_of_readers_are_facts_like_others():
    files = read(tar([(STATUS, b"gap")]))
    assert len(files.histories[0].versions[0].facts) == 2


def test_a_reader_sees_a_linked_file_under_the_path_that_it_asked_for():
    seen: list[str] = []

    class Noting(Seeing):
        def catalog(self, file):
            seen.append(file.path)
            return super().catalog(file)

    read(tar([("opt/db/status", b"x"), link("var/db", "/opt/db")]), reader=Noting())
    assert seen == [STATUS]
