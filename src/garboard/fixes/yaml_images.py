"""Finds the images that YAML and JSON name, with the places of their values. Needs PyYAML, whose nodes tell these."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from garboard.fixes.named_images import NamedImage, PutTogether
from garboard.fixes.yaml_values import WrittenValues, is_tagged, text_of
from garboard.model.fix import CannotEdit

_LARGEST: Final = 1024 * 1024
_DEEPEST: Final = 100
_REMARKS: Final = re.compile(r'("[^"\\\n]*(?:\\.[^"\\\n]*)*"?)|(?<![^\s,{}\[\]"])(?://[^\n]*|/\*(?s:.*?)(?:\*/|\Z))')
"""Remarks in JSON that allows some, beside texts in quotes, in which there are none; in an address, a colon is before it."""
_DOCKER: Final = "docker://"
_CONTEXT: Final = "docker-image://"
_FREE: Final = frozenset(
    {
        *("environment", "env", "labels", "annotations", "args", "variables", "data", "stringData", "binaryData"),
        *("with", "command", "secrets", "matchLabels", "nodeSelector", "inputs", "outputs"),
        *("customizations", "containerEnv", "remoteEnv"),  # of devcontainers
        *("machine", "openAPIV3Schema", "example", "examples"),
    }
)
"""Keys whose values have keys of the user's own or of other programs, which name nothing that is run."""
_TAGS: Final = ("tag", "imageTag", "image_tag")
_VERSIONS: Final = ("version", "imageVersion", "image_version")
"""What may say the tag of an image beside it, or anything else."""
_BUILD: Final = frozenset(
    {"context", "dockerfile", "dockerfile_inline", "target", "args", "additional_contexts", "tags"}
)
"""One of these is in a build of Compose that is a mapping."""
_KUSTOMIZE: Final = frozenset({"newName", "newTag", "digest"})
_JOB: Final = frozenset({"steps", "runs-on", "job", "pool", "stages", "deployment", "strategy"})
"""What stands beside ``container`` in a workflow."""
_SERVICE: Final = frozenset(
    {"name", "alias", "entrypoint", "command", "docker", "kubernetes", "pull_policy", "variables"}
)
"""What a service of GitLab's workflows may have."""
_RUN_IN: Final = frozenset(
    {
        *("services", "containers", "initContainers", "ephemeralContainers", "container", "sidecars", "template"),
        *("jobs", "steps", "step", "pipeline", "pipelines", "docker", "default", "definitions", "tasks", "runs"),
    }
)
"""Keys below which an image is one that is run."""
_RUN_BESIDE: Final = frozenset(
    {
        *("script", "before_script", "after_script", "stage", "stages", "steps", "pipelines", "commands", "entrypoint"),
        *("command", "ports", "volumes", "environment", "env", "restart", "depends_on", "networks", "services"),
        *("pullPolicy", "imagePullPolicy", "pull_policy", "volumeMounts", "securityContext", "resources", "platform"),
        *(
            "customizations",
            "features",
            "runArgs",
            "forwardPorts",
            "remoteUser",
            "postCreateCommand",
            "workspaceFolder",
        ),
    }
)
"""Keys beside an image that is run."""
_NO_TAG: Final = "names no tag, and may be no image that is run: it was not looked at"
_VERSION: Final = "names no tag, and whether the version beside it is one is not known: it was not looked at"
_INLINE: Final = "is a Dockerfile of its own, and was not looked at"
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
    is_json = text.lstrip()[:1] in ("{", "[", "/")
    if is_json:
        read = _REMARKS.sub(_blank, text).replace("\t", " ")
    try:
        for node in yaml.compose_all(read, Loader=yaml.SafeLoader):
            yield from _Walk(WrittenValues(text, skipped, _free(node)), node, is_json=is_json).images(node)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise CannotEdit(f"it is no YAML: {' '.join(str(error).split())[:200]}") from error


def _blank(found: re.Match[str]) -> str:
    """Blanks in the place of a remark; a text in quotes stays."""
    return found[0] if found[1] else "".join(one if one in "\r\n" else " " for one in found[0])


def _items(node: Node | None) -> list[Node]:
    return node.value if isinstance(node, SequenceNode) else []


def _values(node: Node | None) -> dict[str, Node]:
    """What a mapping says itself, by its keys; nothing of what is none."""
    pairs = node.value if isinstance(node, MappingNode) else ()
    return {key.value: value for key, value in pairs if isinstance(key, ScalarNode)}


def _merged(values: Mapping[str, Node]) -> Iterator[Node]:
    """The mappings that one takes over (``<<``)."""
    found = values.get("<<")
    yield from [one for one in (found, *_items(found)) if isinstance(one, MappingNode)]


def _free(root: Node | None) -> frozenset[int]:
    """The values below keys of the user's own, by their identity: an alias has the node of its anchor."""
    found: set[int] = set()
    seen: set[tuple[int, bool]] = set()
    waiting = [(root, False)]
    while waiting:
        node, free = waiting.pop()
        if node is None or (id(node), free) in seen:
            continue
        seen.add((id(node), free))
        if free:
            found.add(id(node))
        waiting += [(one, free) for one in _items(node)]
        waiting += [(value, free or name in _FREE) for name, value in _values(node).items()]
    return frozenset(found)


class _Document:
    """What a document says in one place of what stands in another.

    Attributes:
        built: names that are given to what is built.
        builds: the mappings that give them, by the identity of their nodes.
        known: names of containers and services that the document defines itself.
    """

    def __init__(self, root: Node | None) -> None:
        self.built: set[str] = set()
        self.builds: set[int] = set()
        self.known: set[str] = {"docker"}
        waiting, seen = [root], set()
        while waiting:
            node = waiting.pop()
            if node is None or id(node) in seen:
                continue
            seen.add(id(node))
            values = _values(node)
            waiting += (*_items(node), *values.values())
            self._learn(node, values, is_root=node is root)

    def _learn(self, node: Node, values: Mapping[str, Node], *, is_root: bool) -> None:
        sources = tuple(_merged(values))
        build = next((one["build"] for one in (values, *map(_values, sources)) if "build" in one), None)
        if not is_root and (text_of(build) or not _BUILD.isdisjoint(_values(build))):
            self._builds(node, *sources)  # in a root, it is the name of a job
        self._builds(*_items(values.get("artifacts")))  # of Skaffold
        if "image" in values:
            self.known.add(text_of(values.get("container")))  # of Azure's pipelines
        self.known.update(_values(_values(values.get("definitions")).get("services")))  # of Bitbucket's

    def _builds(self, *nodes: Node) -> None:
        for one in nodes:
            self.builds.add(id(one))
            self.built.add(text_of(_values(one).get("image")))


class _Walk:
    """One pass over a document; what an alias repeats is seen where its anchor stands."""

    def __init__(self, values: WrittenValues, root: Node | None, *, is_json: bool) -> None:
        self._values = values
        self._document = _Document(root)
        self._is_json = is_json
        self._seen: set[int] = set()

    def images(self, node: Node | None, path: tuple[str, ...] = ()) -> Iterator[NamedImage | PutTogether]:
        """The images below a node, to which these keys lead; an item of a list has the empty one."""
        if node is None or id(node) in self._seen or len(path) > _DEEPEST:
            return
        self._seen.add(id(node))
        for one in _items(node):
            yield from self.images(one, (*path, ""))
        if isinstance(node, MappingNode):
            yield from self._of(node, path)
            for key, value in node.value:
                name = key.value if isinstance(key, ScalarNode) else ""
                if name not in _FREE:
                    yield from self.images(value, (*path, name))

    def _of(self, node: MappingNode, path: tuple[str, ...]) -> Iterator[NamedImage | PutTogether]:
        """The images that a mapping names itself."""
        values = _values(node)
        image = values.get("image")
        if isinstance(image, MappingNode):
            yield from self._of_settings(_values(image))
        elif id(node) not in self._document.builds and text_of(image) not in self._document.built:
            yield from self._of_image(values, path)
        yield from self._of_workflow(values)
        yield from self._of_parts(values, path)
        yield from self._of_build(values)

    def _of_image(self, values: Mapping[str, Node], path: tuple[str, ...]) -> Iterator[NamedImage | PutTogether]:
        """What stands under ``image``, with what stands beside it."""
        node, platform = values.get("image"), text_of(values.get("platform"))
        text = text_of(node)
        if node is None or not text or ("using" in values and not text.startswith(_DOCKER)):
            return
        if text.startswith(_DOCKER):
            yield from self._values.whole(node, _DOCKER)
        elif is_tagged(text):
            yield from self._values.whole(node, platform=platform)
        elif (tag := _tag_of(values)) or "digest" in values:
            yield from self._values.parts(values, "image", tag, platform)
        elif any(one in values for one in _VERSIONS):
            yield from _told(self._values.whole(node), _VERSION)
        elif self._is_run(values, path):
            yield from self._values.whole(node, platform=platform)
        else:
            yield from _told(self._values.whole(node), _NO_TAG)

    def _is_run(self, values: Mapping[str, Node], path: tuple[str, ...]) -> bool:
        if not path and self._is_json:  # a devcontainer
            return True
        if not path and any("script" in _values(one) for one in values.values()):  # GitLab's jobs
            return True
        return not _RUN_IN.isdisjoint(path) or not _RUN_BESIDE.isdisjoint(values)

    def _of_settings(self, values: Mapping[str, Node]) -> Iterator[NamedImage | PutTogether]:
        """An image with settings: of GitLab's workflows, of Helm's values, of a volume of Kubernetes."""
        if "repository" in values or "newTag" in values or "image" in values:
            return  # seen where it stands
        platform = text_of(_values(values.get("docker")).get("platform"))
        if "name" in values and ((tag := _tag_of(values)) or "digest" in values):
            yield from self._values.parts(values, "name", tag, platform)
        else:
            yield from self._values.whole(values.get("name"), platform=platform)
        yield from self._values.whole(values.get("reference"))

    def _of_workflow(self, values: Mapping[str, Node]) -> Iterator[NamedImage | PutTogether]:
        """A job's container, its services where they are a list, and a step that is an image."""
        container = values.get("container")
        if "image" not in values and not _JOB.isdisjoint(values) and text_of(container) not in self._document.known:
            yield from self._values.whole(container)
        for one in _items(values.get("services")):
            service = _values(one)
            if not service.keys() - _SERVICE:
                yield from self._of_service(service.get("name") if service else one, service)
        uses = values.get("uses")
        if text_of(uses).startswith(_DOCKER):
            yield from self._values.whole(uses, _DOCKER)

    def _of_service(self, node: Node | None, values: Mapping[str, Node]) -> Iterator[NamedImage | PutTogether]:
        if text_of(node) in self._document.known:
            return
        found = self._values.whole(node, platform=text_of(_values(values.get("docker")).get("platform")))
        yield from found if is_tagged(text_of(node)) else _told(found, _NO_TAG)

    def _of_parts(self, values: Mapping[str, Node], path: tuple[str, ...]) -> Iterator[NamedImage | PutTogether]:
        """Helm's values, and Kustomize's."""
        tag = _tag_of(values)
        if "repository" in values and (tag or path[-1:] == ("image",)):
            yield from self._values.parts(values, "repository", tag)
        elif "name" in values and not tag and path[-1:] != ("image",) and not _KUSTOMIZE.isdisjoint(values):
            yield from self._values.parts(values, "newName" if "newName" in values else "name", "newTag")

    def _of_build(self, values: Mapping[str, Node]) -> Iterator[NamedImage | PutTogether]:
        """What a build gets besides its Dockerfile: of Compose, and of Bake."""
        for key in ("additional_contexts", "contexts"):
            contexts = values.get(key)
            for one in (*_items(contexts), *_values(contexts).values()):
                before, is_image, _ = text_of(one).partition(_CONTEXT)
                if is_image:
                    yield from self._values.whole(one, before + _CONTEXT)
        inline = values.get("dockerfile_inline")
        if inline is not None and text_of(inline):
            yield PutTogether("dockerfile_inline", inline.start_mark.line + 1, _INLINE)


def _tag_of(values: Mapping[str, Node]) -> str:
    """The key of the tag beside an image; empty if there is none."""
    return next((one for one in _TAGS if one in values), "")


def _told(found: Iterator[NamedImage | PutTogether], reason: str) -> Iterator[PutTogether]:
    """The same, of which none is to change."""
    for one in found:
        yield PutTogether(one.reference, one.line, reason) if isinstance(one, NamedImage) else one
