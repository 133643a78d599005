"""OpenVINO's XML."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yanmen.supply.targets import Examined

Look = Callable[..., Examined]
Said = Callable[[Examined], set[str]]
LAYER = '<layer id="0" name="a" type="Relu" version="opset{}"><data/></layer>'
PLAIN = f'<?xml version="1.0"?><net name="m" version="11"><layers>{LAYER.format(1)}{LAYER.format(13)}</layers></net>'


def test_a_plain_model_is_proven_safe(examined: Look) -> None:
    """Layers of its own operation sets."""
    found = examined(PLAIN.encode(), "m.xml")

    assert (found.format, found.proof, found.facts["layers"]) == ("openvino", "proven_safe", "2")


def test_an_extension_is_not_judged(examined: Look, said: Said) -> None:
    """It is a library."""
    found = examined(PLAIN.replace("opset13", "extension").encode(), "m.xml")

    assert (said(found), found.proof) == ({"graph.custom-operation"}, "unknown")


@pytest.mark.parametrize(
    "kind",
    [
        '<!DOCTYPE net [<!ENTITY a "b">]>',
        '<!DOCTYPE net [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE net SYSTEM "http://x/y.dtd">',
        '<!DOCTYPE net [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>',
    ],
)
def test_entities_are_found_and_never_read(kind: str, examined: Look, said: Said) -> None:
    """Billion laughs, files, addresses."""
    found = examined(f'<?xml version="1.0"?>{kind}<net>&a;</net>'.encode(), "m.xml")

    assert (said(found), found.proof) == ({"model.xml-entity"}, "unsafe")


def test_what_is_broken_or_no_model_is_said(examined: Look) -> None:
    """Cut short, too deep, another document."""
    for data, reason in (
        (PLAIN[:-9], "malformed"),
        ("<net>" + "<a>" * 100, "malformed"),
        ("<?xml version='1.0'?><html/>", "unsupported"),
    ):
        found = examined(data.encode(), "m.xml")

        assert (found.proof, found.unexamined[0].reason) == ("unknown", reason)
