"""Images that files of deployments name, and other ones in their place.

Read are Compose files, Kubernetes manifests, Kustomize's lists of images, Helm's values, workflows of GitHub, GitLab and the
like, and devcontainers. What a file is called does not matter: a name of an image stands under ``image``, or in parts
beside each other. What is built is given a name there, and names nothing that is fetched. Only the bytes of a value change;
anchors, comments and everything else stays.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from typing import Final

from garboard.fixes.named_images import NamedImage, PutTogether, ValuePart
from garboard.model.fix import CannotEdit, Splice
from garboard.splices import spliced

_NOT_A_TEXT: Final = re.compile(
    r"[-+]?(?:[\d_]+(?::[0-5]?\d)*(?:\.[\d_]*)?|\.\d[\d_]*)(?:e[-+]?\d+)?|[-+]?0(?:x[\da-f_]+|o[0-7_]+|b[01_]+)|[-+]?\.(?:inf|nan)"
    r"|\d{4}-\d\d?-\d\d?(?:t.*)?|true|false|null|~|yes|no|on|off|y|n",
    re.IGNORECASE,
)
"""What YAML, of any version, would not take for a text without quotes: numbers, days, truth and nothing."""
_REPOSITORY: Final = re.compile(r"(.*?)(?::([\w.-]+))?(?:@(sha256:[0-9a-f]{64}))?\Z")


def images(data: bytes) -> tuple[NamedImage, ...]:
    """The images that a file names, in written order.

    Raises:
        CannotEdit: it is no YAML or JSON, or too large.
    """
    return _images(_remembered(data))


def put_together(data: bytes) -> tuple[PutTogether, ...]:
    """The names of images that are not stated as they are, in written order.

    Raises:
        CannotEdit: it is no YAML or JSON, or too large.
    """
    found = dict.fromkeys(one for one in _remembered(data) if isinstance(one, PutTogether))
    return tuple(sorted(found, key=lambda one: one.line))


def _images(found: Iterable[NamedImage | PutTogether]) -> tuple[NamedImage, ...]:
    images = dict.fromkeys(one for one in found if isinstance(one, NamedImage))
    return tuple(sorted(images, key=lambda one: one.repository.start))


@functools.lru_cache(maxsize=1)
def _remembered(data: bytes) -> tuple[NamedImage | PutTogether, ...]:
    """What a file names: its changes ask for that one after the other."""
    return _read(data)


def _read(data: bytes) -> tuple[NamedImage | PutTogether, ...]:
    try:
        from garboard.fixes.yaml_images import named
    except ImportError as error:
        raise CannotEdit("that needs PyYAML, which is not installed: pip install 'garboard[fix]'") from error
    return tuple(named(data))


def moved(data: bytes, image: NamedImage, reference: str) -> tuple[Splice, ...]:
    """What makes a file name another image in this place.

    Raises:
        CannotEdit: the parts that it is written in cannot name that one.
    """
    splices = tuple(_splices(image, reference))
    places = {one.start for one in splices}
    moving = [one for one in images(data) if one.reference == image.reference and not places.isdisjoint(_places(one))]
    before = [reference if one in moving else one.reference for one in images(data)]
    after = [one.reference for one in _images(_read(spliced(data, splices)))]
    if after != before:
        raise CannotEdit(f"{reference} cannot be written where {image.reference} stands")
    return splices


def _places(image: NamedImage) -> Iterator[int]:
    """Where the values begin that an image is made of; an alias shares one with others."""
    yield from (one.start for one in (image.repository, image.tag, image.digest) if one is not None)


def _splices(image: NamedImage, reference: str) -> Iterator[Splice]:
    if image.tag is None and image.digest is None:
        yield _replaced(image.repository, reference)
        return
    found = _REPOSITORY.fullmatch(reference)
    assert found is not None
    name, tag, digest = found.groups()
    if image.registry and not name.startswith(f"{image.registry}/"):
        raise CannotEdit(f"its registry is a value of its own, and {reference} is in another")
    name = name.removeprefix(f"{image.registry}/") if image.registry else name
    if name != image.repository.text:
        yield _replaced(image.repository, name)
    if image.tag is not None:
        yield _replaced(image.tag, tag or "latest")
    if image.digest is not None:
        if not digest:
            raise CannotEdit(f"its digest is a value of its own, and that of {reference} is not known")
        yield _replaced(image.digest, digest)


def _replaced(part: ValuePart, text: str) -> Splice:
    quote = part.quote or ('"' if _NOT_A_TEXT.fullmatch(text) and not part.inside else "")
    return Splice(start=part.start, end=part.end, new=f"{quote}{text}{quote}".encode())
