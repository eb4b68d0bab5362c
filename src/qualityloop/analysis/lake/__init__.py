"""The lake: immutable Parquet snapshots, one folder per dataset, a file per local month, one manifest.

Files are named after their contents, so a month that did not change keeps its file, its hash and everything
that was computed from it. A commit writes new files first and then replaces the manifest by a rename: readers
never block and never see half a refresh. Files of the snapshot before are kept until the next commit.
"""

from __future__ import annotations

from qualityloop.analysis.lake.columns import ARROW_TYPES, derived_columns
from qualityloop.analysis.lake.snapshot import MANIFEST, Lake, LakeDataset, Partition
from qualityloop.analysis.lake.writing import LakeBusyError, LakeWriter, Merged

__all__ = [
    "ARROW_TYPES",
    "MANIFEST",
    "Lake",
    "LakeBusyError",
    "LakeDataset",
    "LakeWriter",
    "Merged",
    "Partition",
    "derived_columns",
]
