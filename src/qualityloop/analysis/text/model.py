"""A learned model as plain numbers: weights of character n-grams per tag, in two files, without pickled code."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualityloop.analysis.messages import AnalysisError, Place, message

FORMAT = 1
GRAMS = (1, 3)  # characters; Chinese words are one to three of them long, and need no dictionary
WORDS, NUMBERS = "model.json", "model.npz"


def vectorizer(vocabulary: dict[str, int] | None = None) -> Any:
    """TF-IDF of n-grams of characters; rare ones are left out where the vocabulary is learned."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    fewest = 1 if vocabulary is not None else 2
    return TfidfVectorizer(
        analyzer="char",
        ngram_range=GRAMS,
        min_df=fewest,
        max_features=None if vocabulary is not None else 200_000,
        sublinear_tf=True,
        vocabulary=vocabulary,
    )


@dataclass(frozen=True, slots=True)
class TagModel:
    """`weights` has a row per tag; a text's score is the logistic function of its weighted n-grams plus `bias`."""

    tags: tuple[str, ...]
    grams: tuple[str, ...]
    idf: NDArray[np.float64]
    weights: NDArray[np.float64]
    bias: NDArray[np.float64]

    def scores(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """For each text (rows) and tag (columns) a number from 0 to 1, the higher the likelier."""
        if not self.tags or not len(texts):
            return np.zeros((len(texts), len(self.tags)))
        known = vectorizer({gram: place for place, gram in enumerate(self.grams)})
        known.idf_ = self.idf
        found: NDArray[np.float64] = known.transform(texts) @ self.weights.T + self.bias
        return 1.0 / (1.0 + np.exp(-found))

    def save(self, folder: Path) -> None:
        """Write the model into `folder`, which must not exist yet."""
        folder.mkdir(parents=True)
        np.savez_compressed(folder / NUMBERS, idf=self.idf, weights=self.weights, bias=self.bias)
        words = {"format": FORMAT, "tags": self.tags, "grams": self.grams}
        (folder / WORDS).write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> TagModel:
        """The model in `folder`; AnalysisError where it is not there or damaged."""
        try:
            words = json.loads((folder / WORDS).read_text(encoding="utf-8"))
            with np.load(folder / NUMBERS, allow_pickle=False) as numbers:
                model = cls(
                    tuple(words["tags"]), tuple(words["grams"]), numbers["idf"], numbers["weights"], numbers["bias"]
                )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise AnalysisError(message("the learned model cannot be read; learn anew"), Place(str(folder))) from error
        if words["format"] != FORMAT or model.weights.shape != (len(model.tags), len(model.grams)):
            raise AnalysisError(message("the learned model cannot be read; learn anew"), Place(str(folder)))
        return model
