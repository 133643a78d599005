"""Our list of the names that advisories are about."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from packaging.utils import canonicalize_name

from yanmen.supply.reach.pack import Listed, known, listed

ENTRIES = listed()


def test_there_are_many() -> None:
    """Of the packages that services of this kind are made of."""
    assert len(ENTRIES) >= 60
    assert {"pyyaml", "torch", "transformers", "langchain", "jinja2", "mlflow", "gradio"} <= {
        one.package for one in ENTRIES
    }


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry.package}-{entry.ids[0]}")
def test_an_entry_is_whole(entry: Listed) -> None:
    """Ids of a known form, names that can be imported, a public source, and each id once for a package."""
    assert entry.package == canonicalize_name(entry.package)
    assert all(
        re.fullmatch(r"CVE-\d{4}-\d{4,}|GHSA(-[0-9a-z]{4}){3}|PYSEC-\d{4}-\d+", one) for one in entry.ids
    )
    assert entry.symbols
    assert all(re.fullmatch(r"[A-Za-z_]\w*(\.\w+)+(#\w+)?|[a-z_]\w*", one) for one in entry.symbols)
    assert re.fullmatch(r"https://github\.com/\S+|https://nvd\.nist\.gov/\S+", entry.source)


def test_no_id_stands_twice_for_a_package() -> None:
    """What it is about is said in one place."""
    pairs = [(entry.package, one) for entry in ENTRIES for one in entry.ids]

    assert len(pairs) == len(set(pairs))


def test_an_entry_is_found_by_any_of_its_ids() -> None:
    """In any case, for its own package only."""
    entry = ENTRIES[0]

    assert all(entry in known(entry.package.upper(), [one.lower()]) for one in entry.ids)
    assert known("another-package", entry.ids) == ()


def test_a_file_of_ours_that_is_wrong_is_an_error(tmp_path: Path) -> None:
    """It is found by the tests, not by a user."""
    (tmp_path / "x.yaml").write_text("entries: [{package: x}]", "utf-8")
    with pytest.raises(msgspec.ValidationError):
        listed(tmp_path)
