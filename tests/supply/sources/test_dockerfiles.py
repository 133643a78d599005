"""Dockerfiles."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from yanmen.core.nouns import Unexamined
from yanmen.supply.sources.dockerfiles import Dockerfiles, instructions
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
Ask = Callable[..., tuple[list[Component], list[Unexamined]]]
DOCKERFILE = """
# syntax=docker/dockerfile:1
ARG VERSION=3.11
FROM python:${VERSION}-slim AS build
RUN --mount=type=cache,target=/cache \\
    pip install --no-cache-dir \\
      # a comment within
      flask==3.0 -r requirements.txt && \\
    apt-get install -y --no-install-recommends curl
RUN ["npm", "install", "-g", "left-pad@1.0.0"]
RUN ["/bin/sh", "-c", "pip install six"]
RUN <<EOF
pip install numpy
EOF
FROM build
FROM ghcr.io/org/base@sha256:DIGEST
COPY --from=build /a /b
COPY --from=ghcr.io/org/tools:1.2.3 /a /b
FROM ${REGISTRY}/x
FROM scratch
""".replace("DIGEST", "ab" * 32)


def test_images_and_commands(lay: Lay, ask: Ask) -> None:
    """Stages are no images; arguments have defaults; continued lines and here-documents are read."""
    found, missed = ask(lay({"Dockerfile.gpu": DOCKERFILE}), Dockerfiles())

    assert [(one.purl, one.where.partition("#")[2]) for one in found] == [
        ("pkg:docker/library/python@3.11-slim", "L3"),
        ("pkg:pypi/flask@3.0", "L4"),
        ("pkg:deb/curl", "L4"),
        ("pkg:npm/left-pad@1.0.0", "L9"),
        ("pkg:pypi/six", "L10"),
        ("pkg:pypi/numpy", "L11"),
        ("pkg:docker/org/base@sha256:" + "ab" * 32 + "?repository_url=ghcr.io", "L15"),
        ("pkg:docker/org/tools@1.2.3?repository_url=ghcr.io", "L17"),
    ]
    assert [(one.reason, one.where.part) for one in missed] == [("not-checked", "Dockerfile.gpu#L18")]


def test_names(lay: Lay, ask: Ask) -> None:
    """And what only sounds like one."""
    names = ("Dockerfile", "api.Dockerfile", "Containerfile", "x/dockerfile.md", "docker.build")
    root = lay(dict.fromkeys(names, "FROM x:1.0.0\n"))

    assert [one.where for one in ask(root, Dockerfiles())[0]] == [
        "Containerfile#L1",
        "Dockerfile#L1",
        "api.Dockerfile#L1",
    ]


def test_one_without_an_image(lay: Lay, ask: Ask) -> None:
    """Is none."""
    assert [one.reason for one in ask(lay({"Dockerfile": "RUN x\n"}), Dockerfiles())[1]] == ["malformed"]


def test_what_never_ends() -> None:
    """Is joined all the same."""
    assert list(instructions("RUN a \\\n b \\")) == [("RUN a  b", 1)]
