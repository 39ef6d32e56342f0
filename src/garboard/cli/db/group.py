"""``garboard db``: the vulnerability database."""

from __future__ import annotations

from garboard.cli.command import group
from garboard.cli.db.build import build
from garboard.cli.db.diff import diff
from garboard.cli.db.export_bundle import export_bundle
from garboard.cli.db.import_bundle import import_bundle
from garboard.cli.db.index_jars import index_jars
from garboard.cli.db.list_shards import list_shards
from garboard.cli.db.push import push
from garboard.cli.db.query import query
from garboard.cli.db.show import show
from garboard.cli.db.status import status
from garboard.cli.db.update import update
from garboard.cli.db.verify import verify

command = group(
    "db",
    "Fetch, inspect and carry the vulnerability database.",
    *(update, build, status, list_shards, query, show, diff, verify, push, export_bundle, import_bundle, index_jars),
)
