"""Themes of many short Chinese texts: ours from texts to named themes, and plain k-means on the same vectors."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.measure import Contender, Result, race
from qualityloop.analysis.themes import group_texts
from qualityloop.analysis.themes.vectors import LEARNED, alone, matrix_of, vectors_of
from qualityloop.demo.generation.comments import comment

TOPICS = ("late_answer", "repeat_repair", "logistics", "late_visit", "attitude", "skill", "price")
PRODUCTS = ("空调", "洗衣机", "冰箱", "热水器", "电视")
FAULTS = ("不制冷", "漏水", "异响", "无法开机")
GROUPS = 24


def texts_of(count: int) -> list[str]:
    """Comments as the demo writes them, of all moods and topics."""
    rng = np.random.default_rng(1)
    topics = rng.integers(len(TOPICS), size=count)
    scores = rng.integers(1, 6, size=count)
    return [
        comment(rng, int(score), TOPICS[topic], PRODUCTS[number % 5], FAULTS[number % 4])
        for number, (topic, score) in enumerate(zip(topics, scores, strict=True))
    ]


def prepare(folder: Path, count: int) -> None:
    """The texts, one a line, and the sparse matrix and vectors that both contenders may start from."""
    import scipy.sparse

    texts = texts_of(count)
    (folder / "texts.txt").write_text("\n".join(text.replace("\n", " ") for text in texts), encoding="utf-8")
    learned = np.sort(np.random.default_rng(1).permutation(count)[:LEARNED])
    matrix = matrix_of(texts, learned=learned)
    scipy.sparse.save_npz(folder / "matrix.npz", matrix)
    with alone():
        np.save(folder / "vectors.npy", vectors_of(matrix, learned=learned, seed=1))


def ours(folder: str) -> int:
    """From texts to themes with names, examples, overlap and stability; the number of groups is chosen."""
    texts = (Path(folder) / "texts.txt").read_text(encoding="utf-8").split("\n")
    return len(group_texts(texts, seed=1).labels)


def ours_clustering(folder: str) -> int:
    """The clustering step alone, on the vectors."""
    from qualityloop.analysis.themes.grouping import _means

    vectors = np.load(Path(folder) / "vectors.npy")
    with alone():
        return len(_means(vectors[:LEARNED], GROUPS, 1).predict(vectors))


def plain_vectors(folder: str) -> int:
    """scikit-learn's KMeans with its defaults and as many starts as ours, on the same vectors."""
    from sklearn.cluster import KMeans

    vectors = np.load(Path(folder) / "vectors.npy")
    return len(KMeans(GROUPS, n_init=3, random_state=1).fit_predict(vectors))


def plain_matrix(folder: str) -> int:
    """scikit-learn's KMeans with one start on the sparse TF-IDF matrix itself."""
    import scipy.sparse
    from sklearn.cluster import KMeans

    matrix = scipy.sparse.load_npz(Path(folder) / "matrix.npz")
    return len(KMeans(GROUPS, n_init=1, max_iter=20, random_state=1).fit_predict(matrix))


def compare(folder: Path, count: int, runs: int) -> list[Result]:
    """Everything of ours, our clustering alone, plain k-means on vectors and on the sparse matrix."""
    prepare(folder, count)
    where = {"folder": str(folder)}
    return race(
        [
            Contender("QualityLoop, texts to named themes", "benchmarks.themes:ours", where, runs=1),
            Contender("QualityLoop, clustering alone", "benchmarks.themes:ours_clustering", where),
            Contender("scikit-learn KMeans, same vectors", "benchmarks.themes:plain_vectors", where),
            Contender("scikit-learn KMeans, sparse matrix", "benchmarks.themes:plain_matrix", where, runs=1),
        ],
        runs,
    )
