"""From where to where a problem may move, and who can prove that it ended well."""

from __future__ import annotations

from collections.abc import Callable

from qualityloop.improvement.problems.models import Problem, State

ON = {
    State.OPEN: frozenset({State.CAUSE_LOCKED, State.CLOSED}),
    State.CAUSE_LOCKED: frozenset({State.OPEN, State.PLANNED, State.CLOSED}),
    State.PLANNED: frozenset({State.CAUSE_LOCKED, State.EXECUTING, State.CLOSED}),
    State.EXECUTING: frozenset({State.PLANNED, State.VERIFYING, State.CLOSED}),
    State.VERIFYING: frozenset({State.EXECUTING, State.PLANNED, State.CLOSED}),
    State.CLOSED: frozenset({State.OPEN}),
}
ORDER = tuple(State)
Proof = Callable[[Problem], bool]
_PROOFS: list[Proof] = []


def register_proof(proof: Proof) -> None:
    """Whoever judges effects says here whether a problem's improvement has been proven to work."""
    if proof not in _PROOFS:
        _PROOFS.append(proof)


def proven(problem: Problem) -> bool:
    """Whether anybody has proven that the improvement works; False where nobody judges effects."""
    return any(proof(problem) for proof in _PROOFS)


def legal(before: str, after: str) -> bool:
    """Whether a problem may move so."""
    return after in ON[State(before)]


def backwards(before: str, after: str) -> bool:
    """Whether a move goes back on the way, which wants a reason."""
    return ORDER.index(State(after)) < ORDER.index(State(before))
