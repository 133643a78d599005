"""Proof of work, at the desk; the clients of the documentation are run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from yanmen.console.desk.challenges import AskedChallenge, AskedProof, check_proof, make_challenge

if TYPE_CHECKING:
    from tests.console.conftest import Scene

DOCS = Path(__file__).parents[3] / "docs" / "howto"


@pytest.mark.parametrize("page", ["ask-for-work.md", "ask-for-work.zh.md"])
def test_the_documented_client_proves_its_work(scene: Scene, page: str) -> None:
    """As it stands there."""
    code = re.search(r"```python\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL)
    assert code
    made = make_challenge(scene.house, scene.caller, AskedChallenge(whom="s", bits=10)).challenge
    command = [sys.executable, "-c", f"{code[1]}\nimport sys\nprint(solve(sys.argv[1]))", made]
    ended = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    proof = AskedProof(whom="s", proof=ended.stdout.strip(), bits=10)

    assert check_proof(scene.house, scene.caller, proof).outcome == "good"
    again = check_proof(scene.house, scene.caller, proof)
    assert (again.good, again.outcome) == (False, "used")
