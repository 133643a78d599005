"""Jobs of CI."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from yanmen.core.nouns import Unexamined
from yanmen.supply.sources.ci import Jobs
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
Ask = Callable[..., tuple[list[Component], list[Unexamined]]]
WORKFLOW = """
name: build
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    container: python:3.11.7
    steps:
      - uses: actions/checkout@v4
      - uses: org/repo/sub/path@COMMIT
      - uses: ./local
      - uses: docker://alpine:3.19.1
      - name: install
        run: |
          python -m pip install --upgrade pip build==1.0
          pip install "${{ matrix.x }}"
""".replace("COMMIT", "ab" * 20)
GITLAB = """
image: node:20.1.0
.base: &base
  before_script: [npm install left-pad@1.0.0]
test:
  <<: *base
  image: {name: "ruby:3.2.1", entrypoint: [""]}
  script:
    - pip install six
"""


def test_github(lay: Lay, ask: Ask) -> None:
    """Actions by repository and version, images, what is installed."""
    root = lay({".github/workflows/x.yml": WORKFLOW, "workflows/y.yml": WORKFLOW})
    found, missed = ask(root, Jobs())

    assert [(one.purl, one.facts.get("tag", ""), one.where.partition("#")[2]) for one in found] == [
        ("pkg:docker/library/python@3.11.7", "", "L6"),
        ("pkg:github/actions/checkout@v4", "v4", "L8"),
        ("pkg:github/org/repo@" + "ab" * 20, "", "L9"),
        ("pkg:docker/library/alpine@3.19.1", "", "L11"),
        ("pkg:pypi/pip", "", "L14"),
        ("pkg:pypi/build@1.0", "", "L14"),
    ]
    assert found[1].ecosystem == "GitHub Actions"
    assert [one.reason for one in missed] == ["not-checked"]


def test_gitlab(lay: Lay, ask: Ask) -> None:
    """What an anchor repeats is told once."""
    found, missed = ask(lay({".gitlab-ci.yml": GITLAB}), Jobs())

    assert missed == []
    assert sorted(one.purl for one in found) == [
        "pkg:docker/library/node@20.1.0",
        "pkg:docker/library/ruby@3.2.1",
        "pkg:npm/left-pad@1.0.0",
        "pkg:pypi/six",
    ]
