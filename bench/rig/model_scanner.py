"""One scanner of model files over many paths, run by that scanner's own Python: ``python model_scanner.py TOOL < paths``.

Prints a line of JSON for each: ``hard`` (it would be stopped: malicious, critical), ``soft`` (suspicious, a warning), ``clean``,
``unread`` (the tool failed, or says that it skipped the file), ``late`` (it had not finished after a minute).
"""

# mypy: ignore-errors
# ruff: noqa: PLC0415
# It runs where its tool is, which is not where the project is checked; each tool has an environment of its own.

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

Verdict = str
PATIENCE = 60
"""Seconds for a file."""


class Late(BaseException):
    """The minute is over. Not an Exception, so that no scanner swallows it."""


def _late(*_: Any) -> None:
    raise Late


def picklescan() -> Callable[[str], Verdict]:
    """Dangerous globals, suspicious ones, errors."""
    from picklescan.scanner import scan_file_path

    def judge(path: str) -> Verdict:
        found = scan_file_path(path)
        if found.issues_count:
            return "hard"
        if found.suspicious_count:
            return "soft"
        return "unread" if found.scan_err or not found.scanned_files else "clean"

    return judge


def modelscan() -> Callable[[str], Verdict]:
    """Critical and high issues, others, skipped files."""
    from modelscan.issues import IssueSeverity
    from modelscan.modelscan import ModelScan

    scanner = ModelScan()

    def judge(path: str) -> Verdict:
        scanner.scan(path)
        worst = max((issue.severity.value for issue in scanner.issues.all_issues), default=0)
        if worst:
            return "hard" if worst >= IssueSeverity.HIGH.value else "soft"
        return "clean" if scanner.scanned and not scanner.errors else "unread"

    return judge


def fickling() -> Callable[[str], Verdict]:
    """From likely unsafe upwards; anything above likely safe, or that it could not parse. Archives by its own reader of them."""
    import zipfile

    from fickling.analysis import Severity
    from fickling.loader import scan_file, scan_zip_archive

    def judge(path: str) -> Verdict:
        packed = zipfile.is_zipfile(path)
        found = (
            list(scan_zip_archive(path, graceful=True).values())
            if packed
            else [scan_file(path, graceful=True)]
        )
        worst = max((each.severity for each in found), default=Severity.LIKELY_SAFE)
        if worst >= Severity.LIKELY_UNSAFE:
            return "hard"
        unread = not found or any(each.errors for each in found)
        return "soft" if worst > Severity.LIKELY_SAFE else "unread" if unread else "clean"

    return judge


def modelaudit() -> Callable[[str], Verdict]:
    """Critical issues, warnings."""
    from modelaudit.core import scan_model_directory_or_file

    def judge(path: str) -> Verdict:
        found: Any = scan_model_directory_or_file(path)
        words = {str(getattr(issue.severity, "value", issue.severity)).lower() for issue in found.issues}
        if "critical" in words:
            return "hard"
        if "warning" in words:
            return "soft"
        return "unread" if getattr(found, "has_errors", False) else "clean"

    return judge


TOOLS = {"picklescan": picklescan, "modelscan": modelscan, "fickling": fickling, "modelaudit": modelaudit}


def main() -> None:
    """Every path of the standard input."""
    judge = TOOLS[sys.argv[1]]()
    signal.signal(signal.SIGALRM, _late)
    for line in sys.stdin:
        path = line.rstrip("\n")
        began = time.perf_counter()
        signal.alarm(PATIENCE)
        try:
            verdict = judge(path)
        except Late:
            verdict = "late"
        except (Exception, SystemExit, RecursionError):  # noqa: BLE001  # whatever a scanner stumbles over
            verdict = "unread"
        signal.alarm(0)
        said = {"path": path, "verdict": verdict, "seconds": time.perf_counter() - began}
        sys.__stdout__.write(json.dumps(said) + "\n")
        sys.__stdout__.flush()


if __name__ == "__main__":
    main()
