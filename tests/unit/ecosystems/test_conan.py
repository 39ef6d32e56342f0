"""Packages of Conan 1."""

from __future__ import annotations

from tests.unit.ecosystems.reading import cataloger_of, packages, read
from tests.unit.ecosystems.taking import taken

cataloger = cataloger_of("conan")


def test_a_package():
    path = "root/.conan/data/zlib/1.2.11/_/_/package/6af9cc7cb931c5ad942174fd7838eb655717c709/conaninfo.txt"
    assert [(one.name, one.version) for one in packages(read(cataloger, path, "[settings]\n"))] == [("zlib", "1.2.11")]


def test_the_cache_of_conan_2_is_a_gap():
    assert [gap.subject for gap in taken({"root/.conan2/p/cache.sqlite3": b"SQLite"}).gaps] == [
        "packages in the cache of Conan 2"
    ]
