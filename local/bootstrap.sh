#!/usr/bin/env bash
# Put uv into .tools/ of this checkout, by whichever way the machine offers. Needs only Python 3.11+.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${1:-python3}
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  echo "aftersales needs Python 3.11 or newer; '$python' is not. Install python3 or run: make PYTHON=/path/to/python3.11" >&2
  exit 1
fi
mkdir -p .tools/bin
if command -v uv >/dev/null 2>&1; then
  ln -sf "$(command -v uv)" .tools/bin/uv
  exit 0
fi
if "$python" -m venv .tools/uv >/dev/null 2>&1; then
  .tools/uv/bin/python -m pip install --quiet --disable-pip-version-check uv
  ln -sf ../uv/bin/uv .tools/bin/uv
elif "$python" -m pip --version >/dev/null 2>&1; then  # Debian without python3-venv
  rm -rf .tools/uv
  "$python" -m pip install --quiet --disable-pip-version-check --target .tools/uv uv
  ln -sf ../uv/bin/uv .tools/bin/uv
elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  rm -rf .tools/uv
  apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null
  exec "$0" "$python"
else
  echo "Neither venv nor pip works with '$python'. Run: sudo apt-get install python3-venv   and try again." >&2
  exit 1
fi
