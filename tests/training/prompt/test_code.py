"""Code as clean documents."""

from __future__ import annotations

import ast
import random

from training.prompt.code import LONGEST, PACKAGES, SHORTEST, code


def test_a_package_is_in_one_split_only() -> None:
    """So dev says something about code that was not learned from."""
    assert not set(PACKAGES["train"]) & set(PACKAGES["dev"])


def test_documents_are_whole_functions_and_benign() -> None:
    """They parse once what people put around them is away."""
    found = list(code("train", 40, random.Random(1)))

    assert len(found) == 40
    for example in found:
        assert (example.attack, example.channel, example.document) == (False, "data", True)
        if example.text.startswith(("def ", "class ")):
            assert SHORTEST <= len(example.text) <= LONGEST
            assert len(ast.parse(example.text).body) == 1
    assert sum(example.text.startswith(("def ", "class ")) for example in found) > 10


def test_the_same_packages_give_the_same_documents() -> None:
    """In the same order."""
    assert list(code("dev", 20, random.Random(3))) == list(code("dev", 20, random.Random(3)))
