"""What bills of materials are written of."""

from __future__ import annotations

import pytest

from yanmen.core.nouns import Ref, Unexamined, Where
from yanmen.supply.bom.contents import Contents, Statement
from yanmen.supply.purls import node, own, purl, python
from yanmen.supply.targets import Component


@pytest.fixture
def whole() -> Contents:
    """One of everything that has a field of its own."""
    model = Component(
        purl=purl("huggingface", "tiny", "abc", "org"),
        ecosystem="",
        name="org/tiny",
        version="abc",
        how="installed",
        where="models/tiny/config.json",
        licences=("llama2", "A licence of our own"),
        facts={
            "kind": "model",
            "task": "text-generation",
            "architectures": "LlamaForCausalLM",
            "model_type": "llama",
            "datasets": "org/data wikipedia",
            "base_model": "org/large nonsense",
            "base_model_relation": "finetune",
            "format": "safetensors",
        },
    )
    return Contents(
        name="project",
        at=1_763_740_800_000_000,
        version="0.1.0",
        components=(
            own("pypi", "mine", "1.0", where="pyproject.toml", needs=("pkg:pypi/flask@3.0",)),
            python(
                "flask",
                "3.0",
                how="installed",
                where=".venv/x#L2",
                licences=("BSD-3-Clause",),
                hashes={"sha256": "ab" * 32, "sha1": "too short"},
                needs=("pkg:pypi/click", "pkg:pypi/gone"),
                direct=True,
                facts={
                    "also": "uv.lock#L9\nnotes",
                    "homepage": "https://host/ <script>",
                    "supplier": "Pallets",
                },
            ),
            python(
                "click",
                "8.1",
                licences=("MIT OR Apache-2.0",),
                scope="develop",
                facts={"via": "pkg:pypi/flask"},
            ),
            python("odd", licences=("No such licence", "Nor this"), constraint=">=1"),
            node("@scope/x", "1.0.0", scope="optional", facts={"url": "git+https://host/x.git"}),
            model,
            Component(
                purl="pkg:huggingface/org/data",
                ecosystem="",
                name="org/data",
                facts={"kind": "dataset", "task": "rows"},
            ),
            Component(
                purl="pkg:docker/library/redis@7",
                ecosystem="",
                name="library/redis",
                version="7",
                how="mentioned",
                facts={"kind": "image", "services": "cache\nqueue"},
            ),
        ),
        unexamined=(
            Unexamined(
                subject=Ref(kind="file", id="x"), reason="malformed", detail="why", where=Where(part="x#L3")
            ),
        ),
        statements=(
            Statement(
                purl="pkg:pypi/flask@3.0",
                id="CVE-2024-1",
                aliases=("GHSA-xxxx",),
                severity="high",
                detail="seen",
            ),
            Statement(
                purl="pkg:pypi/click@8.1", id="CVE-2024-1", severity="high", state="not_affected", detail="no"
            ),
            Statement(purl="pkg:pypi/elsewhere@1", id="CVE-2024-2"),
        ),
    )
