"""The documents: links lead somewhere, both languages say the same commands, every page can be found."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
BLOCK = re.compile(r"^```(console|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TWINS = [(page, page.with_suffix(".zh.md")) for page in PAGES if page.with_suffix(".zh.md").is_file()]


def _name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_link_leads_somewhere(page: Path) -> None:
    """Relative ones; the web is not asked."""
    targets = [target.partition("#")[0] for target in LINK.findall(page.read_text("utf-8"))]
    dead = [
        target for target in targets if target and "://" not in target and not (page.parent / target).exists()
    ]

    assert dead == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_page_begins_with_its_title(page: Path) -> None:
    """One, on the first line."""
    assert page.read_text("utf-8").startswith("# ")


def test_every_page_is_found_from_the_index() -> None:
    """`make docs` lists them."""
    index = (ROOT / "docs/README.md").read_text("utf-8")
    folders = [path for path in PAGES if path.parent.parent == ROOT / "docs"]
    lost = [_name(page) for page in folders if f"({page.relative_to(ROOT / 'docs').as_posix()})" not in index]

    assert lost == []


def test_readme_and_tutorial_exist_in_both_languages() -> None:
    """The two that everybody reads."""
    names = {_name(page) for page, _ in TWINS}

    assert {"README.md", "docs/tutorial/protect-a-model-in-ten-minutes.md"} <= names


@pytest.mark.parametrize("pair", TWINS, ids=lambda pair: _name(pair[0]))
def test_both_languages_give_the_same_commands(pair: tuple[Path, Path]) -> None:
    """Word for word, the place of the repository apart."""
    if pair[0].parent.name == "reference":
        pytest.skip("generated from one source")
    english, chinese = (BLOCK.findall(page.read_text("utf-8")) for page in pair)

    assert english == [(kind, re.sub("<本仓库地址>", "<this repository>", text)) for kind, text in chinese]


def test_decisions_are_numbered_once_and_half_a_page() -> None:
    """At most 60 lines; no number twice."""
    records = sorted((ROOT / "docs/decisions").glob("*.md"))
    numbers = [record.name[:4] for record in records]

    assert records
    assert all(re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", record.name) for record in records)
    assert len(set(numbers)) == len(numbers)
    assert [record.name for record in records if len(record.read_text("utf-8").splitlines()) > 60] == []
