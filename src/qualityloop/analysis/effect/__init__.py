"""Did the measure work? Interrupted time series, difference in differences, shares before and after: docs/EFFECT.md."""

from qualityloop.analysis.effect.evaluation import effect_of_lake, evaluate_effect, other_groups
from qualityloop.analysis.effect.model import METHODS, Effect, Estimate, Method, Placebo, Point, Question, Verdict

__all__ = [
    "METHODS",
    "Effect",
    "Estimate",
    "Method",
    "Placebo",
    "Point",
    "Question",
    "Verdict",
    "effect_of_lake",
    "evaluate_effect",
    "other_groups",
]
