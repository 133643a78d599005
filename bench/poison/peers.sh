#!/usr/bin/env bash
# Makes bench/.venv-guarddog, guarddog's own environment beside which bench/packages.py measures. With --lock its requirements are compiled anew.
set -euo pipefail
cd "$(dirname "$0")"
PYTHON=${PYTHON:-python3.11}

if [ "${1:-}" = --lock ]; then
  echo "guarddog==3.2.0" | "${UV:-../../.venv/bin/uv}" pip compile --quiet --generate-hashes --no-annotate --no-emit-index-url \
    --no-emit-find-links --python-version 3.11 --custom-compile-command "bench/poison/peers.sh --lock" --output-file requirements-guarddog.txt -
fi
"$PYTHON" -m venv ../.venv-guarddog
../.venv-guarddog/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-guarddog.txt ||
  echo "guarddog could not be installed" >&2
