"""An engine that cannot be had is said to be so, at once and in words."""

from __future__ import annotations

import importlib.util
import socket
import time

import pytest

from qualityloop.analysis.engine import open_engine
from qualityloop.analysis.messages import AnalysisError


@pytest.mark.skipif(importlib.util.find_spec("pyspark") is not None, reason="pyspark is installed here")
def test_without_pyspark() -> None:
    with pytest.raises(AnalysisError, match=r"pip install qualityloop\[spark\]"):
        open_engine("spark://127.0.0.1:7077")


@pytest.mark.spark
def test_nobody_listens() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    began = time.monotonic()
    with pytest.raises(AnalysisError, match="no Spark master answers"):
        open_engine(f"spark://127.0.0.1:{port}")
    assert time.monotonic() - began < 20
