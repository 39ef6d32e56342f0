from __future__ import annotations

import msgspec

from garboard.actions.autoremove import Removal
from garboard.model.package import Inventory, Package, Retention
from tests.unit.actions.scans import deb


def removal(*packages: Package, retention: tuple[Retention, ...] = ()) -> Removal:
    return Removal(Inventory(packages=packages, retention=retention))


def names(gone: frozenset[str] | None) -> list[str] | None:
    return None if gone is None else sorted(one.split("/")[2].split("@")[0] for one in gone)


def asked(name: str, **more) -> Package:
    return deb(name, automatic=False, **more)


def came(name: str, **more) -> Package:
    return deb(name, automatic=True, **more)


def test_what_only_it_needs_goes_with_it() -> None:
    git, perl, libc = asked("git", needs=("perl", "libc6")), came("perl"), deb("libc6", essential=True)
    assert names(removal(git, perl, libc).without([git.id])) == ["git", "perl"]


def test_what_needs_it_goes_too() -> None:
    app, python = asked("app", needs=("python3",)), asked("python3")
    found = removal(app, python)
    gone = found.without([python.id])
    assert names(gone) == ["app", "python3"]
    assert gone is not None
    assert [one.name for one in found.asked_for(gone)] == ["app", "python3"]


def test_another_alternative_is_enough() -> None:
    app = msgspec.structs.replace(asked("app"), requires=(("mawk", "gawk"),))
    mawk, gawk = asked("mawk"), asked("gawk")
    assert names(removal(app, mawk, gawk).without([mawk.id])) == ["mawk"]
    assert names(removal(app, mawk, gawk).without([mawk.id, gawk.id])) == ["app", "gawk", "mawk"]


def test_an_essential_package_stays_and_so_does_what_it_needs() -> None:
    libc, init = asked("libc6"), deb("init", essential=True, needs=("libc6",))
    assert removal(libc, init).without([libc.id]) is None
    assert removal(asked("apt")).without([asked("apt").id]) is None


def test_recommended_and_suggested_packages_stay_unless_told_otherwise() -> None:
    less, doc = came("less"), came("git-doc")
    git = asked("git", recommends=(("less",),), suggests=(("git-doc",),))
    vim = asked("vim")
    assert names(removal(git, vim, less, doc).without([vim.id])) == ["vim"]
    told = (Retention(type="deb", suggested=False), Retention(type="deb", recommended=True))
    assert names(removal(git, vim, less, doc, retention=told).without([vim.id])) == ["git-doc", "vim"]


def test_what_nothing_needs_is_known_beforehand() -> None:
    assert names(removal(asked("git"), came("left")).unneeded) == ["left"]


def test_what_is_not_recorded_counts_as_asked_for() -> None:
    git, perl = asked("git", needs=("perl",)), deb("perl")
    assert names(removal(git, perl).without([git.id])) == ["git"]
