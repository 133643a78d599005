"""What a path is."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from yanmen.supply.kinds import told


def test_a_target_is_told_by_what_is_there(project: Path, tmp_path: Path) -> None:
    """Not by its name."""
    (tmp_path / "venv").mkdir()
    (tmp_path / "venv" / "pyvenv.cfg").write_text("home = /usr\n", "utf-8")
    (tmp_path / "root/var/lib/dpkg").mkdir(parents=True)
    (tmp_path / "root/var/lib/dpkg/status").write_text("", "utf-8")
    with zipfile.ZipFile(tmp_path / "thing.bin", "w") as wheel:
        wheel.writestr("thing-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n")
        wheel.writestr("thing.py", "")
    (tmp_path / "bom.json").write_text(
        json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": []}), "utf-8"
    )
    rows = "".join(json.dumps({"text": f"hello {index}", "label": "a"}) + "\n" for index in range(20))
    (tmp_path / "rows.jsonl").write_text(rows, "utf-8")

    assert told(project) == "project"
    assert told(project / "requirements.txt") == "project"
    assert told(project / "models" / "evil.pkl") == "model"
    assert told(tmp_path / "venv") == told(tmp_path / "root") == "environment"
    assert told(tmp_path / "thing.bin") == "package"
    assert told(tmp_path / "bom.json") == "sbom"
    assert told(tmp_path / "rows.jsonl") == "dataset"
    assert told(tmp_path / "nowhere") is None


def test_a_requirements_file_is_told_by_its_folder_too(tmp_path: Path) -> None:
    """As it would be within the whole project."""
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "core.txt").write_text("click==8.3.1\n", "utf-8")

    assert told(tmp_path / "requirements" / "core.txt") == "project"
