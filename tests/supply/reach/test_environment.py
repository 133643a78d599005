"""What is installed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from yanmen.supply.reach.environment import Environment, site_folders

Installed = Callable[..., Path]


def _of(environment: Path) -> Environment:
    return Environment(site_folders(environment))


def test_a_distribution_is_known_by_its_files(installed: Installed) -> None:
    """Whatever its modules are called, with what it needs and with an extra only."""
    environment = _of(
        installed(
            {"Py_YAML": {"yaml/__init__.py": "", "_yaml.py": ""}}, needs={"Py_YAML": "a>=1 b;extra=='x'"}
        )
    )
    found = environment.distributions["py-yaml"]

    assert found.tops == {"yaml", "_yaml"}
    assert (found.needs, found.options) == (("a",), ("b",))
    assert environment.closure("py-yaml") == {"py-yaml", "a", "b"}


def test_a_module_is_found_as_python_finds_it(installed: Installed) -> None:
    """A package before a module, a source before machine code, a namespace last."""
    environment = _of(
        installed(
            {
                "one": {
                    "both/__init__.py": "",
                    "both.py": "",
                    "fast.py": "",
                    "fast.cpython-311-x.so": "",
                    "only.abi3.so": "",
                },
                "two": {"space/deep/x.py": ""},
            }
        )
    )
    found = {
        name: environment.find(name)
        for name in ("both", "fast", "only", "space", "space.deep.x", "absent", "a-b")
    }

    assert found["both"] is not None
    assert found["both"].path.endswith("both/__init__.py")
    assert {name: one and one.kind for name, one in found.items()} == {
        "both": "source",
        "fast": "source",
        "only": "binary",
        "space": "namespace",
        "space.deep.x": "source",
        "absent": None,
        "a-b": None,
    }
    assert found["space.deep.x"] is not None
    assert found["space.deep.x"].home == "two"


def test_every_module_below_a_beginning_is_listed(installed: Installed) -> None:
    """However deep, packages too."""
    environment = _of(
        installed(
            {
                "kit": {
                    "kit/__init__.py": "",
                    "kit/plug_a.py": "",
                    "kit/plug_b/__init__.py": "",
                    "kit/plug_b/c.py": "",
                    "kit/x.py": "",
                }
            }
        )
    )

    assert sorted(environment.below("kit.plug_")) == ["kit.plug_a", "kit.plug_b", "kit.plug_b.c"]
    assert sorted(environment.below("kit.")) == ["kit.plug_a", "kit.plug_b", "kit.plug_b.c", "kit.x"]


def test_entry_points_are_read_by_group(installed: Installed) -> None:
    """Extras in brackets are no part of the module."""
    environment = _of(
        installed({"a": {"a.py": "", "entry_points.txt": "[g.one]\nx = a.b:C [extra]\n[other]\ny = a\n"}})
    )

    assert list(environment.entry_points(lambda group: group.startswith("g."))) == ["a.b"]


def test_records_that_are_missing_or_broken_leave_the_rest(installed: Installed) -> None:
    """The top-level list of older tools is read too."""
    folder = installed({"a": {"a.py": ""}})
    info = next(folder.rglob("a-1.0.dist-info"))
    (info / "RECORD").unlink()
    (info / "top_level.txt").write_text("alpha\n", "utf-8")
    (info / "entry_points.txt").write_text("[broken", "utf-8")

    assert _of(folder).distributions["a"].tops == {"alpha"}
    assert list(_of(folder).entry_points(lambda _: True)) == []


def test_a_folder_of_distributions_is_an_environment_itself(installed: Installed, tmp_path: Path) -> None:
    """As ``pip install --target`` leaves it; any other folder is none."""
    site = next(installed({"a": {"a.py": ""}}).rglob("site-packages"))

    assert site_folders(site) == [site.resolve()]
    assert site_folders(tmp_path / "project") == []
