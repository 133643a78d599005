"""What vendoring changes is not part of the digest."""

from __future__ import annotations

import pytest

from yanmen.supply.vendored.digest import SIZE, digest

TEXT = b"import six\nfrom urllib3 import x\n\n\ndef f():\n    return six.moves.x  # noqa: E501\n"


@pytest.mark.parametrize(
    "other",
    [
        TEXT.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + TEXT,
        b"# vendored\n" + TEXT.replace(b"import six", b"from pip._vendor import six"),
        TEXT.replace(b"return six.", b"return pip._vendor.six."),
        TEXT.replace(b"  # noqa: E501", b"   "),
    ],
)
def test_what_vendoring_changes(other: bytes) -> None:
    """Ends of lines, imports, comments, the place before a name."""
    assert digest("a/_m.py", other) == digest("b/m.py", TEXT)
    assert len(digest("m.py", TEXT)) == SIZE


def test_what_is_another_module() -> None:
    """Of another name or another text; what has next to nothing in it is nobody's."""
    assert digest("n.py", TEXT) != digest("m.py", TEXT)
    assert digest("m.py", TEXT + b"x = 1\n") != digest("m.py", TEXT)
    assert digest("m.py", b"# nothing\nimport x\n") == b""


@pytest.mark.timeout(60)
@pytest.mark.parametrize("text", [b"a.", b"x" + b" " * 200_000, b"_vendor.", b"# "])
def test_a_module_that_is_made_to_be_read_slowly(text: bytes) -> None:
    """A chain of names was followed to its end from each of them: hours for two megabytes."""
    data = b"x = " + text * ((2 << 20) // len(text))

    assert len(digest("m.py", data)) in {0, SIZE}
