"""Process mining with pandas, in its usual way."""

from __future__ import annotations

import glob
from typing import Any

import numpy as np
import pandas as pd


def frame_of(lake: str) -> pd.DataFrame:
    """The columns that are needed, in the order of the files: by time, then case, then sequence."""
    files = sorted(glob.glob(f"{lake}/ticket_events/*.parquet"))
    columns = ["ticket_id", "seq", "at", "activity"]
    return pd.concat([pd.read_parquet(file, columns=columns) for file in files], ignore_index=True)


def pandas(lake: str) -> dict[str, Any]:
    """The usual way with pandas: codes for names, one sort, neighbours by shift, quantiles per group."""
    frame = frame_of(lake)
    frame["case"] = pd.factorize(frame["ticket_id"])[0]
    codes, _ = pd.factorize(frame["activity"])
    frame["code"] = codes
    frame = frame[["case", "at", "seq", "code"]].sort_values(["case", "at", "seq"])
    following = frame.shift(-1)
    inside = (frame["case"] == following["case"]).to_numpy()
    passages = pd.DataFrame(
        {
            "source": frame["code"][inside],
            "target": following["code"][inside].astype("int64"),
            "waiting": (following["at"] - frame["at"])[inside].dt.total_seconds(),
        }
    )
    groups = passages.groupby(["source", "target"])["waiting"]
    counts, medians, p90 = groups.size(), groups.median(), groups.quantile(0.9)
    assert len(p90) == len(counts)
    first = np.r_[True, ~inside[:-1]]
    variants = frame.groupby("case", sort=False)["code"].agg(tuple).value_counts()
    return {
        "cases": int(first.sum()),
        "edges": int(counts.sum()),
        "medians": round(medians.sum()),
        "start": sorted(frame["code"][first].value_counts().tolist()),
        "end": sorted(frame["code"][~inside].value_counts().tolist()),
        "variants": len(variants),
    }
