#!/usr/bin/env bash
# Makes the environments that bench/models.py wants, bench/.venv-*: each peer's own, and three of libraries that write ordinary files.
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
  [benign-more]="imbalanced-learn==0.14.2 category-encoders==2.11.2 pyod==3.6.7 hdbscan==0.8.44 umap-learn==0.5.12 pynndescent==0.7.0 statsmodels==0.15.0 arch==8.0.0 pmdarima==2.1.1 lifelines==0.30.3 scikit-survival==0.28.0 river==0.26.1 sktime==1.2.0 prophet==1.5.0 gensim==4.4.0 nltk==3.10.4 spacy==3.8.18 sympy==1.14.0 networkx==3.6.1 polars==2.1.0 pyarrow==26.0.1 xarray==2026.9.0 shapely==2.2.0 geopandas==1.2.0 implicit==0.7.3 hmmlearn==0.3.3 ngboost==0.5.11 pygam==0.12.0 mlxtend==0.25.0 feature-engine==1.9.4 interpret-core==0.7.8 scikit-optimize==0.10.2 gplearn==0.4.3 sklearn-pandas==2.2.0 torch==2.13.0 torch-geometric==2.8.1 torchmetrics==1.9.0 transformers==5.23.0 keras==3.15.1 tensorflow-cpu==2.21.0 h5py==3.14.0 joblib==1.6.0 lz4==4.4.5 pandas==2.3.3 numpy==2.4.6 scipy==1.16.3 scikit-learn==1.9.1"
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
