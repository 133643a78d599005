"""What it costs to import feeds and to match components with them.

    python bench/advisories.py

A dump of npm's size in OSV's form (200,000 malicious packages and 20,000 advisories with ranges, a zip of JSON files), an
EPSS file of 300,000 lines, both made by chance (seed 5), beside the feeds in the wheel. Then 2,000 components: half of them
packages that advisories are about, half not. Budget: 2,000 components within 1 s, opening within 10 ms. Each step runs in a
process of its own, whose largest memory is kept. Processor time: other work of the machine does not count.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rig import harness

from yanmen.intel.advisories import Advisories
from yanmen.intel.advisories.advisories import PACKAGE
from yanmen.intel.advisories.importing.importer import update

MALICIOUS, RANGED, SCORED, ASKED = 200_000, 20_000, 300_000, 2_000
_DAY = "2026-11-20T00:00:00Z"


def dump(path: Path, chance: random.Random) -> None:
    """An archive as OSV gives them out."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(MALICIOUS + RANGED):
            evil = number < MALICIOUS
            name, kind = (f"evil-{number}", "MAL-2026") if evil else (f"lib-{number % 8_000}", "GHSA")
            major = chance.randrange(1, 9)
            events = (
                [{"introduced": "0"}]
                if evil
                else [{"introduced": f"{major}.0.0"}, {"fixed": f"{major}.{chance.randrange(20)}.1"}]
            )
            record = {
                "id": f"{kind}-{number}",
                "modified": _DAY,
                "aliases": [] if evil else [f"CVE-2026-{number}"],
                "summary": f"Something is wrong with {name} in many words of the kind that advisories have",
                "details": "As it is told at length. " * 20,
                "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"}],
                "affected": [{"package": {"ecosystem": "npm", "name": name}, "ranges": [{"type": "SEMVER", "events": events}]}],
            }  # fmt: skip
            archive.writestr(f"{kind}-{number}.json", json.dumps(record))


def scores(path: Path, chance: random.Random) -> None:
    """EPSS, of a day."""
    rows = (
        f"CVE-2026-{number},{chance.random():.5f},{chance.random():.5f}\n"
        for number in range(1_000, SCORED + 1_000)
    )
    path.write_text(
        "#model_version:v1,score_date:2026-11-20T00:00:00Z\ncve,epss,percentile\n" + "".join(rows)
    )


def imported(folder: str, path: str) -> dict[str, Any]:
    """One import."""
    began = time.process_time()
    card = update(Path(folder), Path(path)).card
    spent = round(time.process_time() - began, 2)
    size = (Path(folder) / f"{card.name}.table").stat().st_size
    return {"records": card.records, "seconds": spent, "MB on disk": round(size / 1e6, 1)}


def matched(folder: str) -> dict[str, Any]:
    """Open the feeds, and match components that have not been asked about before."""
    chance = random.Random(7)
    began = time.process_time()
    known = Advisories.open(Path(folder))
    opened = time.process_time() - began
    shipped = next(one for one in known._advisories if one.card.name == "pypa")
    names = [key.split("\x1f")[2] for key, _ in shipped.table.entries() if key.startswith(PACKAGE)]
    asked = [
        ("PyPI", name, f"{chance.randrange(5)}.{chance.randrange(30)}.0")
        for name in chance.sample(names, ASKED // 4)
    ]
    asked += [
        ("npm", f"lib-{chance.randrange(8_000)}", f"{chance.randrange(9)}.3.0") for _ in range(ASKED // 4)
    ]
    asked += [
        (chance.choice(("PyPI", "npm")), f"unknown-{chance.getrandbits(40):x}", "1.0.0")
        for _ in range(ASKED // 2)
    ]
    chance.shuffle(asked)
    known.close()
    with Advisories.open(Path(folder)) as fresh:
        began = time.process_time()
        answers = [fresh.match(*one) for one in asked]
        spent = time.process_time() - began
    return {
        "milliseconds to open": round(opened * 1e3, 1),
        "seconds for 2,000 components": round(spent, 3),
        "components with findings": sum(bool(answer.found) for answer in answers),
        "findings": sum(len(answer.found) for answer in answers),
    }


def _run(job: Callable[..., dict[str, Any]], given: tuple[str, ...], answers: Any) -> None:
    figures = job(*given)
    status = Path("/proc/self/status").read_text("utf-8")
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    answers.put(figures | {"peak RSS, MB": round(peak / 1024)})


def apart(job: Callable[..., dict[str, Any]], *given: str) -> dict[str, Any]:
    """A job in a fresh process, with the most memory it held."""
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    process = context.Process(target=_run, args=(job, given, answers))
    process.start()
    figures: dict[str, Any] = answers.get(timeout=600)
    process.join()
    return figures


def main() -> None:
    """Measure, print and keep."""
    chance = random.Random(5)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        dump(folder / "all.zip", chance)
        scores(folder / "epss.csv", chance)
        feeds = str(folder / "feeds")
        harness.keep(
            "advisories",
            {
                "unit": "seconds of processor time",
                "the wheel's feeds alone": apart(matched, str(folder / "none")),
                "import of a dump of npm's size (zip)": apart(imported, feeds, str(folder / "all.zip")),
                "import of EPSS (CSV)": apart(imported, feeds, str(folder / "epss.csv")),
                "with all of them": apart(matched, feeds),
            },
        )


if __name__ == "__main__":
    main()
