"""Configurations: the words that make a loader act are found at any depth; the rest is data."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanmen.supply.models.configs import outside
from yanmen.supply.models.examine import look
from yanmen.supply.targets import Artifact, Examined

SAMPLES = Path(__file__).parents[2] / "corpora/models"
Look = Callable[..., Examined]
Said = Callable[[Examined], set[str]]


def _bytes(value: Any) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": 8}, "model-config"),
        ({"tokenizer_class": "X", "chat_template": "{% for m in messages %}{{ m.content }}{% endfor %}"}, "tokenizer-config"),
        ({"peft_type": "LORA", "base_model_name_or_path": "meta-llama/Llama-3.1-8B", "auto_mapping": None}, "adapter-config"),
        ({"_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.30", "unet": ["diffusers", "UNet2DConditionModel"],
          "safety_checker": [None, None]}, "pipeline-index"),
        ({"metadata": {}, "weight_map": {"a": "model-00001-of-00002.safetensors"}}, "weights-index"),
        ({"schemaVersion": 2, "layers": [{"mediaType": "application/vnd.ollama.image.model"}]}, "ollama-manifest"),
        ([{"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"}], "json"),
        ({"model_type": "x", "_attn_implementation": "flash_attention_2"}, "model-config"),
        ([1, 2], "json"),
    ],
)  # fmt: skip
def test_what_the_field_writes_is_proven_safe(value: Any, kind: str, examined: Look) -> None:
    """By what it holds, each is known."""
    found = examined(_bytes(value), "config.json")

    assert (found.format, found.proof, found.findings) == (kind, "proven_safe", ())


def test_a_booster_in_json_is_proven_safe(examined: Look) -> None:
    """As XGBoost writes it."""
    found = examined((SAMPLES / "benign-xgboost.json").read_bytes(), "m.json")

    assert (found.format, found.proof) == ("xgboost-json", "proven_safe")


@pytest.mark.parametrize(
    ("value", "rules", "proof"),
    [
        ({"auto_map": {"AutoModel": "modeling_x.XModel"}}, {"model.loads-own-code"}, "unknown"),
        ({"auto_map": {"AutoModel": "evil/repo--modeling.X"}}, {"model.loads-foreign-code"}, "unsafe"),
        ({"a": {"text_config": {"auto_map": {"AutoConfig": "c.C"}}}}, {"model.loads-own-code"}, "unknown"),
        ({"auto_map": {"AutoTokenizer": ["tokenization.X", None]}}, {"model.loads-own-code"}, "unknown"),
        ({"custom_pipelines": {"x": {"impl": "pipe.Pipe", "pt": ["AutoModel"]}}}, {"model.loads-own-code"}, "unknown"),
        ({"trust_remote_code": True}, {"model.loads-own-code"}, "unknown"),
        ({"peft_type": "LORA", "auto_mapping": {"parent_library": "os", "base_model_class": "system"}},
         {"model.loads-foreign-code"}, "unsafe"),
        ({"auto_mapping": {"parent_library": "transformers_modules.x"}}, {"model.loads-own-code"}, "unknown"),
        ({"_class_name": ["my_pipeline", "MyPipeline"]}, {"model.loads-own-code"}, "unknown"),
        ({"_class_name": "P", "unet": ["my_unet", "MyUNet"]}, {"model.loads-own-code"}, "unknown"),
        # CVE-2025-23304: NVIDIA NeMo made whatever object a model's metadata named
        ({"model": {"_target_": "builtins.exec", "_args_": ["1"]}}, {"model.loads-foreign-code"}, "unsafe"),
        ({"py/reduce": [{"py/function": "os.system"}]}, {"model.loads-foreign-code"}, "unsafe"),
        ({"peft_type": "LORA", "base_model_name_or_path": "/home/user/base"}, {"model.base-elsewhere"}, "proven_safe"),
        ({"weight_map": {"a": "../../x.safetensors"}}, {"graph.data-outside"}, "unsafe"),
        ({"model_type": "x", "_attn_implementation": "org/kernels"}, {"model.loads-foreign-code"}, "unsafe"),
        ([{"idx": 0, "path": "", "type": "custom_st.Transformer"}], {"model.loads-own-code"}, "unknown"),
        ({"model": {"class_path": "my.Model"}}, {"model.loads-own-code"}, "unknown"),
        ({"__kind__": "instance", "class": "os.system"}, {"model.loads-own-code"}, "unknown"),
        ({"schemaVersion": 2, "layers": [{"digest": "sha256:../../../etc/x"}]}, {"graph.data-outside"}, "unsafe"),
        ({"chat_template": [{"name": "default", "template": "{{ x.__class__ }}"}]}, {"template.runs-code"}, "unsafe"),
        ({"deep": {"note": "{% include 'x' %}"}}, {"template.loads-other"}, "unsafe"),
        ({"class_name": "Lambda", "config": {"function": ["4w==", None, None]}}, {"keras.runs-code"}, "unsafe"),
    ],
)  # fmt: skip
def test_words_that_make_a_loader_act_are_found(
    value: Any, rules: set[str], proof: str, examined: Look, said: Said
) -> None:
    """And code that a model brings is never judged away."""
    found = examined(_bytes(value), "config.json")

    assert (said(found), found.proof) == (rules, proof)


def test_a_key_that_stands_twice_is_not_judged(examined: Look, said: Said) -> None:
    """One reader takes the first, another the last."""
    found = examined(b'{"auto_map": {"A": "m.M"}, "auto_map": {}}', "config.json")

    assert (said(found), found.proof) == ({"model.contradicts-itself"}, "unknown")


def test_a_vocabulary_is_checked_without_being_held(examined: Look) -> None:
    """Tens of megabytes; a word that loaders act on makes it unknown."""
    pad = {f"token{number}": number for number in range(250_000)}
    plain = examined(_bytes({"model": {"vocab": pad}}), "tokenizer.json")
    acting = examined(_bytes({"model": {"vocab": pad}, "auto_map": {"a": "b"}}), "tokenizer.json")

    assert (plain.proof, acting.proof, acting.unexamined[0].reason) == ("proven_safe", "unknown", "too-large")


def test_an_index_of_a_hundred_thousand_tensors_is_read(examined: Look, said: Said) -> None:
    """Its files are few, and each is looked at."""
    names = {
        f"model.layers.{number}.mlp.experts.weight": f"model-{number % 9}.safetensors"
        for number in range(60_000)
    }
    leaving = {**names, "x": "../x.safetensors"}

    assert examined(_bytes({"weight_map": names}), "model.safetensors.index.json").proof == "proven_safe"
    assert said(examined(_bytes({"weight_map": leaving}), "model.safetensors.index.json")) == {
        "graph.data-outside"
    }


def test_broken_documents_are_malformed(examined: Look) -> None:
    """Also deep ones."""
    for data in (b'{"a": ', b'{"a": NaN}', b'{"a": "\xff"}', b'{"a":' + b'{"a":' * 5000):
        found = examined(data, "config.json")

        assert (found.proof, found.unexamined[0].reason) in {
            ("unknown", "malformed"),
            ("unknown", "too-large"),
        }


def test_ways_out_of_a_folder() -> None:
    """On every system."""
    out = ["/a", "\\\\host\\a", "~/a", "C:/a", "C:\\a", "https://a", "a/../b", "..", "s3://a"]
    inside = ["a", "a/b", "meta-llama/Llama-3.1-8B", "a..b", "...", "model-00001-of-00002.safetensors", ""]

    assert [path for path in out if not outside(path)] == []
    assert [path for path in inside if outside(path)] == []


@given(st.recursive(
    st.none() | st.booleans() | st.text(max_size=10) | st.integers(),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from("auto_map class_name config chat_template module impl weight_map unet _class_name py/object".split()),
        inner,
        max_size=4,
    ),
    max_leaves=20,
))  # fmt: skip
def test_no_document_makes_it_fall(value: Any) -> None:
    """Whatever stands where something else was expected."""
    found = look(Artifact.held("config.json", _bytes(value)))

    assert "detector-failed" not in {each.reason for each in found.unexamined}
