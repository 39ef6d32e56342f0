"""Seven services as their authors have them: a source tree, and the image that a Dockerfile of four lines makes of it."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tests.unit.ecosystems.test_programs import information
from tests.unit.executables import elf
from tests.unit.image.layers.builders import docker_archive, tar

DOCKERFILE = "FROM scratch\nCOPY rootfs /\n{line}\nCOPY motd /etc/motd\n"
LINE = 3


class Vulnerable(NamedTuple):
    """A package of a service with known issues, and where the tree asks for what brings it (``FILE:LINE``)."""

    ecosystem: str
    name: str
    version: str
    direct: str
    place: str
    fixed: str


class Service(NamedTuple):
    """A service; ``line`` is that of the Dockerfile by which ``installed`` came into the image."""

    name: str
    line: str
    tree: Mapping[str, str]
    installed: Mapping[str, bytes]
    vulnerable: tuple[Vulnerable, ...]

    @property
    def dockerfile(self) -> str:
        """The Dockerfile's text."""
        return DOCKERFILE.format(line=self.line)

    def write_tree(self, folder: Path) -> Path:
        """The source tree, with its Dockerfile."""
        for path, text in {**self.tree, "Dockerfile": self.dockerfile}.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        return folder

    def write_image(self, path: Path) -> Path:
        """The image, as ``docker save`` writes it."""
        kind, _, words = self.line.partition(" ")
        made = f"{self.line} # buildkit" if kind == "COPY" else f"RUN /bin/sh -c {words} # buildkit"
        layers = [tar([("etc/passwd", b"")]), tar(list(self.installed.items())), tar([("etc/motd", b"hello")])]
        history = [
            {"created_by": text} for text in ("COPY rootfs / # buildkit", made, "COPY motd /etc/motd # buildkit")
        ]
        return docker_archive(path, layers, history=history)


def _jar(group: str, artifact: str, version: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        stated = f"groupId={group}\nartifactId={artifact}\nversion={version}\n"
        archive.writestr(f"META-INF/maven/{group}/{artifact}/pom.properties", stated)
        archive.writestr("a/B.class", "")
    return data.getvalue()


def _fat_jar(*libraries: tuple[str, str, str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for group, artifact, version in libraries:
            archive.writestr(f"BOOT-INF/lib/{artifact}-{version}.jar", _jar(group, artifact, version))
    return data.getvalue()


def _gemspec(name: str, version: str) -> bytes:
    return f'Gem::Specification.new do |s|\n  s.name = "{name}".freeze\n  s.version = "{version}"\nend\n'.encode()


def _json(document: object) -> str:
    return json.dumps(document, indent=2)


def _pom(group: str, artifact: str, version: str, needs: str = "") -> dict[str, str]:
    """A file of Maven's local repository."""
    place = f".m2/repository/{group.replace('.', '/')}/{artifact}/{version}/{artifact}-{version}.pom"
    own = f"<groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version>"
    return {place: f"<project>{own}<dependencies>{needs}</dependencies></project>"}


GEMS = "usr/local/bundle/specifications"
RAILS = Service(
    "rails",
    "RUN bundle install",
    {
        "Gemfile": 'source "https://rubygems.org"\n\ngem "rails", "5.2.0"\ngem "jquery-rails", "~> 4.3"\ngem "sassc-rails"\n',
        "Gemfile.lock": """GEM
  remote: https://rubygems.org/
  specs:
    ffi (1.9.20)
    jquery-rails (4.3.1)
    rails (5.2.0)
    sassc (1.12.1)
      ffi (~> 1.9)
    sassc-rails (1.3.0)
      sassc (~> 1.9)

PLATFORMS
  ruby

DEPENDENCIES
  jquery-rails (~> 4.3)
  rails (= 5.2.0)
  sassc-rails
""",
    },
    {
        f"{GEMS}/{name}-{version}.gemspec": _gemspec(name, version)
        for name, version in (
            ("ffi", "1.9.20"),
            ("jquery-rails", "4.3.1"),
            ("rails", "5.2.0"),
            ("sassc", "1.12.1"),
            ("sassc-rails", "1.3.0"),
        )
    },
    (
        Vulnerable("RubyGems", "jquery-rails", "4.3.1", "jquery-rails", "Gemfile:4", "4.3.4"),
        Vulnerable("RubyGems", "ffi", "1.9.20", "sassc-rails", "Gemfile:5", "1.9.24"),
    ),
)
SPRING = Service(
    "spring-boot",
    "COPY target/shop.jar /app/shop.jar",
    {
        "pom.xml": """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>com.example</groupId>
  <artifactId>shop</artifactId>
  <version>1.0.0</version>
  <properties><log4j2.version>2.14.1</log4j2.version></properties>
  <dependencies>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId>
      <artifactId>log4j-core</artifactId>
      <version>${log4j2.version}</version>
    </dependency>
    <dependency>
      <groupId>org.springframework.boot</groupId>
      <artifactId>spring-boot-starter-json</artifactId>
      <version>2.6.1</version>
    </dependency>
  </dependencies>
</project>
""",
        **_pom("org.apache.logging.log4j", "log4j-core", "2.14.1"),
        **_pom("com.fasterxml.jackson.core", "jackson-databind", "2.12.1"),
        **_pom(
            "org.springframework.boot",
            "spring-boot-starter-json",
            "2.6.1",
            "<dependency><groupId>com.fasterxml.jackson.core</groupId><artifactId>jackson-databind</artifactId>"
            "<version>2.12.1</version></dependency>",
        ),
    },
    {
        "app/shop.jar": _fat_jar(
            ("org.apache.logging.log4j", "log4j-core", "2.14.1"),
            ("org.springframework.boot", "spring-boot-starter-json", "2.6.1"),
            ("com.fasterxml.jackson.core", "jackson-databind", "2.12.1"),
        )
    },
    (
        Vulnerable("Maven", "org.apache.logging.log4j:log4j-core", "2.14.1", "log4j-core", "pom.xml:10", "2.15.0"),
        Vulnerable(
            "Maven",
            "com.fasterxml.jackson.core:jackson-databind",
            "2.12.1",
            "spring-boot-starter-json",
            "pom.xml:15",
            "2.12.6.1",
        ),
    ),
)
EXPRESS = Service(
    "express",
    "RUN npm ci",
    {
        "package.json": _json(
            {"name": "shop", "private": True, "dependencies": {"express": "4.17.1", "semver": "7.5.1"}}
        ),
        "package-lock.json": _json(
            {
                "name": "shop",
                "lockfileVersion": 3,
                "packages": {
                    "": {"name": "shop", "dependencies": {"express": "4.17.1", "semver": "7.5.1"}},
                    "node_modules/express": {"version": "4.17.1", "dependencies": {"qs": "6.7.0"}},
                    "node_modules/qs": {"version": "6.7.0"},
                    "node_modules/semver": {"version": "7.5.1"},
                },
            }
        ),
    },
    {
        f"app/node_modules/{name}/package.json": json.dumps({"name": name, "version": version}).encode()
        for name, version in (("express", "4.17.1"), ("qs", "6.7.0"), ("semver", "7.5.1"))
    },
    (
        Vulnerable("npm", "semver", "7.5.1", "semver", "package.json:6", "7.5.2"),
        Vulnerable("npm", "qs", "6.7.0", "express", "package.json:5", "6.7.3"),
    ),
)
_COMPOSED = [
    {"name": "barryvdh/laravel-debugbar", "version": "v3.5.2", "require": {"maximebf/debugbar": "^1.16"}},
    {"name": "laravel/framework", "version": "v8.40.0"},
    {"name": "maximebf/debugbar", "version": "v1.16.5"},
    {"name": "league/flysystem", "version": "1.1.3"},
]
LARAVEL = Service(
    "laravel",
    "RUN composer install --no-dev",
    {
        "composer.json": _json(
            {
                "require": {
                    "php": "^8",
                    "laravel/framework": "^8",
                    "league/flysystem": "^1",
                    "barryvdh/laravel-debugbar": "^3",
                }
            }
        ),
        "composer.lock": _json({"packages": _COMPOSED, "packages-dev": []}),
    },
    {
        "app/vendor/composer/installed.json": json.dumps(
            {
                "packages": [
                    {**one, "version_normalized": "1.0.0.0", "install-path": f"../{one['name']}"} for one in _COMPOSED
                ]
            }
        ).encode()
    },
    (
        Vulnerable("Packagist", "league/flysystem", "1.1.3", "flysystem", "composer.json:5", "1.1.4"),
        Vulnerable("Packagist", "maximebf/debugbar", "v1.16.5", "laravel-debugbar", "composer.json:6", "1.19.0"),
    ),
)
DJANGO = Service(
    "django",
    "RUN pip install -r requirements.txt",
    {
        "requirements.in": "# what the shop needs\ndjango==3.2.0\nflask==1.0\n",
        "requirements.txt": """django==3.2.0
    # via -r requirements.in
flask==1.0
    # via -r requirements.in
jinja2==2.11.0
    # via flask
""",
    },
    {
        f"usr/lib/python3.11/site-packages/{name}-{version}.dist-info/METADATA": f"Name: {name}\nVersion: {version}\n".encode()
        for name, version in (("django", "3.2.0"), ("flask", "1.0"), ("jinja2", "2.11.0"))
    },
    (
        Vulnerable("PyPI", "django", "3.2.0", "django", "requirements.in:2", "3.2.1"),
        Vulnerable("PyPI", "jinja2", "2.11.0", "flask", "requirements.in:3", "2.11.3"),
    ),
)
GO = Service(
    "go",
    "COPY serve /usr/local/bin/serve",
    {
        "go.mod": """module example.com/serve

go 1.21

require (
\tgithub.com/gin-gonic/gin v1.7.0
\tgolang.org/x/text v0.3.5 // indirect
)
""",
    },
    {
        "usr/local/bin/serve": elf(
            {
                ".go.buildinfo": information(
                    "path\texample.com/serve\nmod\texample.com/serve\tv1.0.0\th1:x=\n"
                    "dep\tgithub.com/gin-gonic/gin\tv1.7.0\th1:x=\ndep\tgolang.org/x/text\tv0.3.5\th1:x=\n",
                    "go1.21.3",
                )
            }
        )
    },
    (
        Vulnerable("Go", "github.com/gin-gonic/gin", "v1.7.0", "gin", "go.mod:6", "1.7.7"),
        Vulnerable("Go", "golang.org/x/text", "v0.3.5", "text", "go.mod:7", "0.3.8"),
    ),
)
_CRATES = {
    "packages": [
        {"name": "app", "version": "0.1.0", "source": "local", "root": True, "dependencies": [1, 2]},
        {"name": "regex", "version": "1.5.4", "source": "crates.io"},
        {"name": "time", "version": "0.1.43", "source": "crates.io"},
    ]
}
RUST = Service(
    "rust",
    "COPY app /usr/local/bin/app",
    {
        "Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\n\n[dependencies]\nregex = "1.5"\nchrono = "0.4"\n',
        "Cargo.lock": """version = 3

[[package]]
name = "app"
version = "0.1.0"
dependencies = [
 "chrono",
 "regex",
]

[[package]]
name = "chrono"
version = "0.4.19"
source = "registry+https://github.com/rust-lang/crates.io-index"
dependencies = [
 "time",
]

[[package]]
name = "regex"
version = "1.5.4"
source = "registry+https://github.com/rust-lang/crates.io-index"

[[package]]
name = "time"
version = "0.1.43"
source = "registry+https://github.com/rust-lang/crates.io-index"
""",
    },
    {"usr/local/bin/app": elf({".dep-v0": zlib.compress(json.dumps(_CRATES).encode())})},
    (
        Vulnerable("crates.io", "regex", "1.5.4", "regex", "Cargo.toml:6", "1.5.5"),
        Vulnerable("crates.io", "time", "0.1.43", "chrono", "Cargo.toml:7", "0.2.23"),
    ),
)
SERVICES = (RAILS, SPRING, EXPRESS, LARAVEL, DJANGO, GO, RUST)
