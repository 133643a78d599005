"""Functions that can matter."""

from __future__ import annotations

from yanmen.supply.packages.reading import syntax as s
from yanmen.supply.packages.reading.python import Python
from yanmen.supply.packages.reading.relevance import mark


def test_only_what_leads_to_something_known_is_followed() -> None:
    """Through aliases and through other functions; in small modules, all."""
    text = "import subprocess as sp\ngo = sp.run\ndef deep():\n    go('x')\ndef far():\n    deep()\n"
    text += "".join(f"def idle{place}():\n    return {place}\n" for place in range(70))
    body = Python.parse(text)
    mark(body, Python, whole=False)
    functions = {node.name: node.matters for node in body if isinstance(node, s.Func)}
    small = Python.parse("def idle():\n    return 1\n")
    mark(small, Python, whole=False)

    assert functions["deep"]
    assert functions["far"]
    assert not functions["idle3"]
    assert isinstance(small[0], s.Func)
    assert small[0].matters
