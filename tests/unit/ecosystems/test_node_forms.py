"""Forms of lock files of Node's installers."""

from __future__ import annotations

from garboard.ecosystems.node import lockfiles
from garboard.lock_text import Remark

_YARN = '__metadata:\n  version: 10\n\n"a@npm:1.0.0":\n  version: 1.0.0\n  resolution: "a@npm:1.0.0"\n'
_BUN = '{"lockfileVersion": 2, "workspaces": {"": {"dependencies": {"a": "1.0.0"}}}, "packages": {"a": ["a@1.0.0", "", {}, ""]}}'


def test_new_forms_are_known() -> None:
    for found in (list(lockfiles._berry(_YARN)), list(lockfiles._bun(_BUN))):
        assert not [one for one in found if isinstance(one, Remark)]
