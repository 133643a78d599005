"""Installs the core into a fresh environment, wheels only, and keeps what it weighs.

``python bench/install_size.py`` writes bench/results/install_size.json and exits with 1 past the limit. Slow: it
downloads. Sizes are in megabytes (10^6 bytes) of apparent file size, compiled bytecode included.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
LIMIT_MB = 250
"""What the core may take on disk."""
MB = 1_000_000


def size(folder: Path) -> int:
    """Bytes of all files in a folder, links not followed."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def install(folder: Path) -> Path:
    """Install the core there, as a user would; its site-packages. A package without a wheel fails."""
    venv.create(folder, with_pip=True)
    pip = [str(folder / "bin/python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    pinned = ["--require-hashes", "--only-binary", ":all:", "-r"]
    subprocess.run([*pip, *pinned, str(ROOT / "requirements/core.txt")], check=True, timeout=900)
    with tempfile.TemporaryDirectory() as tools:
        target = ["--target", tools, *pinned, str(ROOT / "requirements/build.txt")]
        subprocess.run([*pip, *target], check=True, timeout=300)
        own = ["--no-deps", "--no-build-isolation", str(ROOT)]
        subprocess.run(
            [*pip, *own], check=True, timeout=300, env={"PYTHONPATH": tools, "PATH": "/usr/bin:/bin"}
        )
    subprocess.run([folder / "bin/yanmen", "--version"], check=True, timeout=60, stdout=subprocess.DEVNULL)
    (packages,) = folder.glob("lib/python*/site-packages")
    return packages


def main() -> int:
    """Install, weigh, keep; 1 when it is too heavy."""
    with tempfile.TemporaryDirectory(prefix="yanmen-size-") as name:
        packages = install(Path(name) / "venv")
        own = size(packages / "yanmen")
        parts = {path.name: size(path) for path in packages.iterdir() if path.is_dir()}
        tools = [part for part in parts if part.startswith(("pip", "setuptools", "pkg_resources"))]
        total = size(packages) - sum(parts.pop(part) for part in tools)
    heaviest = sorted(parts.items(), key=lambda item: -item[1])[:8]
    result = {
        "what": "core install, wheels only, without pip",
        "total_mb": round(total / MB, 1),
        "yanmen_mb": round(own / MB, 1),
        "limit_mb": LIMIT_MB,
        "heaviest_mb": {part: round(bytes_ / MB, 1) for part, bytes_ in heaviest},
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
    }
    folder = ROOT / "bench/results"
    folder.mkdir(exist_ok=True)
    (folder / "install_size.json").write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    print(json.dumps(result, indent=2))
    return 0 if total <= LIMIT_MB * MB else 1


if __name__ == "__main__":
    sys.exit(main())
