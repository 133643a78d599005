"""Services."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from yanmen.core.nouns import Unexamined
from yanmen.supply.sources.services import Services
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
Ask = Callable[..., tuple[list[Component], list[Unexamined]]]
COMPOSE = """
services:
  cache:
    image: redis:7
  api:
    build: .
    image: own/api
  db:
    image: ${DB:-postgres:16.1}
  other:
    image: ${NONE}
"""
CLUSTER = """
apiVersion: v1
kind: List
items:
  - apiVersion: batch/v1
    kind: CronJob
    metadata: {name: nightly}
    spec: {jobTemplate: {spec: {template: {spec: {initContainers: [{name: i, image: "busybox:1.36.1"}],
      containers: [{name: c, image: "host:5000/a/b@sha256:DIGEST"}]}}}}}
---
apiVersion: v1
kind: ConfigMap
data: {image: nothing}
""".replace("DIGEST", "ab" * 32)


def test_compose(lay: Lay, ask: Ask) -> None:
    """What is built has its own file; a default counts where nothing is set."""
    found, missed = ask(lay({"docker-compose.prod.yml": COMPOSE}), Services())

    assert [(one.purl, one.facts["services"], one.where.partition("#")[2]) for one in found] == [
        ("pkg:docker/library/redis@7", "cache", "L3"),
        ("pkg:docker/library/postgres@16.1", "db", "L8"),
    ]
    assert [one.reason for one in missed] == ["not-checked"]


def test_kubernetes(lay: Lay, ask: Ask) -> None:
    """Wherever containers are listed."""
    found, missed = ask(lay({"k8s/all.yaml": CLUSTER, "notes.yaml": "image: x\n"}), Services())

    assert missed == []
    assert sorted((one.purl, one.facts["services"]) for one in found) == [
        ("pkg:docker/a/b@sha256:" + "ab" * 32 + "?repository_url=host:5000", "nightly"),
        ("pkg:docker/library/busybox@1.36.1", "nightly"),
    ]


def test_templates_are_said(lay: Lay, ask: Ask) -> None:
    """Helm fills them in later."""
    root = lay({"templates/x.yaml": "apiVersion: v1\nkind: Pod\nimage: {{ .Values.image }}\n"})

    assert [one.reason for one in ask(root, Services())[1]] == ["not-checked"]
