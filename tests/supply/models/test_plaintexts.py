"""Texts beside models."""

from __future__ import annotations

from collections.abc import Callable

from yanmen.supply.targets import Examined

Look = Callable[..., Examined]
Said = Callable[[Examined], set[str]]


def test_a_text_is_judged_where_it_is_a_template(examined: Look) -> None:
    """By its marks or by its name."""
    assert examined(b"{{ x.__class__ }}", "notes.txt").proof == "unsafe"
    assert examined(b"hello", "chat_template.jinja").proof == "proven_safe"


def test_documents_for_people_keep_nothing_from_being_clean(examined: Look) -> None:
    """An archive of a model and its README was one that could not be judged. Marks of a template still make it one."""
    assert examined(b"# A model\n\nMIT.\n", "m.zip!docs/README.md").proof == "proven_safe"
    assert examined(b"{{ x.__class__ }}", "m.zip!README.md").proof == "unsafe"
    assert examined(b"import os\n", "m.zip!readme.py").proof == "unknown"
    assert examined(b"anything", "m.zip!notes").proof == "unknown"


def test_a_pointer_to_large_storage_is_told_as_what_it_is(examined: Look) -> None:
    """The weights were not fetched."""
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"

    assert [(each.reason, each.detail[:9]) for each in examined(pointer, "m.safetensors").unexamined] == [
        ("unreadable", "a Git LFS")
    ]


def test_code_beside_a_model_is_not_judged_here(examined: Look) -> None:
    """It is named as what it is."""
    for data, name in ((b"import os\n", "modeling_x.py"), (b"#!/bin/sh\nrm -r x\n", "install")):
        found = examined(data, name)

        assert (found.proof, found.unexamined[0].reason) == ("unknown", "not-checked")


def test_settings_that_call_something_are_found(examined: Look, said: Said) -> None:
    """CVE-2025-23304: NeMo made whatever a model's settings named; and PyYAML's tags. Others are not read, and not proven."""
    for text in (b"model:\n  _target_: builtins.exec\n", b"a: !!python/object/apply:os.system ['id']\n"):
        found = examined(text, "model_config.yaml")

        assert said(found) == {"model.loads-foreign-code"}
        assert "#L" in found.findings[0].where.part
    assert examined(b"a: 1\n", "model_config.yaml").proof == "unknown"
