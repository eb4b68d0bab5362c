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


COMPLAINTS = """
key: complaints
version: "1"
name: {zh: 投诉, en: Complaints}
dimensions: {all: {zh: 全部, en: All}}
indicators:
  - key: volume
    name: {zh: 投诉量, en: Complaints received}
    dimension: all
    dataset: complaints
    period: received_at
    formula: count()
    unit: count
    better: lower
    kind: complaint
  - key: settled
    name: {zh: 办结率, en: Settled}
    dimension: all
    dataset: complaints
    period: received_at
    formula: share(status IN ('Closed', 'Solved'))
    unit: percent
    better: higher
    target: 0.9
    warning: 0.8
"""


def test_complaints_alone_with_a_standard_of_ones_own(real_data: Path, tmp_path: Path) -> None:
    """Counted again from the file; the month is the first number of a date wherever that can be a month."""
    (tmp_path / "own.yaml").write_text(COMPLAINTS, encoding="utf-8")
    folder = real_data / "comcast_complaints"
    read = ingest(folder, load_mapping(MAPPINGS / "comcast_complaints.yaml"), tmp_path / "lake")
    with open_engine("duckdb") as engine:
        found = diagnose(read.lake, load_standard(tmp_path / "own.yaml"), engine=engine, by=["channel"]).to_json()
    with (folder / "comcast_telecom_complaints.csv").open(encoding="utf-8-sig", newline="") as content:
        rows = list(csv.DictReader(content))
    months: Counter[int] = Counter()
    settled: Counter[int] = Counter()
    for row in rows:
        first, second, _year = map(int, row["Date"].replace("/", "-").split("-"))
        month = first if first <= 12 else second
        months[month] += 1
        settled[month] += row["Status"] in ("Closed", "Solved")
    values = {(v["key"], int(v["period"][5:7])): v for v in found["indicators"] if not v["group"]}
    assert {m: values["volume", m]["value"] for m in months} == months
    assert {m: values["settled", m]["numerator"] for m in months} == settled
    june = [v for v in found["indicators"] if v["key"] == "volume" and v["period"] == "2015-06-01" and v["group"]]
    assert sum(v["value"] for v in june) == months[6]
    assert found["problems"], "June's flood of complaints or the open ones must be a problem"
