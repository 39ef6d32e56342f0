# garboard in an image: docker run --rm --read-only -v garboard:/data -v "$PWD:/work:ro" garboard scan image.tar
ARG BASE=debian:bookworm-slim

FROM ${BASE} AS build
RUN apt-get update && apt-get install -y --no-install-recommends python3-venv ca-certificates && rm -rf /var/lib/apt/lists/*
RUN python3 -m venv /opt/uv && /opt/uv/bin/pip install --no-cache-dir uv==0.13.9
WORKDIR /src
COPY pyproject.toml uv.lock README.md LICENSE ./
ENV UV_PROJECT_ENVIRONMENT=/opt/garboard UV_PYTHON=/usr/bin/python3 UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy
RUN /opt/uv/bin/uv sync --frozen --no-install-project --no-cache --compile-bytecode
COPY src src
RUN /opt/uv/bin/uv sync --frozen --no-editable --no-cache --compile-bytecode

FROM ${BASE}
RUN apt-get update && apt-get install -y --no-install-recommends python3 ca-certificates && rm -rf /var/lib/apt/lists/* \
 && mkdir /data /work && chown 65532:65532 /data
COPY --from=build /opt/garboard /opt/garboard
ENV PATH=/opt/garboard/bin:/usr/bin:/bin HOME=/data GARBOARD_DB=/data/db GARBOARD_CACHE=/data/cache PYTHONDONTWRITEBYTECODE=1
VOLUME /data
WORKDIR /work
USER 65532:65532
ENTRYPOINT ["garboard"]
CMD ["--help"]
