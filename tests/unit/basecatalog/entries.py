"""Images and catalogues in a few words."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

from garboard.basecatalog.store import Store
from garboard.basecatalog.writer import Writer
from garboard.model.baseimage import BaseImage, BaseName
from garboard.model.image import Digest, History, Image, Layer, Platform
from garboard.model.package import Distro, Inventory, Location, Package
from garboard.model.timestamp import rfc3339

NOW = dt.datetime(2026, 8, 10, 12, tzinfo=dt.UTC)
AMD64 = Platform()


def digest(text: str) -> Digest:
    return Digest("sha256:" + hashlib.sha256(text.encode()).hexdigest())


def history(*words: str) -> tuple[History, ...]:
    return tuple(
        History(created="2026-08-03T00:00:00Z", created_by=word.lstrip("-"), empty_layer=word.startswith("-"))
        for word in words
    )


def image(*layers: str, name: str = "app:1", said: tuple[str, ...] | None = None, **more: object) -> Image:
    """An image of layers called by a letter each; its history says the same unless ``said`` has it."""
    return Image(
        name=name,
        source="registry",
        layers=tuple(Layer(diff_id=digest(one), digest=digest(f"blob {one}"), size=10) for one in layers),
        history=history(*(layers if said is None else said)),
        **{
            "config_digest": digest(f"config {name} {layers} {said}"),
            "manifest_digest": digest(f"manifest {name} {layers} {said}"),
            "created": "2026-08-04T00:00:00Z",
            **more,
        },
    )


def name(text: str, seen: str = rfc3339(NOW), **more: object) -> BaseName:
    """``python:3.12`` is an official image, ``host/path:tag`` is itself."""
    repository, _, tag = text.rpartition(":")
    full = (
        repository
        if "." in repository.partition("/")[0]
        else f"docker.io/{'' if '/' in repository else 'library/'}{repository}"
    )
    return BaseName(repository=full, tag=tag, seen=seen, **more)


def base(layers: str, *names: str | BaseName, said: tuple[str, ...] | None = None, **more: object) -> BaseImage:
    """An image of the catalogue; each letter of ``layers`` is a layer."""
    told = tuple(name(one) if isinstance(one, str) else one for one in names)
    own = image(*layers, name=told[0].canonical if told else "none", said=said, **more)
    return BaseImage(
        key=own.manifest_digest, image=own, names=told, size=10 * len(layers), source="registry", added=rfc3339(NOW)
    )


def package(text: str, **more: object) -> Package:
    title, _, version = text.partition("=")
    return Package(
        type="deb", name=title, version=version, scheme="deb", purl=f"pkg:deb/debian/{title}@{version}", **more
    )


def inventory(*packages: str) -> Inventory:
    listed = tuple(
        package(one, layer=0, locations=(Location(path="var/lib/dpkg/status"),), depends_on=("x",)) for one in packages
    )
    return Inventory(packages=listed, distro=Distro(id="debian", version="12", ecosystem="Debian:12"))


def writer(path: Path, *bases: BaseImage, packages: Inventory | None = None) -> Writer:
    made = Writer(Store(path / "catalogue.sqlite", write=True))
    for one in bases:
        made.add(one, packages or inventory("libc6=2.36-9", f"own={one.key[7:10]}"))
    return made
