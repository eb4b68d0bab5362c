"""Fact tables in words."""

from __future__ import annotations

from django.utils.translation import get_language

from qualityloop.analysis.datasets import DATASETS


def dataset_name(dataset: str) -> str:
    """What a fact table is called in the language of whoever reads."""
    label = DATASETS[dataset].label
    return label.zh if (get_language() or "zh").startswith("zh") else label.en
