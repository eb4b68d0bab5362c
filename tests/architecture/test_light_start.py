"""What takes long to import waits until somebody needs it: pages are served without."""

from __future__ import annotations

import subprocess
import sys

HEAVY = {"docx", "jieba", "pandas", "scipy", "sklearn", "weasyprint", "xlsxwriter"}
START = f"""
import django, sys
django.setup()
from django.urls import get_resolver
get_resolver().url_patterns
print(*sorted({HEAVY!r} & set(sys.modules)))
"""


def test_serving_pages_imports_nothing_heavy() -> None:
    environ = {"DJANGO_SETTINGS_MODULE": "qualityloop.config.settings_test", "PYTHONPATH": "src"}
    made = subprocess.run([sys.executable, "-c", START], env=environ, capture_output=True, text=True, check=True)
    assert made.stdout.strip() == ""
