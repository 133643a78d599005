"""Routes in a configuration: names must fit together, and an error says in which line they do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from yanmen.core.config import load
from yanmen.core.errors import YanmenError

TWO = """
[gateway.upstreams.east]
url = "http://east/v1"
models = ["qwen*"]
weight = 3

[gateway.upstreams.west]
url = "http://west/v1"
"""


def _load(folder: Path, text: str) -> None:
    path = folder / "yanmen.toml"
    path.write_text(text, "utf-8")
    load(path)


def test_upstreams_aliases_and_routes_are_read(tmp_path: Path) -> None:
    """In the order of the file, for the first route that fits is taken."""
    path = tmp_path / "yanmen.toml"
    path.write_text(
        TWO
        + '[gateway.models.fast]\nmodel = "qwen3"\nupstreams = ["east"]\nfallback = ["west"]\nnames = {west = "q"}\n'
        '[gateway.routes.z]\ntenants = ["acme"]\nupstreams = ["west"]\n'
        '[gateway.routes.a]\nmodels = ["gpt-*"]\nupstreams = ["east", "west"]\nweights = {west = 9}\n',
        "utf-8",
    )
    gateway = load(path).config.gateway

    assert gateway.upstreams["east"].weight == 3
    assert gateway.models["fast"].names == {"west": "q"}
    assert list(gateway.routes) == ["z", "a"]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('[gateway.models.fast]\nmodel = "qwen3"\nupstreams = ["nort"]\n', 11, "no upstream `nort`"),
        ('[gateway.models."gpt-4.1"]\nfallback = ["nort"]\n', 10, "no upstream `nort`"),
        ("[gateway.models.fast]\nweights = {nort = 2}\n", 10, "no upstream `nort`"),
        ('[gateway.models.fast]\nnames = {nort = "x"}\n', 10, "no upstream `nort`"),
        ('[gateway.models.fast]\nmodel = "llama"\nupstreams = ["east"]\n', 11, "does not serve `llama`"),
        ('[gateway.routes.r]\nupstreams = ["west", "nort"]\n', 10, "no upstream `nort`"),
        ('[gateway.routes.r]\ntenants = ["acme"]\n', 10, "leads nowhere"),
        ("[gateway.upstreams.north]\nweight = 2\n", 10, "needs a `url`"),
        ('[gateway.upstreams.NORTH]\nurl = "http://x/v1"\n', 10, "cannot name an upstream"),
        (
            '[gateway.upstream]\nurl = "http://x/v1"\n[gateway.upstreams.default]\nurl = "http://y/v1"\n',
            12,
            "already",
        ),
        ('[gateway.upstreams.north]\nurl = "http://x/v1"\nweight = 0\n', 11, "`int` >= 1"),
        ('[gateway.routes.r]\nsurfaces = ["soap"]\nupstreams = ["west"]\n', 10, "surfaces"),
        ("[gateway.health]\nretry_share = 2.0\n", 10, "<= 1"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    """By everything that reads a configuration, so by ``yanmen config check`` too."""
    with pytest.raises(YanmenError) as caught:
        _load(tmp_path, TWO + text)

    assert said in caught.value.message.en
    assert caught.value.where.startswith(f"{tmp_path / 'yanmen.toml'}:{line}")
