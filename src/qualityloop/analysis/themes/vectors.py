"""Texts as short vectors: TF-IDF of characters, then the strongest directions of it (truncated SVD)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualityloop.analysis.themes.words import chinese, plain

DIRECTIONS = 50
READ = 300  # characters of a text that are looked at
LEARNED = 20_000  # texts from which n-grams and directions are learned; all are placed by them
FEATURES = 50_000
VARIED = 50  # different texts from which on what stands in more than half of them tells nothing
Vectors = NDArray[np.float32]


def matrix_of(texts: Sequence[str], *, learned: NDArray[np.int64]) -> Any:
    """Sparse TF-IDF of character n-grams (Chinese 1–3, else 2–4 within words), learned at the places `learned`."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    clean = [plain(text[:READ]) for text in texts]
    grams = TfidfVectorizer(
        analyzer="char" if chinese(texts) else "char_wb",
        ngram_range=(1, 3) if chinese(texts) else (2, 4),
        min_df=3 if len(learned) >= 2000 else 2 if len(learned) >= 50 else 1,
        max_df=0.5 if len(set(clean)) >= VARIED else 1.0,
        max_features=FEATURES,
        sublinear_tf=True,
        dtype=np.float32,
    )
    grams.fit([clean[place] for place in learned])
    return grams.transform(clean)


def vectors_of(matrix: Any, *, learned: NDArray[np.int64], seed: int, directions: int = DIRECTIONS) -> Vectors:
    """Each row of `matrix` as a vector of length 1 in the strongest directions; an empty row stays zero."""
    from sklearn.decomposition import TruncatedSVD

    width = min(directions, matrix.shape[1] - 1, len(learned) - 1)
    if width < 1:
        return np.zeros((matrix.shape[0], 1), dtype=np.float32)
    svd = TruncatedSVD(width, n_iter=3, random_state=seed).fit(matrix[learned])
    found: Vectors = svd.transform(matrix).astype(np.float32)
    return unit(found)


def alone() -> Any:
    """One thread for linear algebra: the same digits on every machine, and no waiting for busy neighbours."""
    from threadpoolctl import threadpool_limits

    return threadpool_limits(limits=1)


def unit(rows: Vectors) -> Vectors:
    """Rows of length 1; zero stays zero."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: Vectors = (rows / np.where(length > 0, length, 1.0)).astype(np.float32)
    return scaled
