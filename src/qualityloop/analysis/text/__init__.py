"""Texts: what can be learned from the tags that people gave them."""

from __future__ import annotations

from qualityloop.analysis.text.bands import Bands, fit_bands
from qualityloop.analysis.text.examples import Examples
from qualityloop.analysis.text.learning import Learned, learn, model_of
from qualityloop.analysis.text.measuring import ENOUGH, TARGET, Measured
from qualityloop.analysis.text.model import TagModel

__all__ = ["ENOUGH", "TARGET", "Bands", "Examples", "Learned", "Measured", "TagModel", "fit_bands", "learn", "model_of"]
