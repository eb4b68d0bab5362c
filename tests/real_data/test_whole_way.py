"""Every real data set all the way: files, mapping, lake, and then `diagnose` or `mine`."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from pathlib import Path

import pytest

from qualityloop.analysis.diagnose import diagnose
from qualityloop.analysis.engine import open_engine
from qualityloop.analysis.files import ingest, load_mapping, read_events
from qualityloop.analysis.indicators.loading import load_standard
from qualityloop.analysis.process import mine

MAPPINGS = Path(__file__).parent / "mappings"
pytestmark = pytest.mark.real_data


@pytest.mark.parametrize(
    ("name", "standard"),
    [
        ("bpic2014_rabobank_sample", "technical-support"),
        ("comcast_complaints", "after-sales"),
        ("nyc_council_cases_odd", "technical-support"),
        ("star_dialogues_a", "technical-support"),
        ("receipt_permit", "technical-support"),
    ],
)
def test_diagnose(real_data: Path, tmp_path: Path, name: str, standard: str) -> None:
    read = ingest(real_data / name, load_mapping(MAPPINGS / f"{name}.yaml"), tmp_path / "lake")
    with open_engine("duckdb") as engine:
        found = diagnose(read.lake, load_standard(standard), engine=engine, rejected=read.to_json()).to_json()
    assert found["rejected"]["rows"] == read.rejected
    # every indicator is either measured or said, with a reason, not to be
    measured = {value["key"] for value in found["indicators"]}
    left_out = {item["key"] for item in found["not_computed"]}
    assert {one.key for one in load_standard(standard).indicators} == measured | left_out
    assert all(item["reason"] for item in found["not_computed"])


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("helpdesk_it", "helpdesk.csv.gz"),
        ("bpic2013_volvo", "incidents.csv.gz"),
        ("sepsis", "sepsis.csv.gz"),
        ("receipt_permit", "receipt.csv.gz"),
    ],
)
def test_mine_a_lake_and_the_raw_file(real_data: Path, tmp_path: Path, name: str, file: str) -> None:
    path = real_data / name / file
    read = ingest(real_data / name, load_mapping(MAPPINGS / f"{name}.yaml"), tmp_path / "lake")
    table = read_events(path, case="case_id", activity="activity", time="timestamp")
    with open_engine("duckdb") as engine:
        of_lake = mine(read.lake, engine=engine).to_json()
        of_file = mine(table, engine=engine).to_json()
    with gzip.open(path, "rt", encoding="utf-8", newline="") as content:
        rows = list(csv.DictReader(content))
    assert (of_file["cases"], of_file["events"]) == (len({row["case_id"] for row in rows}), len(rows))
    assert of_file["edges"] == of_lake["edges"]
    assert of_file["start"] == of_lake["start"]
    occurrences = Counter(row["activity"] for row in rows)
    arriving = Counter(of_file["start"])
    for edge in of_file["edges"]:
        arriving[edge["target"]] += edge["count"]
    assert arriving == occurrences  # every event either starts its case or is reached by an edge
