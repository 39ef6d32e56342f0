"""What docker-library's ``repo-info`` publishes for each tag of an official image, in Markdown.

``repos/NAME/local/TAG.md`` lists the packages of one platform's image; ``repos/NAME/remote/TAG.md`` lists the
manifests, layers and history of all platforms. Neither contains diff ids, so such an image can be recommended but never
recognized. The two files of a tag can come from different days: they describe the same image only if they name the same
configuration.
"""

from __future__ import annotations

import email.utils
import re
from collections.abc import Iterator
from typing import Final

from garboard.model.base import Value
from garboard.model.baseimage import OFFICIAL, BaseImage, BaseName
from garboard.model.errors import CatalogError
from garboard.model.gap import Gap
from garboard.model.image import Digest, History, Image, Layer, Platform
from garboard.model.package import Distro, Inventory, Package

SOURCE: Final = "repo-info"
_PATH: Final = re.compile(r"(?:^|/)repos/([a-z0-9._-]+)/(local|remote)/([\w][\w.-]{0,127})\.md$", re.ASCII)
_SHA: Final = r"sha256:[0-9a-f]{64}"
_ID: Final = re.compile(rf"^-[ \t]+Image ID: `({_SHA})`", re.MULTILINE)
_PULL: Final = re.compile(rf"^\$ docker pull \S+@({_SHA})", re.MULTILINE)
_SIZE: Final = re.compile(r"^-[ \t]+Total Size: .*\(([0-9]{1,18}) bytes\)", re.MULTILINE)
_LAYER: Final = re.compile(
    rf"^[ \t]+-[ \t]+`({_SHA})`[ \t]*\n[ \t]+Last Modified: [^\n]*\n[ \t]+Size: ([^\n]*)\n[ \t]+MIME: (\S+)",
    re.MULTILINE,
)
_BYTES: Final = re.compile(r"\(([0-9]{1,18}) bytes\)|^([0-9]{1,6})(?:\.0)? B")
_DATED: Final = re.compile(r"^# ([A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT)$", re.MULTILINE)
_PLATFORM: Final = re.compile(r"^### `[^`\n]*` - (\w+)[^;\n]*; (\w+)(?: variant (\w+))?", re.MULTILINE)
_TITLE: Final = re.compile(r"^# `[^`\n:]*:([\w][\w.-]{0,127})`", re.ASCII)
_ARCH: Final = re.compile(r"^- Arch: `(\w+)`/`(\w+)`(?:[^`\n]*`(\w+)`)?", re.MULTILINE)
_CREATED: Final = re.compile(r"^- Created: `([^`\n]+)`", re.MULTILINE)
_ENV: Final = re.compile(r"^  - `([^`\n]+)`", re.MULTILINE)
_LIST: Final = re.compile(r"^## `(\w+)` \(`", re.MULTILINE)
_SECTION: Final = re.compile(r"^### `(apk|dpkg)` (?:source )?package: `([^`\n]+)`", re.MULTILINE)
_ITEM: Final = re.compile(r"^- `([^`\n]+)`", re.MULTILINE)
_LICENSES: Final = re.compile(r"^Licenses:", re.MULTILINE)
_DEBIAN: Final = re.compile(r"\+deb([0-9]+)u")
_EMPTY: Final = re.compile(
    "(?:ENV|CMD|ENTRYPOINT|LABEL|EXPOSE|USER|STOPSIGNAL|VOLUME|ARG|SHELL|HEALTHCHECK|MAINTAINER|ONBUILD)(?: |$)"
)
_PROOF: Final = {"deb": "dpkg", "apk": "musl"}
"""A package that every complete list contains: a list without it was truncated."""


class InfoImage(Value):
    """One image as the catalog stores it; ``inventory`` is None if its packages are unknown."""

    base: BaseImage
    inventory: Inventory | None = None


class InfoDocument(Value):
    """A document's position in the tree: the full repository name, ``local`` or ``remote``, and the tag."""

    repository: str
    kind: str
    tag: str


def document(path: str) -> InfoDocument | None:
    """Parse a path (or an address) of the tree; return None if it is not such a document."""
    found = _PATH.search(path)
    return InfoDocument(repository=f"{OFFICIAL}{found[1]}", kind=found[2], tag=found[3]) if found else None


def parse(data: bytes, where: InfoDocument) -> tuple[InfoImage, ...]:
    """Return the images that a document describes.

    Raises:
        CatalogError: The data is not such a document.
    """
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    return (_local(text, where),) if where.kind == "local" else tuple(_remote(text, where))


def _remote(text: str, where: InfoDocument) -> Iterator[InfoImage]:
    parts = _PLATFORM.split(text)
    index = _PULL.search(parts[0])
    for os, architecture, variant, part in zip(parts[1::4], parts[2::4], parts[3::4], parts[4::4], strict=True):
        manifest, config = _PULL.search(part), _ID.search(part)
        if (os, architecture) == ("unknown", "unknown") or manifest is None:
            continue  # attestations are no images
        history = tuple(_history(part))
        size = _SIZE.search(part)
        image = Image(
            name=f"{where.repository}:{where.tag}",
            source=SOURCE,
            layers=tuple(_layers(part)),
            history=history,
            platform=Platform(os=os, architecture=architecture, variant=variant or ""),
            config_digest=config[1] if config else "",
            manifest_digest=manifest[1],
            created=history[-1].created if history else "",
        )
        yield _entry(image, where, (where.tag,), index[1] if index else "", int(size[1]) if size else None)


def _entry(
    image: Image, where: InfoDocument, tags: tuple[str, ...], index: str = "", size: int | None = None
) -> InfoImage:
    names = (
        BaseName(
            repository=where.repository,
            tag=tag,
            index_digest=index if index != image.manifest_digest else "",
            seen=image.created,
        )
        for tag in dict.fromkeys(tags)
    )
    key = image.manifest_digest or image.config_digest
    return InfoImage(base=BaseImage(key=key, image=image, names=tuple(names), size=size, source=SOURCE))


def _layers(part: str) -> Iterator[Layer]:
    """Yield the layer blobs; their uncompressed digests (diff ids) are not published."""
    for digest, size, kind in _LAYER.findall(part):
        count = _BYTES.search(size)
        yield Layer(
            diff_id=Digest(""),
            digest=Digest(digest),
            media_type=kind,
            size=int(count[1] or count[2]) if count else None,
        )


def _history(part: str) -> Iterator[History]:
    """Yield the history; only the instruction shows which entries made no layer."""
    block = part.partition("```dockerfile\n")[2].partition("\n```\n")[0]
    pieces = _DATED.split(block)
    for date, instruction in zip(pieces[1::2], pieces[2::2], strict=True):
        words = instruction.strip("\n")
        yield History(created=_time(date), created_by=words, empty_layer=bool(_EMPTY.match(words)))


def _time(text: str) -> str:
    try:
        return email.utils.parsedate_to_datetime(text).strftime("%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        return ""


def _local(text: str, where: InfoDocument) -> InfoImage:
    config, created, arch, title = (one.search(text) for one in (_ID, _CREATED, _ARCH, _TITLE))
    if config is None or arch is None:
        raise CatalogError(
            f"repos/{where.repository.removeprefix(OFFICIAL)}/local/{where.tag}.md is not what repo-info publishes",
            "it has no Image ID or no Arch",
        )
    environment = text.partition("- Environment:\n")[2].partition("\n\n")[0]
    image = Image(
        name=f"{where.repository}:{where.tag}",
        source=SOURCE,
        platform=Platform(os=arch[1], architecture=arch[2], variant=arch[3] or ""),
        config_digest=config[1],
        env=tuple(_ENV.findall(environment)),
        created=created[1] if created else "",
    )
    inventory = _inventory(text, image)
    entry = _entry(image, where, ((title[1],) if title else ()) + (where.tag,))
    return InfoImage(base=entry.base, inventory=inventory)


def _inventory(text: str, image: Image) -> Inventory | None:
    """Return the packages, or None if some are of a kind that is not read here, or the list was truncated."""
    packages = tuple(_packages(text))
    kinds = set(_LIST.findall(text))
    names = {(package.type, package.name) for package in packages}
    if not packages or not kinds <= {"apk", "dpkg"}:
        return None
    if any((kind, _PROOF[kind]) not in names for kind in {package.type for package in packages}):
        return None
    return Inventory(packages=packages, distro=_distro(packages), gaps=(_gap(packages, image),))


def _gap(packages: tuple[Package, ...], image: Image) -> Gap:
    reason = "its packages are those that repo-info lists: dependencies and packages of languages are not told there"
    if packages[0].type == "apk":
        reason += ", nor the origins that Alpine's advisories speak of, so that issues are missed"
    return Gap(stage="bases", subject=image.name, reason=reason)


def _packages(text: str) -> Iterator[Package]:
    parts = _SECTION.split(text)
    for kind, name, part in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        yield from _apk(name, part) if kind == "apk" else _debs(name, part)


def _apk(name: str, part: str) -> Iterator[Package]:
    found = re.search(rf"^{re.escape(name)}-(\S+) description:$", part, re.MULTILINE)
    license_ = re.search(rf"^{re.escape(name)}-\S+ license:\n([^\n]+)$", part, re.MULTILINE)
    if found:
        licenses = (license_[1],) if license_ else ()
        yield Package(type="apk", name=name, version=found[1], scheme="apk", licenses=licenses)


def _debs(source: str, part: str) -> Iterator[Package]:
    source_name, _, source_version = source.partition("=")
    listed = part.partition("Binary Packages:")[2]
    rest = _LICENSES.split(listed, maxsplit=1)
    licenses = tuple(_ITEM.findall(rest[1].partition("\nSource:")[0])) if len(rest) > 1 else ()
    for item in _ITEM.findall(rest[0].partition("\nSource:")[0]):
        name, equals, version = item.partition("=")
        name, _, arch = name.partition(":")
        if equals:
            yield Package(
                type="deb",
                name=name,
                version=version,
                scheme="deb",
                arch=arch,
                source_name=source_name,
                source_version=source_version,
                licenses=licenses,
            )


def _distro(packages: tuple[Package, ...]) -> Distro | None:
    """Return the distribution if a package's version identifies the release with certainty."""
    for package in packages:
        if (package.type, package.name) == ("apk", "alpine-release"):
            return Distro(id="alpine", version=package.version.partition("-r")[0])
        if (package.type, package.name) == ("deb", "base-files") and (found := _DEBIAN.search(package.version)):
            return Distro(id="debian", version=found[1])
    return None
