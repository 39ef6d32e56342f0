"""Finds the images that YAML and JSON name, with the places of their values. Needs PyYAML, whose nodes tell these."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from garboard.fixes.named_images import NamedImage, PutTogether, ValuePart
from garboard.model.fix import CannotEdit

_LARGEST: Final = 1024 * 1024
_DEEPEST: Final = 100
_PLAIN: Final = re.compile(r"[a-z0-9][\w./:@-]*\Z", re.IGNORECASE)
_REMARKS: Final = re.compile(r'("[^"\\\n]*(?:\\.[^"\\\n]*)*"?)|(?<![^\s,{}\[\]"])(?://[^\n]*|/\*(?s:.*?)(?:\*/|\Z))')
"""Remarks in JSON that allows some, beside texts in quotes, in which there are none; in an address, a colon is before it."""
_PROPERTIES: Final = re.compile(r"[&!]\S*[ \t]+(?:[&!]\S*[ \t]+)?")
"""An anchor and a tag, before a value."""
_TEMPLATE: Final = re.compile(r"\{\{[^{}]*\}\}")
_DOCKER: Final = "docker://"
_FREE: Final = frozenset(
    {
        *(
            "environment",
            "env",
            "labels",
            "annotations",
            "args",
            "variables",
            "data",
            "stringData",
            "binaryData",
            "with",
        ),
        *("command", "secrets", "matchLabels", "nodeSelector", "inputs", "outputs"),
    }
)
"""Keys whose values have keys of the user's own, which name nothing that is run."""
_MARK: Final = b"\xef\xbb\xbf"


def named(data: bytes) -> Iterator[NamedImage | PutTogether]:
    """The images of a file, and names that are not stated as they are.

    Raises:
        CannotEdit: it is no YAML or JSON, or too large.
    """
    if len(data) > _LARGEST:
        raise CannotEdit(f"it is larger than {_LARGEST} bytes")
    skipped = len(_MARK) if data.startswith(_MARK) else 0
    try:
        text = data[skipped:].decode("utf-8")
    except UnicodeDecodeError as error:
        raise CannotEdit("it is not UTF-8") from error
    read = text
    if text.lstrip()[:1] in ("{", "[", "/"):
        read = _REMARKS.sub(_blank, text).replace("\t", " ")
    try:
        for node in yaml.compose_all(read, Loader=yaml.SafeLoader):
            yield from _Walk(text, skipped).images(node)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise CannotEdit(f"it is no YAML: {' '.join(str(error).split())[:200]}") from error


def _blank(found: re.Match[str]) -> str:
    """Blanks in the place of a remark; a text in quotes stays."""
    return found[0] if found[1] else "".join(one if one in "\r\n" else " " for one in found[0])


def _text(node: Node | None) -> str:
    return str(node.value) if isinstance(node, ScalarNode) else ""


def _platform(node: Node | None) -> str:
    """The platform in the settings that GitLab's workflows have for Docker."""
    pairs = node.value if isinstance(node, MappingNode) else ()
    return next((_text(value) for key, value in pairs if _text(key) == "platform"), "")


class _Walk:
    """One pass over a document; what an alias repeats is seen where its anchor stands."""

    def __init__(self, text: str, skipped: int) -> None:
        self._text = text
        self._skipped = skipped
        self._ascii = text.isascii()
        self._seen: set[int] = set()

    def images(self, node: Node | None, depth: int = 0) -> Iterator[NamedImage | PutTogether]:
        """The images below a node."""
        if node is None or id(node) in self._seen or depth > _DEEPEST:
            return
        self._seen.add(id(node))
        if isinstance(node, SequenceNode):
            for one in node.value:
                yield from self.images(one, depth + 1)
        elif isinstance(node, MappingNode):
            yield from self._of(node)
            for key, value in node.value:
                if not (isinstance(key, ScalarNode) and key.value in _FREE):
                    yield from self.images(value, depth + 1)

    def _of(self, node: MappingNode) -> Iterator[NamedImage | PutTogether]:
        """The images that a mapping names itself."""
        values: dict[str, Node] = {key.value: value for key, value in node.value if isinstance(key, ScalarNode)}
        for key in ("image", "container"):  # the second of a job of GitHub's workflows
            yield from self._whole(values.get(key), platform=_text(values.get("platform")))
        yield from self._of_gitlab(values)
        uses = values.get("uses")
        if isinstance(uses, ScalarNode) and uses.value.startswith(_DOCKER):
            yield from self._whole(uses, _DOCKER)
        if "repository" in values and "tag" in values:  # Helm's values
            yield from self._parts(values, "repository", "tag")
        elif "name" in values and ("newTag" in values or "digest" in values):  # Kustomize
            yield from self._parts(values, "newName" if "newName" in values else "name", "newTag")
        elif "name" in values and "newName" in values:
            yield from self._whole(values["newName"])

    def _of_gitlab(self, values: dict[str, Node]) -> Iterator[NamedImage | PutTogether]:
        """Images with settings of their own, and services, which are a list there."""
        image, services = values.get("image"), values.get("services")
        several = [image, *(services.value if isinstance(services, SequenceNode) else ())]
        for one in several:
            if isinstance(one, MappingNode):
                keys = {key.value: value for key, value in one.value if isinstance(key, ScalarNode)}
                if "repository" not in keys and "newTag" not in keys:
                    yield from self._whole(keys.get("name"), platform=_platform(keys.get("docker")))
            elif one is not image:
                yield from self._whole(one)

    def _whole(self, node: Node | None, before: str = "", platform: str = "") -> Iterator[NamedImage | PutTogether]:
        part = self._part(node, before)
        if node is None or not isinstance(node, ScalarNode) or not node.value:
            return
        line = node.start_mark.line + 1
        if part is not None and _PLAIN.match(part.text):
            yield NamedImage(part.text, line, part, platform=platform)
        elif node.tag.endswith(":str") and " " not in _TEMPLATE.sub("", node.value.strip()):
            yield PutTogether(node.value[:100], line)

    def _parts(self, values: dict[str, Node], repository: str, tag: str) -> Iterator[NamedImage | PutTogether]:
        parts = {key: self._part(values.get(key)) for key in (repository, tag, "digest", "registry")}
        line = values[repository].start_mark.line + 1
        if any(key in values and parts[key] is None for key in parts):
            yield PutTogether(repository, line)
            return
        name = parts[repository]
        label, digest, registry = (
            one if one is not None and one.text else None for one in (parts[tag], parts["digest"], parts["registry"])
        )
        if name is None or not name.text or (label is None and digest is None):
            return
        prefix = registry.text.rstrip("/") if registry else ""
        reference = f"{prefix}/{name.text}" if prefix else name.text
        reference += (f":{label.text}" if label else "") + (f"@{digest.text}" if digest else "")
        if _PLAIN.match(reference):
            yield NamedImage(reference, line, name, label, digest, prefix)
        else:
            yield PutTogether(reference[:100], line)

    def _part(self, node: Node | None, before: str = "") -> ValuePart | None:
        """A scalar that is written as it is meant, without what stands ``before`` it; None for any other."""
        if not isinstance(node, ScalarNode):
            return None
        start, end, quote = node.start_mark.index, node.end_mark.index, node.style or ""
        properties = _PROPERTIES.match(self._text, start, end)
        start = properties.end() if properties else start
        if self._text[start:end] != f"{quote}{node.value}{quote}":
            return None
        if before:
            start, end, quote = start + len(quote) + len(before), end - len(quote), ""
        if not self._ascii:
            start, end = (len(self._text[:at].encode()) for at in (start, end))
        return ValuePart(node.value.removeprefix(before), start + self._skipped, end + self._skipped, quote)
