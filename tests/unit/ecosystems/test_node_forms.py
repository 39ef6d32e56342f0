"""Forms of lock files of Node's installers."""

from __future__ import annotations

from garboard.ecosystems.node import lockfiles
from garboard.lock_text import Remark

_YARN = '__metadata:\n  version: 10\n\n"a@npm:1.0.0":\n  version: 1.0.0\n  resolution: "a@npm:1.0.0"\n'
_BUN = '{"lockfileVersion": 2, "workspaces": {"": {"dependencies": {"a": "1.0.0"}}}, "packages": {"a": ["a@1.0.0", "", {}, ""]}}'
_PNPM = """---
lockfileVersion: '9.0'
importers:
  .:
    configDependencies:
      c:
        specifier: 2.0.0
        version: 2.0.0
packages:
  c@2.0.0:
    resolution: {integrity: sha512-c}
snapshots:
  c@2.0.0: {}
---
lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      a:
        specifier: 1.0.0
        version: 1.0.0
packages:
  a@1.0.0:
    resolution: {integrity: sha512-a}
snapshots:
  a@1.0.0: {}
"""


def test_new_forms_are_known() -> None:
    for found in (list(lockfiles._berry(_YARN)), list(lockfiles._bun(_BUN))):
        assert not [one for one in found if isinstance(one, Remark)]


def test_every_document_of_pnpm_is_read() -> None:
    found = [one for one in lockfiles._pnpm(_PNPM) if isinstance(one, lockfiles.LockedModule)]
    assert [(one.name, one.version, one.asked) for one in found] == [("a", "1.0.0", True), ("c", "2.0.0", True)]
