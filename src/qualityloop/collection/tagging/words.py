"""Fact tables in words."""

from __future__ import annotations

from qualityloop.analysis.datasets import DATASETS
from qualityloop.foundation.wording import language


def dataset_name(dataset: str) -> str:
    """What a fact table is called in the language of whoever reads."""
    return DATASETS[dataset].label.in_language(language())
