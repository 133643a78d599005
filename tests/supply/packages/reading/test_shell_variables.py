"""Variables of shells."""

from __future__ import annotations

from yanmen.supply.packages.reading.shell_variables import expanded


def test_variables_are_put_in() -> None:
    """Those that the script sets itself, also in pieces; others stay."""
    assert "curl -s https://a.b.invalid" in expanded(
        "i=c; h=u; l=rl\nto=https://a.b.invalid\n$i$h$l -s ${to}"
    )
    assert expanded("echo $HOME") == "echo $HOME"


def test_comments_are_no_commands() -> None:
    """Lines that begin with a hash, and the first."""
    assert "pip" not in expanded("#!/bin/sh\n# pip install https://a.b.invalid/x.tar.gz\ntrue")
