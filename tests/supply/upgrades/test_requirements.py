"""Files of requirements."""

from __future__ import annotations

import pytest

from yanmen.supply.upgrades.manifests import CROSSED, HASHES
from yanmen.supply.upgrades.requirements import added, edited, is_requirements

HASH = "0" * 64


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("PyYAML==5.1\n", "PyYAML==5.4\n"),
        ("pyyaml == 5.1  # for the loader\n", "pyyaml==5.4  # for the loader\n"),
        (
            "PyYAML[extra]>=5 ; python_version<'3.9'  # x\n",
            "PyYAML[extra]>=5.4 ; python_version<'3.9'  # x\n",
        ),
        ("pyyaml", "pyyaml>=5.4"),
        ("pyyaml (==5.1)\n", "pyyaml==5.4\n"),
        ("a==1\r\npyyaml==5.1\r\n", "a==1\r\npyyaml==5.4\r\n"),
    ],
)
def test_only_the_version_changes(before: str, after: str) -> None:
    """Comments, extras, markers, line ends stay."""
    assert edited(before, "pyyaml", "5.4").text == after


@pytest.mark.parametrize(
    "line",
    [
        "# pyyaml==5.1",
        "pyyaml-env==5.1",
        "pyyaml @ https://x/y.whl",
        "-e git+https://x#egg=pyyaml",
        "-r pyyaml.txt",
        "--hash=x",
        "",
        "pyyaml ==",
    ],
)
def test_what_asks_for_something_else_stays(line: str) -> None:
    """Comments, other names, links, options, what is broken."""
    assert edited(line + "\n", "pyyaml", "5.4").changes == ()


def test_the_line_is_counted() -> None:
    """Each place is one change; a bound above that is lifted is noted."""
    changes = edited("a\n\npyyaml<5.2\nb\nPyYAML==5.1\n", "pyyaml", "5.4").changes

    assert [(one.line, one.before, one.after) for one in changes] == [
        (3, "pyyaml<5.2", "pyyaml>=5.4"),
        (5, "PyYAML==5.1", "PyYAML==5.4"),
    ]
    assert changes[0].notes == (CROSSED,)


def test_old_hashes_go_and_new_ones_come_from_a_resolver_only() -> None:
    """Without it the note says that they must be renewed; comments behind stay where they are."""
    text = f"pyyaml==5.1 \\\n    --hash=sha256:{HASH} \\\n    --hash=sha256:{HASH}\n    # via x\nb==1 --hash=sha256:{HASH}\n"
    bare = edited(text, "pyyaml", "5.4")
    full = edited(text, "pyyaml", "5.4", ["sha256:abc"])

    assert bare.text == f"pyyaml==5.4\n    # via x\nb==1 --hash=sha256:{HASH}\n"
    assert bare.changes[0].notes == (HASHES,)
    assert full.text == f"pyyaml==5.4 \\\n    --hash=sha256:abc\n    # via x\nb==1 --hash=sha256:{HASH}\n"
    assert full.changes[0].notes == ()


def test_a_line_is_added_with_its_reason() -> None:
    """After a last line without an end too."""
    found = added("a==1", "b", "2", "CVE-1")

    assert found.text == "a==1\nb>=2  # CVE-1\n"
    assert found.changes[0].line == 2


@pytest.mark.parametrize(
    ("path", "is_it"),
    [
        ("requirements.txt", True),
        ("requirements/dev.txt", True),
        ("x/requirements-gpu.in", True),
        ("constraints.txt", True),
        ("notes.txt", False),
        ("requirements.md", False),
    ],
)
def test_files_are_known_by_their_name(path: str, is_it: bool) -> None:
    """As people name them."""
    assert is_requirements(path) is is_it
