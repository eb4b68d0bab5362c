"""Many tests at once, as published and against SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from qualityloop.analysis.multiplicity import benjamini_hochberg, bonferroni

# Benjamini and Hochberg 1995, section 4: thrombolysis trials. Four are rejected at 0.05, by Bonferroni three.
THROMBOLYSIS = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240]
THROMBOLYSIS += [0.4262, 0.5719, 0.6528, 0.7590, 1.0]


def test_false_discoveries_as_published() -> None:
    adjusted = benjamini_hochberg(THROMBOLYSIS)
    assert [p for p, q in zip(THROMBOLYSIS, adjusted, strict=True) if q <= 0.05] == THROMBOLYSIS[:4]
    assert sum(bonferroni(THROMBOLYSIS) <= 0.05) == 3
    assert adjusted[3] == pytest.approx(0.0095 * 15 / 4)


def test_false_discoveries_in_any_order() -> None:
    p = np.random.default_rng(3).uniform(size=40) ** 3
    assert benjamini_hochberg(p) == pytest.approx(false_discovery_control(p))
    assert benjamini_hochberg([]).tolist() == []
