"""Models and data sets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from yanmen.core.nouns import Unexamined
from yanmen.supply.sources.huggingface import LooseWeights, Repositories, suffix
from yanmen.supply.targets import Component

Lay = Callable[[dict[str, str | bytes]], Path]
Ask = Callable[..., tuple[list[Component], list[Unexamined]]]
CARD = """
---
license: other
license_name: llama3
base_model: [org/base]
base_model_relation: finetune
datasets:
- org/data
- 'bad name'
pipeline_tag: text-generation
language: [en, zh]
---
# Model
"""
CONFIG = """
{"architectures": ["LlamaForCausalLM"], "model_type": "llama", "torch_dtype": "bfloat16",
 "auto_map": {"AutoModel": "other/repo--modeling_x.X", "AutoConfig": "configuration_x.X"},
 "quantization_config": {"quant_method": "gptq"}}
"""
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 5\n"


def test_a_folder_that_holds_a_model(lay: Lay, ask: Ask) -> None:
    """Told once, by its configuration, with what its card adds; code and weights are named."""
    root = lay(
        {
            "models/tiny/config.json": CONFIG,
            "models/tiny/README.md": CARD,
            "models/tiny/model.safetensors": b"x" * 2_000,
            "models/tiny/modeling_x.py": "",
            "models/tiny/tokenizer.json": "{}",
            "models/tiny/.cache/huggingface/download/config.json.metadata": "ab" * 20 + "\nx\n",
        }
    )
    (found,), missed = ask(root)

    assert missed == []
    assert (found.purl, found.licences, found.needs) == (
        "pkg:generic/tiny@" + "ab" * 20,
        ("llama3",),
        ("pkg:huggingface/org/base",),
    )
    assert found.facts == {
        "kind": "model",
        "base_model": "org/base",
        "base_model_relation": "finetune",
        "datasets": "org/data",
        "task": "text-generation",
        "language": "en zh",
        "architectures": "LlamaForCausalLM",
        "model_type": "llama",
        "auto_map": "AutoConfig AutoModel",
        "remote_code": "other/repo",
        "quantization": "gptq",
        "dtype": "bfloat16",
        "format": "safetensors",
        "files": "model.safetensors",
        "custom_code": "modeling_x.py",
        "tokenizer": "tokenizer.json",
    }


def test_the_cache_of_the_hub(lay: Lay, ask: Ask) -> None:
    """Names, revisions and digests by where things lie; links to blobs are followed within the root."""
    digest = "ab" * 32
    root = lay(
        {
            f"hub/models--org--tiny/blobs/{digest}": b"x" * 2_000,
            "hub/models--org--tiny/blobs/c": '{"model_type": "x"}',
        }
    )
    snapshot = root / "hub/models--org--tiny/snapshots/abc"
    snapshot.mkdir(parents=True)
    (snapshot / "model.gguf").symlink_to(f"../../blobs/{digest}")
    (snapshot / "config.json").symlink_to("../../blobs/c")
    data = root / "hub/datasets--org--rows/snapshots/def"
    data.mkdir(parents=True)
    (data / "README.md").write_text("---\nlicense: cc-by-4.0\n---\n")
    found, missed = ask(root)

    assert missed == []
    assert [(one.purl, one.name, one.version, dict(one.hashes)) for one in found] == [
        ("pkg:huggingface/org/rows@def?type=dataset", "org/rows", "def", {}),
        ("pkg:huggingface/org/tiny@abc", "org/tiny", "abc", {"sha256": digest}),
    ]


def test_adapters_pipelines_and_cards_alone(lay: Lay, ask: Ask) -> None:
    """An adapter's base is its lineage; parts of a pipeline are told by it."""
    root = lay(
        {
            "lora/adapter_config.json": '{"peft_type": "LORA", "base_model_name_or_path": "org/base", "task_type": "CAUSAL_LM"}',
            "sd/model_index.json": '{"_class_name": "StableDiffusion", "unet": ["diffusers", "UNet"]}',
            "sd/unet/config.json": '{"_class_name": "UNet"}',
            "card/README.md": "---\nlibrary_name: keras\n---\n",
            "rows/README.md": "---\ntask_categories: [qa]\nlicense: mit\n---\n",
            "rows/dataset_info.json": '{"features": {}}',
        }
    )
    found, missed = ask(root, Repositories())

    assert missed == []
    assert {one.name: (one.facts["kind"], one.needs) for one in found} == {
        "lora": ("adapter", ("pkg:huggingface/org/base",)),
        "sd": ("model", ()),
        "card": ("model", ()),
        "rows": ("dataset", ()),
    }


def test_other_configurations_and_notes_are_nobodys(lay: Lay, ask: Ask) -> None:
    """Also those that are broken: a project has many files of these names."""
    root = lay(
        {
            "config.json": '{"port": 1}',
            "a/config.json": "{",
            "README.md": "# x",
            "b/README.md": "---\na: [\n---\n",
            "c/README.md": b"\xff",
        }
    )

    assert ask(root, Repositories()) == ([], [])


def test_weights_that_were_never_fetched(lay: Lay, ask: Ask) -> None:
    """Git LFS left a note in their place."""
    root = lay({"m/config.json": '{"model_type": "x"}', "m/model.safetensors": POINTER})

    assert [(one.reason, one.where.part) for one in ask(root, Repositories())[1]] == [
        ("not-checked", "m/model.safetensors")
    ]


def test_weights_without_a_configuration(lay: Lay, ask: Ask) -> None:
    """Each file is a component."""
    root = lay(
        {"w/llama.Q4.gguf": "x", "m/config.json": "{}", "m/x.onnx": "x", "lib/site-packages/y/z.onnx": "x"}
    )

    assert [(one.purl, one.facts["format"]) for one in ask(root, LooseWeights())[0]] == [
        ("pkg:generic/llama.Q4", "gguf")
    ]
    assert [suffix(name) for name in ("a.B.C", "x")] == [".c", ""]
