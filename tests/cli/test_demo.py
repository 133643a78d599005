"""``yanmen demo`` on the real system, in both languages."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(("tongue", "said"), [("en", "The day is over."), ("zh", "一天结束。")])
def test_the_day_goes_as_told(tongue: str, said: str) -> None:
    """Every act checks what it tells; the first that does not go so ends the demo with an error."""
    line = [sys.executable, "-m", "yanmen.cli", "demo", "--pace", "0"]
    env = {**os.environ, "YANMEN_LANG": tongue}

    done = subprocess.run(line, capture_output=True, text=True, timeout=120, check=False, env=env)

    assert done.returncode == 0, done.stdout + done.stderr
    assert said in done.stdout
    assert "content_policy_violation" in done.stdout
    assert "ym_" not in done.stdout
