"""Run each contender in a process of its own, in turn, several times; report the median second and the peak memory."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


@dataclass(slots=True)
class Result:
    """What one contender did: seconds of each run, peak memory in MB (None where another process did the work)."""

    name: str
    seconds: list[float] = field(default_factory=list)
    peak_mb: float | None = None
    answer: Any = None

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


@dataclass(frozen=True, slots=True)
class Contender:
    """`function` ("benchmarks.indicators:ours") is called with `arguments` and answers with something comparable."""

    name: str
    function: str
    arguments: dict[str, Any]
    python: str = sys.executable
    measured_memory: bool = True
    runs: int | None = None


def run_once(contender: Contender) -> tuple[float, float, Any]:
    """Seconds, peak MB and answer of one fresh process. Imports are not counted, reading the data is."""
    with tempfile.NamedTemporaryFile("r", suffix=".json") as out:
        command = [
            contender.python,
            str(ROOT / "benchmarks" / "child.py"),
            contender.function,
            json.dumps(contender.arguments),
            out.name,
        ]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "src")))}
        done = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{contender.name} failed ({done.returncode}):\n{done.stderr[-2000:]}")
        answer = json.load(out)
    return answer["seconds"], answer["peak_mb"], answer["answer"]


def race(contenders: Sequence[Contender], runs: int = 3) -> list[Result]:
    """Run all contenders in turn, `runs` times (A B C A B C …), so that a drifting machine drifts for all."""
    results = {c.name: Result(c.name) for c in contenders}
    for turn in range(runs):
        for contender in contenders:
            if turn >= (contender.runs or runs):
                continue
            seconds, peak, answer = run_once(contender)
            result = results[contender.name]
            result.seconds.append(seconds)
            result.answer = answer
            if contender.measured_memory:
                result.peak_mb = max(result.peak_mb or 0.0, peak)
    return list(results.values())


def table(title: str, results: Sequence[Result]) -> str:
    """A Markdown table: the first result is ours, ratios are of the others' medians to ours."""
    ours = results[0]
    lines = [
        f"### {title}",
        "",
        "| contender | median s | min–max s | runs | × ours | peak MB |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for result in results:
        peak = "–" if result.peak_mb is None else f"{result.peak_mb:.0f}"
        spread = f"{min(result.seconds):.2f}–{max(result.seconds):.2f}"
        ratio = result.median / ours.median
        lines.append(
            f"| {result.name} | {result.median:.2f} | {spread} | {len(result.seconds)} | {ratio:.2f} | {peak} |"
        )
    return "\n".join(lines) + "\n"
