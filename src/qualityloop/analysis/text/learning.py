"""Learning tags from examples: TF-IDF of characters, and one logistic regression per tag."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualityloop.analysis.text.examples import Examples
from qualityloop.analysis.text.measuring import ENOUGH, TARGET, Measured, measured
from qualityloop.analysis.text.model import TagModel, vectorizer

FOLDS = 5
SEED = 20260301


@dataclass(frozen=True, slots=True)
class Learned:
    """A model of the tags for which there are examples enough, and what is known of every tag."""

    model: TagModel
    measured: dict[str, Measured]


def learn(
    examples: Examples,
    *,
    target: float = TARGET,
    enough: int = ENOUGH,
    step: Callable[[int, int], None] = lambda done, total: None,
) -> Learned:
    """Learn every tag that has `enough` examples with and without it; measure each by cross-validation.

    Precision and recall are measured on texts that neither the n-grams, nor the weights, nor the threshold have
    seen. `step` hears how many of all tags are done.
    """
    found: dict[str, Measured] = {}
    learnt: list[str] = []
    for done, tag in enumerate(examples.said):
        places, said = examples.known(tag)
        positives, negatives = int((said == 1).sum()), int((said == 0).sum())
        if min(positives, negatives) < enough:
            found[tag] = Measured("too_few", positives, negatives)
        else:
            texts = [examples.texts[place] for place in places]
            scores, folds = out_of_sample(texts, said == 1)
            found[tag] = measured(scores, said == 1, folds, target)
            learnt.append(tag)
        step(done + 1, len(examples.said))
    return Learned(model_of(examples, tuple(learnt)), found)


def out_of_sample(texts: list[str], truth: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The score of each text by a model that has not seen it, and the fold in which it stood.

    The same text twice stands in one fold, so that no model is asked what it has read.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    names = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    groups = [names[text] for text in texts]
    scores = np.zeros(len(texts))
    folds = np.zeros(len(texts), dtype=np.int64)
    split = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED)
    for fold, (train, test) in enumerate(split.split(texts, truth, groups)):
        folds[test] = fold
        if len(set(truth[train])) < 2:  # few different texts: there is nothing to tell apart
            continue
        grams = vectorizer()
        known = grams.fit_transform([texts[place] for place in train])
        model = _regression().fit(known, truth[train])
        scores[test] = model.predict_proba(grams.transform([texts[place] for place in test]))[:, 1]
    return scores, folds


def _regression() -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=10.0, solver="liblinear", random_state=SEED)


def model_of(examples: Examples, tags: tuple[str, ...]) -> TagModel:
    """The model of all examples, which makes the suggestions."""
    if not tags:
        return TagModel((), (), np.zeros(0), np.zeros((0, 0)), np.zeros(0))
    grams = vectorizer()
    matrix = grams.fit_transform(examples.texts).tocsr()
    weights, bias = [], []
    for tag in tags:
        places, said = examples.known(tag)
        model = _regression().fit(matrix[places], said == 1)
        weights.append(model.coef_[0])
        bias.append(float(model.intercept_[0]))
    names = tuple(str(name) for name in grams.get_feature_names_out())
    return TagModel(tags, names, np.asarray(grams.idf_), np.array(weights), np.array(bias))
