"""The limits for untrusted input; exceeding one is an error or a gap that names the number."""

from __future__ import annotations

from garboard.model.base import Value

MIB = 1024 * 1024


class Limits(Value):
    """Bounds on what one image may make this program do. All sizes are in bytes."""

    layer_bytes: int = 64 * 1024 * MIB
    """Of one layer after decompression."""
    compression_ratio: int = 250
    """Ratio of decompressed to compressed size, checked once a layer has passed `ratio_floor`."""
    ratio_floor: int = 1024 * MIB
    file_bytes: int = 256 * MIB
    """Of one file that a cataloger reads."""
    text_bytes: int = 32 * MIB
    """Of one that is text, and not a database: real ones have a few MiB."""
    mapped_bytes: int = 4096 * MIB
    """Of one that is read in parts: an archive or a program. It is never in memory as a whole."""
    wanted_bytes: int = 1024 * MIB
    """Of all files of one layer that catalogers read."""
    members: int = 20_000_000
    """Members of one layer."""
    special_bytes: int = 1 * MIB
    """Of one PAX or GNU extension header."""
    path_bytes: int = 4096
    """Of one path (PATH_MAX)."""
    metadata_bytes: int = 8 * MIB
    """Of a manifest, an index or an image configuration."""
    names_bytes: int = 8 * MIB
    """Of a list of images' names."""
    dockerfile_bytes: int = MIB // 2
    """Of a Dockerfile; real ones have a few KiB."""
    dockerfile_stages: int = 1000
    layers: int = 512
    link_hops: int = 40
    """Symbolic links followed for one path (the kernel's own limit)."""
    links_followed: int = 20_000
    """Files reached only through links, which need another pass over a layer."""
    goal_bytes: int = 128 * MIB
    """Of the paths of one image that are kept while its layers are merged: those that matter, and the folders above them."""
    repositories: int = 64
    """Package repositories of one kind that an image may name; also how many problems of its settings are reported."""
    indexes: int = 256
    """Of all of its Debian repositories."""
    indexes_bytes: int = 1024 * MIB
    """Of all of these together, decompressed: they are kept until every package was looked up."""
    answers_bytes: int = 128 * MIB
    """Of documents requested from mirrors, and so kept, at the same time; a single one may be larger."""
    answer_seconds: int = 300
    """Until a server's answer begins: its status and headers. Like the following ones not for a local engine."""
    window_seconds: int = 60
    """In each such time of waiting for a server it sends `window_bytes`, or its answer ends."""
    window_bytes: int = 64 * 1024
    transfer_seconds: int = 48 * 3600
    """Of waiting for the answers of servers in one command, those received at the same time added up."""


DEFAULT = Limits()
