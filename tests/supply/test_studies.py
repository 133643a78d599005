"""Targets of each kind."""

from __future__ import annotations

import zipfile
from pathlib import Path

from yanmen.supply.studies import Said, Unit, digest, installed, study, units


def test_files_that_are_targets_are_found_by_their_content(project: Path) -> None:
    """Models, packages and data sets; not what is installed, nor code."""
    with zipfile.ZipFile(project / "thing-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("thing-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n")
        wheel.writestr("thing/__init__.py", "import os\nos.system('true')\n")
    found = {
        one.name: one.kind for one in units(project, frozenset({"model", "package"})) if isinstance(one, Unit)
    }

    assert found == {
        "models/evil.pkl": "model",
        "models/good.pkl": "model",
        "thing-1.0-py3-none-any.whl": "package",
    }


def test_a_package_is_a_component_with_its_digest(project: Path) -> None:
    """So that advisories can speak of it."""
    path = project / "thing-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("thing-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n")
        wheel.writestr("thing/__init__.py", "VALUE = 1\n")
    result = study(Unit("package", path, path.name))

    assert [one.purl for one in result.components] == ["pkg:pypi/thing@1.0"]
    assert result.digests["sha256"] == digest(path)
    assert not [one for one in result.findings if one.rule.severity >= 3]


def test_what_is_gone_could_not_be_read(tmp_path: Path) -> None:
    """It is said, and proves nothing."""
    result = study(Unit("model", tmp_path / "gone.pt", "gone.pt"))

    assert (result.proof, result.unexamined[0].reason) == ("unknown", "unreadable")
    assert not digest(tmp_path / "gone.pt")


def test_installed_packages_are_read(project: Path) -> None:
    """Each that a package manager put below the place."""
    site = project / ".venv/lib/python3.11/site-packages"
    (site / "evil-1.0.dist-info").mkdir(parents=True)
    (site / "evil-1.0.dist-info/METADATA").write_text(
        "Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n", "utf-8"
    )
    (site / "evil-1.0.dist-info/RECORD").write_text("evil.pth,,\nevil-1.0.dist-info/METADATA,,\n", "utf-8")
    (site / "evil.pth").write_text("import os; exec(__import__('base64').b64decode('cGFzcw=='))\n", "utf-8")
    said = Said()
    said.take(installed(project, lambda *_: None))

    assert any(one.rule.id.startswith("package.") and one.rule.severity >= 3 for one in said.findings)
