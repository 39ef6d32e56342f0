"""Which names are worth a closer look: a walk asks for these alone."""

from __future__ import annotations

from garboard.image.layers.globs import Extra, Matcher
from garboard.image.layers.linked import Alias


class Modules:
    NAME = "modules"
    VERSION = 1
    GLOBS = ("**/site-packages/*.py", "**/*.jar", "usr/lib/*.so")

    def catalog(self, file, /):
        return iter(())


def test_an_extension_that_is_wanted_in_one_folder_is_looked_for_there_alone():
    matcher = Matcher([Modules()])
    assert matcher.ends(b"a/site-packages/x.py", b"x.py") == (b".py",)
    assert matcher.ends(b"a/b/x.py", b"x.py") == ()
    assert matcher.ends(b"x.py", b"x.py") == ()
    assert matcher.ends(b"lib/x.so", b"x.so") == (b".so",)
    for path in (b"a/site-packages/x.jar", b"a/b/x.jar", b"x.jar", b"lib/x.jar"):
        assert matcher.ends(path, path.rpartition(b"/")[2]) == (b".jar",)


def test_the_order_of_globs_does_not_matter():
    class Reversed(Modules):
        GLOBS = Modules.GLOBS[::-1]

    one, other = Matcher([Modules()]), Matcher([Reversed()])
    assert one.extensions == other.extensions
    assert one.extensions_in == other.extensions_in


def test_a_folder_that_a_link_leads_to_has_its_own():
    matcher = Matcher([Modules()]).with_extras([Extra(b"data/s", "modules", "*.py", b"a/site-packages")])
    assert matcher.readers(b"data/s/x.py") == ("modules",)
    assert matcher.ends(b"data/s/x.py", b"x.py") == (b".py",)
    assert matcher.ends(b"data/t/x.py", b"x.py") == ()


def test_below_folders_that_links_lead_to_names_of_folders_say_nothing():
    matcher = Matcher([Modules()]).with_aliases([Alias(b"data/s", b"a/site-packages", ("modules",))])
    assert matcher.ends(b"data/s/x.py", b"x.py") == (b".py",)
    assert matcher.readers(b"data/s/x.py") == ("modules",)
