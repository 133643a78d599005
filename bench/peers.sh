#!/usr/bin/env bash
# Makes the environments that bench/models.py wants, bench/.venv-*: each peer's own, and two of libraries that write ordinary files.
# With --lock the pinned requirements are compiled anew (bench/requirements-*.txt) for Python 3.11.
set -euo pipefail
cd "$(dirname "$0")"
PYTHON=${PYTHON:-python3.11}

declare -A WANTED=(
  [picklescan]="picklescan==1.0.5"
  [modelscan]="modelscan==0.8.8"
  [fickling]="fickling==0.1.12 typing-extensions"
  [modelaudit]="modelaudit==0.2.54"
  [benign]="scikit-learn pandas numpy scipy lightgbm xgboost catboost joblib skops"
  [benign-old]="scikit-learn==1.3.2 numpy==1.26.4 pandas==1.5.3 scipy==1.10.1 lightgbm==3.3.5 xgboost==1.7.6 catboost==1.2.2 joblib==1.2.0 skops==0.9.0"
)

for name in "${!WANTED[@]}"; do
  if [ "${1:-}" = --lock ]; then
    tr ' ' '\n' <<<"${WANTED[$name]}" | "${UV:-../.venv/bin/uv}" pip compile --quiet --generate-hashes --no-annotate --no-emit-index-url \
      --no-emit-find-links --python-version 3.11 --custom-compile-command "bench/peers.sh --lock" --output-file "requirements-$name.txt" -
  fi
  "$PYTHON" -m venv ".venv-$name"
  ".venv-$name/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "requirements-$name.txt" ||
    echo "$name could not be installed" >&2
done
