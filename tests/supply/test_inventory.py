"""One walk, every reader."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from yanmen.core.nouns import Unexamined
from yanmen.supply.inventory import inventory, readers
from yanmen.supply.targets import Component
from yanmen.supply.walk import Walk

Lay = Callable[[dict[str, str | bytes]], Path]


def test_everything_is_found_in_one_walk(lay: Lay) -> None:
    """Each by its own reader, and each thing once though two files lead to it."""
    root = lay(
        {
            "requirements.txt": "-r requirements/more.txt\na==1\n",
            "requirements/more.txt": "b==2\n",
            "web/package.json": '{"dependencies": {"c": "1.0.0"}}',
            "lib/site-packages/d.dist-info/METADATA": "Name: d\nVersion: 4\n",
            ".git/requirements.txt": "hidden==1\n",
        }
    )
    walk = Walk(root)
    found = list(inventory(walk))

    assert sorted(one.purl for one in found if isinstance(one, Component)) == [
        "pkg:npm/c@1.0.0",
        "pkg:pypi/a@1",
        "pkg:pypi/b@2",
        "pkg:pypi/d@4",
    ]
    assert dict(walk.left_out) == {".git": 1}
    assert walk.count == 4


def test_one_file_is_enough(lay: Lay) -> None:
    """What stands beside it is not read, but where it is included."""
    root = lay({"requirements.txt": "-r x.txt\n", "x.txt": "b\n", "package.json": '{"name": "x"}'})

    assert [one.purl for one in inventory(root / "requirements.txt") if isinstance(one, Component)] == [
        "pkg:pypi/b"
    ]


def test_a_link_that_leads_out_is_said_where_it_would_have_been_read(lay: Lay, tmp_path: Path) -> None:
    """A link to anything else is nobody's."""
    (tmp_path / "r.txt").write_text("secret==1\n")
    root = lay({"x": ""})
    (root / "requirements.txt").symlink_to(tmp_path / "r.txt")
    (root / "python").symlink_to(tmp_path / "r.txt")
    (found,) = inventory(root)

    assert isinstance(found, Unexamined)
    assert (found.reason, found.where.part) == ("not-checked", "requirements.txt")


def test_readers_do_not_share_a_file_by_accident() -> None:
    """A name is looked up, not searched for."""
    assert {"package.json", "pyproject.toml", "metadata"} <= readers().kept
