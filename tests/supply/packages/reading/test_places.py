"""Places that say what a program is after."""

from __future__ import annotations

import pytest

from yanmen.supply.packages.reading.places import (
    file_tags,
    key_tags,
    spreads,
    starts_later,
    text_tags,
    variable_tags,
)


@pytest.mark.parametrize(
    ("path", "tag"),
    [
        ("~/.ssh/id_rsa", "secret:ssh keys"), ("~/.aws/credentials", "secret:cloud credentials"), ("/x/.npmrc",
            "secret:publishing tokens"),
        (("$APPDATA/Google/Chrome/User Data/Default/Login "
            "Data"), "secret:browser store"), ("~/.config/solana/id.json", "secret:wallets"),
        ("/etc/hostname", "host:system files"),
    ],
)  # fmt: skip
def test_files(path: str, tag: str) -> None:
    """By where they lie."""
    assert tag in file_tags(path)
    assert file_tags("README.md") == frozenset()


def test_variables_keys_and_commands() -> None:
    """By their names."""
    assert variable_tags("GITHUB_TOKEN") == {"variable:GITHUB_TOKEN"}
    assert variable_tags("HOSTNAME") == {"host:HOSTNAME"}
    assert variable_tags("LANG") == frozenset()
    assert key_tags("privateKey")
    assert not key_tags("key")
    assert text_tags("cat ~/.ssh/id_rsa")


def test_where_things_start_and_spread() -> None:
    """Autostart, workflows, indexes, assistants."""
    assert starts_later("~/.config/autostart/x.desktop") == "autostart"
    assert starts_later("x/readme") == ""
    assert spreads(".github/workflows/x.yml") == "workflow"
    assert spreads("~/.config/pip/pip.conf") == "package index"
    assert spreads("build/out.js") == ""
