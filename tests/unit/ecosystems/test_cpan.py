"""Perl distributions, and the lists of files that they answer for."""

from __future__ import annotations

import pytest

from garboard.image import read as read_image
from garboard.image.layers.cache import NoCache
from garboard.image.options import Options
from garboard.packages.assemble import assemble
from garboard.packages.catalogers import CATALOGERS
from tests.unit.ecosystems.reading import cataloger_of, gaps, packages, read
from tests.unit.ecosystems.taking import taken
from tests.unit.image.layers.builders import Entry, Given, tar

cataloger = cataloger_of("cpan")


@pytest.mark.parametrize(
    ("path", "data", "expected"),
    [
        (
            "usr/local/lib/perl5/x/.meta/Mojolicious-9.33/install.json",
            '{"dist":"Mojolicious-9.33","version":"9.33","name":"Mojolicious"}',
            ("cpan", "Mojolicious", "9.33"),
        ),
        ("a/.meta/A-B-v1.2/install.json", '{"dist":"A-B-v1.2","version":"1.2"}', ("cpan", "A-B", "v1.2")),
    ],
)
def test_a_package(path: str, data: str, expected: tuple[str, ...]) -> None:
    (found,) = packages(read(cataloger, path, data))
    assert (found.type, found.full_name, found.version, *found.licenses) == expected


@pytest.mark.parametrize(
    ("path", "data", "text"),
    [
        ("a/.meta/a/install.json", "", "is not what cpanm writes"),
        ("a/.meta/a/install.json", "[]", "is not what cpanm writes"),
        ("a/.meta/a/install.json", "{}", "does not state"),
        ("a/.meta/a/install.json", '{"dist":"a","version":"1"}', "does not state"),
    ],
)
def test_what_cannot_be_read_is_a_gap(path: str, data: str, text: str) -> None:
    (reason,) = gaps(read(cataloger, path, data))
    assert text in reason


def test_which_lists_of_files_are_answered_for() -> None:
    lib = "usr/local/lib/perl5"
    entries = [
        Entry(f"{lib}/.meta/A-B-1.0/install.json", b'{"dist": "A-B-1.0", "version": "1.0"}'),
        Entry(f"{lib}/auto/A/B/.packlist"),
        Entry(f"{lib}/auto/C/.packlist"),
    ]
    inventory = assemble(read_image(Given(tar(entries)), CATALOGERS, NoCache(), Options()))
    assert [gap.reason for gap in inventory.gaps] == [f"found, and not read: {lib}/auto/C/.packlist"]


def test_a_folder_of_cpanm_without_its_own_file() -> None:
    lib = "usr/local/lib/perl5/.meta"
    entries = [
        Entry(f"{lib}/A-B-v1.0/MYMETA.json", b"{}"),
        Entry(f"{lib}/C-2/MYMETA.json", b"{}"),
        Entry(f"{lib}/C-2/install.json", b'{"dist": "C-2", "version": "2"}'),
        Entry(f"{lib}/none/MYMETA.json", b"{}"),
    ]
    inventory = assemble(read_image(Given(tar(entries)), CATALOGERS, NoCache(), Options()))
    assert [(one.name, one.version, len(one.locations)) for one in inventory.packages] == [
        ("A-B", "v1.0", 1),
        ("C", "2", 1),
    ]
    assert not inventory.gaps


JOURNAL = """\
=head2 Tue Jan  2 10:00:00 2024: C<Module> L<JSON::XS|JSON::XS>

=over 4

=item *

C<VERSION: 4.02>

=back

=head2 Wed Jan  3 10:00:00 2024: C<Module> L<JSON::XS|JSON::XS>

C<VERSION: 4.03>

=head2 Thu: C<Module> L<Without|Without>

=head2 Thu: C<Perl> L<perl>
"""


def test_what_perls_own_installer_wrote_down():
    facts = read(cataloger, "usr/local/lib/perl5/perllocal.pod", JOURNAL)
    assert [(one.name, one.version) for one in packages(facts)] == [("JSON-XS", "4.03")]
    assert gaps(facts) == ["distribution Without has no version: it was not judged"]


def test_the_journal_only_repeats_cpanm_and_answers_for_lists_of_files():
    found = taken(
        {
            "usr/local/lib/perl5/perllocal.pod": JOURNAL.partition("=head2 Thu")[0].encode(),
            "usr/local/lib/perl5/auto/JSON/XS/.packlist": b"/usr/local/lib/perl5/JSON/XS.pm\n",
        }
    )
    assert [one.name for one in found.packages] == ["JSON-XS"]
    assert found.gaps == ()
    both = taken(
        {
            "usr/local/lib/perl5/perllocal.pod": JOURNAL.partition("=head2 Thu")[0].encode(),
            "usr/local/lib/perl5/.meta/JSON-XS-4.03/install.json": b'{"dist": "JSON-XS-4.03", "version": "4.03"}',
        }
    )
    assert [one.locations[0].path.rpartition("/")[2] for one in both.packages] == ["install.json"]
