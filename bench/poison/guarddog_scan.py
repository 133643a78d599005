"""Runs in guarddog's own environment: paths of archives on standard input, one JSON row for each on standard output.

Only its rules about source code: those about metadata want the network, as do its lists of popular names.
"""

import importlib
import json
import logging
import sys
import tempfile
import time


def main() -> None:
    """One row an archive: name, seconds, score of 0 to 10, label."""
    logging.disable(logging.CRITICAL)
    guarddog = importlib.import_module("guarddog")
    archives = importlib.import_module("guarddog.utils.archives")
    scanners = {"npm": guarddog.NPMPackageScanner(), "PyPI": guarddog.PypiPackageScanner()}
    for line in sys.stdin:
        ecosystem, path = json.loads(line)
        began = time.perf_counter()
        try:
            with tempfile.TemporaryDirectory() as folder:
                archives.safe_extract(path, folder)
                said = scanners[ecosystem].scan_local(folder)
            row = {
                "score": said["risk_score"]["score"],
                "label": said["risk_score"]["label"],
                "issues": said["issues"],
            }
            row["errors"] = sorted(said["errors"])
        except Exception as error:  # noqa: BLE001 - whatever goes wrong there is a row, too
            row = {"error": f"{type(error).__name__}: {error}"[:200]}
        print(json.dumps({"path": path, "seconds": round(time.perf_counter() - began, 3), **row}), flush=True)


main()
