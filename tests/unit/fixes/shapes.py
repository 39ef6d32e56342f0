"""Build files in the shapes that well-known projects have, with the changes that are expected in them.

They are written for this test. What changes is marked in place: ``«old→new»`` is ``old`` in the file and ``new`` after it.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_MARK: Final = re.compile(r"«([^→]*)→([^»]*)»", re.DOTALL)


class Shape(NamedTuple):
    """A file, the image that takes the base's place, and versions that lines are to ask for.

    ``raises`` are a type, a name and a version, each for the line that holds the first mark that names it.
    """

    name: str
    marked: str
    base: str = ""
    raises: tuple[tuple[str, str, str], ...] = ()
    target: str = ""
    args: tuple[tuple[str, str], ...] = ()
    line_end: str = "\n"
    mark: bytes = b""
    """What stands before the text: a byte order mark."""

    @property
    def before(self) -> bytes:
        """The file as it is."""
        return self._bytes(r"\1")

    @property
    def after(self) -> bytes:
        """The file as it has to become."""
        return self._bytes(r"\2")

    def _bytes(self, group: str) -> bytes:
        return self.mark + _MARK.sub(group, self.marked).replace("\n", self.line_end).encode()


DOCKERFILES: Final = (
    Shape(
        "a Python site: pip in one line, its own user",
        """\
FROM «python:3.9-slim-bullseye→python:3.9-slim-bookworm»
ENV PYTHONDONTWRITEBYTECODE=1 \\
    PYTHONUNBUFFERED=1
WORKDIR /srv/site
RUN pip install --no-cache-dir "«django==3.2.4→django==3.2.25»" 'gunicorn==20.1.0' psycopg2-binary~=2.9
COPY . .
RUN python manage.py collectstatic --noinput && adduser --system site
USER site
EXPOSE 8000
CMD ["gunicorn", "--bind", "0.0.0.0:8000", "site.wsgi"]
""",
        base="python:3.9-slim-bookworm",
        raises=(("pypi", "django", "3.2.25"),),
    ),
    Shape(
        "an API in two stages with an environment that is copied",
        """\
# syntax=docker/dockerfile:1.7
ARG PYTHON_VERSION=«3.10.4→3.10.14»

FROM python:${PYTHON_VERSION}-slim AS build
RUN --mount=type=cache,target=/root/.cache/pip \\
    python -m venv /venv && \\
    # what serves
    /venv/bin/pip install \\
      fastapi[all]==0.95.0 \\
      «uvicorn==0.20.0→uvicorn==0.23.2»

FROM python:${PYTHON_VERSION}-slim
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH
HEALTHCHECK --interval=30s CMD python -c "import urllib.request as u; u.urlopen('http://localhost')"
CMD ["uvicorn", "main:app"]
""",
        base="python:3.10.14-slim",
        raises=(("pypi", "uvicorn", "0.23.2"),),
    ),
    Shape(
        "the guide's Rails application",
        """\
FROM «ruby:2.5.1→ruby:2.5.9»
RUN apt-get update -qq && apt-get install -y nodejs git vim
WORKDIR /app
COPY Gemfile Gemfile.lock ./
RUN gem install bundler:1.17.3 && bundle install
COPY . .
EXPOSE 3000
CMD ["rails", "server", "-b", "0.0.0.0"]
""",
        base="ruby:2.5.9",
    ),
    Shape(
        "Rails as its generator writes it today",
        """\
# check=error=true
# Make sure RUBY_VERSION matches the Ruby version in .ruby-version
ARG RUBY_VERSION=«3.3.0→3.3.6»
FROM docker.io/library/ruby:$RUBY_VERSION-slim AS base

WORKDIR /rails
RUN apt-get update -qq && \\
    apt-get install --no-install-recommends -y curl libjemalloc2 libvips sqlite3 && \\
    rm -rf /var/lib/apt/lists /var/cache/apt/archives

FROM base AS build
RUN apt-get update -qq && \\
    apt-get install --no-install-recommends -y build-essential git pkg-config

FROM base
COPY --from=build /rails /rails
ENTRYPOINT ["/rails/bin/docker-entrypoint"]
""",
        base="ruby:3.3.6-slim",
    ),
    Shape(
        "a gem by its version, with a colon and with an option",
        """\
FROM ruby:3.2
RUN gem install «jekyll:4.2.0→jekyll:4.2.2» && gem install «nokogiri -v 1.13.2→nokogiri -v 1.13.10»
CMD ["jekyll", "serve"]
""",
        raises=(("gem", "jekyll", "4.2.2"), ("gem", "nokogiri", "1.13.10")),
    ),
    Shape(
        "a server of Node in a small image",
        """\
FROM «node:18.12.0-alpine3.16→node:18.20.4-alpine3.20»
RUN apk add --no-cache tini
RUN npm install -g «pm2@5.2.0→pm2@5.4.2» && npm cache clean --force
WORKDIR /usr/src/app
COPY package*.json ./
RUN npm ci --omit=dev
COPY --chown=node:node . .
USER node
ENTRYPOINT ["/sbin/tini", "--"]
CMD ["node", "server.js"]
""",
        base="node:18.20.4-alpine3.20",
        raises=(("npm", "pm2", "5.4.2"),),
    ),
    Shape(
        "a front end: dependencies, build and run are stages of one base",
        """\
FROM «node:20.1-alpine→node:20.18-alpine» AS base

FROM base AS deps
RUN apk add --no-cache libc6-compat
WORKDIR /app
COPY package.json yarn.lock* package-lock.json* pnpm-lock.yaml* ./
RUN \\
  if [ -f yarn.lock ]; then yarn --frozen-lockfile; \\
  elif [ -f package-lock.json ]; then npm ci; \\
  elif [ -f pnpm-lock.yaml ]; then corepack enable pnpm && pnpm i --frozen-lockfile; \\
  else echo "Lockfile not found." && exit 1; \\
  fi

FROM base AS builder
WORKDIR /app
COPY --from=deps /app/node_modules ./node_modules
COPY . .
RUN npm run build

FROM base AS runner
COPY --from=builder /app/public ./public
CMD ["node", "server.js"]
""",
        base="node:20.18-alpine",
    ),
    Shape(
        "pages that are built by Node and served by nginx",
        """\
FROM node:16 AS build
COPY . /app
RUN cd /app && npm run build

FROM «nginx:1.21→nginx:1.27»
COPY --from=build /app/dist /usr/share/nginx/html
COPY nginx.conf /etc/nginx/conf.d/default.conf
""",
        base="nginx:1.27",
    ),
    Shape(
        "a stage that is not the last",
        """\
FROM «golang:1.20→golang:1.22» AS test
RUN go test ./...
FROM alpine:3.16
COPY --from=test /bin/x /bin/x
""",
        base="golang:1.22",
        target="test",
    ),
    Shape(
        "a Go program in an image of nothing but it",
        """\
ARG GO_VERSION=1.19
ARG ALPINE_VERSION=3.16
FROM --platform=$BUILDPLATFORM golang:${GO_VERSION}-alpine${ALPINE_VERSION} AS build
ARG TARGETOS TARGETARCH
RUN --mount=target=. GOOS=$TARGETOS GOARCH=$TARGETARCH go build -o /out/app .

FROM alpine:«${ALPINE_VERSION}→3.20»
RUN apk add --no-cache ca-certificates
COPY --from=build /out/app /app
ENTRYPOINT ["/app"]
""",
        base="alpine:3.20",
    ),
    Shape(
        "a tool that go install brings",
        """\
FROM golang:1.22
RUN go install «github.com/cosmtrek/air@v1.40.0→github.com/cosmtrek/air@v1.49.0»
CMD ["air"]
""",
        raises=(("golang", "github.com/cosmtrek/air", "1.49.0"),),
    ),
    Shape(
        "an exporter: the operating system and the processor are in the base's name",
        """\
ARG ARCH="amd64"
ARG OS="linux"
FROM quay.io/prometheus/busybox-${OS}-${ARCH}:«glibc→uclibc»
LABEL maintainer="The Authors <authors@example.org>"

ARG ARCH="amd64"
ARG OS="linux"
COPY .build/${OS}-${ARCH}/exporter /bin/exporter
USER nobody
ENTRYPOINT [ "/bin/exporter" ]
""",
        base="quay.io/prometheus/busybox-linux-amd64:uclibc",
    ),
    Shape(
        "a service of Rust: the recipe, the build, the result",
        """\
FROM rust:1.70 AS chef
RUN cargo install cargo-chef --version «0.1.50→0.1.62» --locked
WORKDIR /app

FROM chef AS builder
COPY . .
RUN cargo build --release

FROM «debian:bullseye-slim→debian:bookworm-slim» AS runtime
COPY --from=builder /app/target/release/app /usr/local/bin
ENTRYPOINT ["/usr/local/bin/app"]
""",
        base="debian:bookworm-slim",
        raises=(("cargo", "cargo-chef", "0.1.62"),),
    ),
    Shape(
        "a jar in layers",
        """\
FROM eclipse-temurin:17.0.4_8-jdk-alpine AS builder
WORKDIR application
ARG JAR_FILE=target/*.jar
COPY ${JAR_FILE} application.jar
RUN java -Djarmode=layertools -jar application.jar extract

FROM «eclipse-temurin:17.0.4_8-jre-alpine→eclipse-temurin:17.0.13_11-jre-alpine»
WORKDIR application
COPY --from=builder application/dependencies/ ./
COPY --from=builder application/application/ ./
ENTRYPOINT ["java", "org.springframework.boot.loader.JarLauncher"]
""",
        base="eclipse-temurin:17.0.13_11-jre-alpine",
    ),
    Shape(
        "an image of Red Hat's, with its package manager",
        """\
FROM «registry.access.redhat.com/ubi9/ubi-minimal:9.1→registry.access.redhat.com/ubi9/ubi-minimal:9.4»
ARG JAVA_PACKAGE=java-17-openjdk-headless
ARG RUN_JAVA_VERSION=1.3.8
RUN microdnf install curl ca-certificates ${JAVA_PACKAGE} \\
    && microdnf update \\
    && microdnf clean all
USER 1001
CMD [ "/deployments/run-java.sh" ]
""",
        base="registry.access.redhat.com/ubi9/ubi-minimal:9.4",
    ),
    Shape(
        ".NET: the runtime first, for the editor, the SDK by an argument",
        """\
#See https://example.org to understand how this file is used to debug.

FROM «mcr.microsoft.com/dotnet/aspnet:6.0→mcr.microsoft.com/dotnet/aspnet:8.0» AS base
WORKDIR /app
EXPOSE 80

FROM mcr.microsoft.com/dotnet/sdk:6.0 AS build
ARG BUILD_CONFIGURATION=Release
WORKDIR /src
COPY ["Shop/Shop.csproj", "Shop/"]
RUN dotnet restore "Shop/Shop.csproj"
RUN dotnet publish "Shop/Shop.csproj" -c $BUILD_CONFIGURATION -o /app/publish

FROM base AS final
COPY --from=build /app/publish .
ENTRYPOINT ["dotnet", "Shop.dll"]
""",
        base="mcr.microsoft.com/dotnet/aspnet:8.0",
        line_end="\r\n",
        mark=b"\xef\xbb\xbf",
    ),
    Shape(
        "Windows: another escape character",
        """\
# escape=`
FROM «mcr.microsoft.com/windows/servercore:ltsc2019→mcr.microsoft.com/windows/servercore:ltsc2022»
SHELL ["powershell", "-Command", "$ErrorActionPreference = 'Stop';"]
RUN Invoke-WebRequest -Uri https://example.org/x.zip -OutFile C:\\x.zip; `
    Expand-Archive C:\\x.zip -DestinationPath C:\\app; `
    Remove-Item C:\\x.zip
CMD ["C:\\\\app\\\\x.exe"]
""",
        base="mcr.microsoft.com/windows/servercore:ltsc2022",
        line_end="\r\n",
    ),
    Shape(
        "PHP with Composer out of another image",
        """\
FROM «php:8.1-fpm→php:8.3-fpm»
ARG user
ARG uid
RUN apt-get update && apt-get install -y git curl libpng-dev zip unzip
RUN docker-php-ext-install pdo_mysql gd
COPY --from=composer:2.4 /usr/bin/composer /usr/bin/composer
RUN useradd -G www-data,root -u $uid -d /home/$user $user
WORKDIR /var/www
USER $user
""",
        base="php:8.3-fpm",
    ),
    Shape(
        "packages by versions in Debian's order, a line each",
        """\
FROM debian:bookworm
RUN set -eux; \\
	apt-get update; \\
	apt-get install -y --no-install-recommends \\
		ca-certificates \\
		«libssl3=3.0.9-1→libssl3=3.0.15-1~deb12u1» \\
		openssl=3.0.11-1~deb12u2 \\
	; \\
	rm -rf /var/lib/apt/lists/*
""",
        raises=(("deb", "libssl3", "3.0.15-1~deb12u1"),),
    ),
    Shape(
        "packages by versions in Alpine's order",
        """\
FROM alpine:3.18
RUN apk add --no-cache --virtual .build gcc=12.2.1_git20220924-r10 \\
 && apk add --no-cache «curl=8.1.0-r0→curl=8.5.0-r0» 'jq~1.6' \\
 && apk del .build
""",
        raises=(("apk", "curl", "8.5.0-r0"),),
    ),
    Shape(
        "the version that is fetched and installed stands in ENV",
        """\
FROM nginx:1.27
# renovate: datasource=pypi depName=certbot
ENV CERTBOT_VERSION="«2.1.0→2.9.0»" \\
    CERTBOT_HOME=/etc/letsencrypt
RUN pip3 install --no-cache-dir certbot==${CERTBOT_VERSION} certbot-nginx
VOLUME $CERTBOT_HOME
""",
        raises=(("pypi", "certbot", "2.9.0"),),
    ),
    Shape(
        "a database with extensions, by major version",
        """\
FROM «postgres:15.1-bullseye→postgres:15.8-bookworm»
ENV POSTGIS_MAJOR=3
RUN apt-get update \\
      && apt-get install -y --no-install-recommends \\
           postgresql-$PG_MAJOR-postgis-$POSTGIS_MAJOR \\
      && rm -rf /var/lib/apt/lists/*
COPY ./initdb-postgis.sh /docker-entrypoint-initdb.d/10_postgis.sh
""",
        base="postgres:15.8-bookworm",
    ),
    Shape(
        "an image of the official library, made by a template",
        """\
#
# NOTE: THIS DOCKERFILE IS GENERATED VIA "apply-templates.sh"
#
# PLEASE DO NOT EDIT IT DIRECTLY.
#

FROM «buildpack-deps:bullseye→buildpack-deps:bookworm»

# ensure local python is preferred over distribution python
ENV PATH /usr/local/bin:$PATH
ENV GPG_KEY E3FF2839C048B25C084DEBE9B26995E310250568

RUN set -eux; \\
	for src in idle3 pip3; do \\
		dst="$(echo "$src" | tr -d 3)"; \\
		ln -svT "$src" "/usr/local/bin/$dst"; \\
	done
CMD ["python3"]
""",
        base="buildpack-deps:bookworm",
    ),
    Shape(
        "pinned by its digest, with its tag",
        f"""\
FROM «python:3.9@sha256:{"a" * 64}→python:3.12@sha256:{"b" * 64}»
COPY . /app
""",
        base=f"python:3.12@sha256:{'b' * 64}",
    ),
    Shape(
        "the digest in an argument",
        f"""\
ARG BASE=«cgr.dev/example/python@sha256:{"a" * 64}→cgr.dev/example/python@sha256:{"b" * 64}»
FROM ${{BASE}}
COPY . /app
""",
        base=f"cgr.dev/example/python@sha256:{'b' * 64}",
    ),
    Shape(
        "a script in the file",
        """\
# syntax=docker/dockerfile:1
FROM «fedora:37→fedora:40»
RUN <<EOF
set -e
dnf install -y nginx
pip install «requests==2.28.0→requests==2.32.4»
echo "FROM fedora:37" > /etc/base
dnf clean all
EOF
COPY <<-"nginx.conf" /etc/nginx/nginx.conf
	# FROM fedora:37
	pip install requests==2.28.0
nginx.conf
""",
        base="fedora:40",
        raises=(("pypi", "requests", "2.32.4"),),
    ),
    Shape(
        "notebooks: registry, owner and name are arguments",
        """\
ARG REGISTRY=quay.io
ARG OWNER=jupyter
ARG BASE_IMAGE=$REGISTRY/$OWNER/scipy-notebook:«2023-06-01→2024-10-07»
FROM $BASE_IMAGE

LABEL maintainer="Project <jupyter@example.org>"
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN pip install --no-cache-dir '«jupyterlab-git==0.41.0→jupyterlab-git==0.50.1»' && \\
    fix-permissions "/home/${NB_USER}"
""",
        base="quay.io/jupyter/scipy-notebook:2024-10-07",
        raises=(("pypi", "jupyterlab-git", "0.50.1"),),
    ),
    Shape(
        "workflows: the program's version is in the base's tag",
        """\
FROM apache/airflow:«2.5.0→2.10.3»
USER root
RUN apt-get update \\
  && apt-get install -y --no-install-recommends vim \\
  && apt-get autoremove -yqq --purge
USER airflow
RUN pip install --no-cache-dir "apache-airflow==${AIRFLOW_VERSION}" «lxml==4.9.0→lxml==4.9.4»
""".replace("apache/airflow:«2.5.0→2.10.3»", "«apache/airflow:2.5.0→apache/airflow:2.10.3»"),
        base="apache/airflow:2.10.3",
        raises=(("pypi", "lxml", "4.9.4"),),
    ),
    Shape(
        "an add-on: what builds it names the base",
        """\
ARG BUILD_FROM=ghcr.io/example/base:«14.0.0→16.3.2»
# hadolint ignore=DL3006
FROM ${BUILD_FROM}

COPY requirements.txt /tmp/
SHELL ["/bin/ash", "-o", "pipefail", "-c"]
RUN apk add --no-cache nginx
CMD [ "/run.sh" ]
""",
        base="ghcr.io/example/base:16.3.2",
    ),
    Shape(
        "a build agent, with a user in between and an exec form",
        """\
FROM «jenkins/agent:jdk11→jenkins/agent:jdk17»
USER root
RUN ["apt-get", "install", "-y", "make"]
RUN ["pip", "install", "«ansible==2.9.0→ansible==2.9.27»", "molecule"]
USER jenkins
ONBUILD COPY . /work
""",
        base="jenkins/agent:jdk17",
        raises=(("pypi", "ansible", "2.9.27"),),
    ),
    Shape(
        "small letters, tabs, and no line end at the end",
        """\
from	«ubuntu:20.04→ubuntu:24.04»	as	run
run	apt-get update ;\\
	apt-get install -y curl
cmd	bash""",
        base="ubuntu:24.04",
    ),
    Shape(
        "one builder for all, with what a build argument decides",
        """\
ARG VERSION=3.11
ARG VARIANT=«bullseye→bookworm»
FROM mcr.microsoft.com/devcontainers/python:0-${VERSION}-${VARIANT}
ENV PYTHONUNBUFFERED 1
# [Optional] If your requirements rarely change, uncomment this section.
# RUN pip3 install requests==2.28.0
""",
        base="mcr.microsoft.com/devcontainers/python:0-3.12-bookworm",
        args=(("VERSION", "3.12"),),
    ),
)

DEPLOYMENTS: Final = (
    Shape(
        "Compose with extensions, anchors and a build",
        """\
x-logging: &logging
  driver: json-file   # as everywhere
  options: {max-size: "10m"}

x-db: &db
  image: «postgres:12→postgres:12.22»
  logging: *logging

services:
  web:
    build: .
    depends_on: [db, "cache"]
  db:
    <<: *db
    volumes:
      - 'data:/var/lib/postgresql/data'
  labels-only:
    image: example/other:1
    labels: {image: "postgres:12"}
volumes: {data: }
""",
    ),
    Shape(
        "Compose with Windows line ends",
        """\
version: '3'
services:
    db:
        image: "«postgres:12→postgres:12.22»"
        environment:
            - POSTGRES_IMAGE=postgres:12
""",
        line_end="\r\n",
    ),
    Shape(
        "Kubernetes: several documents, a container to begin with",
        """\
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
data:
  image: postgres:12
---
apiVersion: apps/v1
kind: StatefulSet
spec:
  template:
    spec:
      initContainers:
        - name: wait
          image: example/wait:1
      containers:
        - image: docker.io/library/postgres:«12→12.22»   # keep in step with the backup
          name: db
""",
    ),
    Shape(
        "Helm's values",
        """\
# Default values for chart.
replicaCount: 1
image:
  repository: postgres
  # Overrides the image tag whose default is the chart appVersion.
  tag: "«12→12.22»"
  pullPolicy: IfNotPresent
metrics:
  image: {registry: docker.io, repository: example/exporter, tag: 1.2.3}
""",
    ),
    Shape(
        "Kustomize's list of images",
        """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [base]
images:
  - name: postgres
    newTag: "«12→12.22»"
  - name: example/other
    newTag: v1
""",
    ),
    Shape(
        "a workflow of GitHub with services",
        """\
on: [push]
jobs:
  test:
    runs-on: ubuntu-22.04
    container: example/ci:1
    services:
      db:
        image: «postgres:12→postgres:12.22»
        env: {POSTGRES_PASSWORD: x}
        options: >-
          --health-cmd pg_isready
    steps:
      - uses: actions/checkout@v4
      - run: docker run postgres:12 true
""",
    ),
    Shape(
        "a devcontainer with remarks",
        """\
// For format details, see https://example.org
{
\t"name": "db", // postgres:12
\t"image": "«postgres:12→postgres:12.22»",
\t/* "image": "postgres:11", */
\t"forwardPorts": [5432],
}
""",
    ),
)
