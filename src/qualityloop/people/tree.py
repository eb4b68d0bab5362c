"""The tree of departments. The table is small, so it is read once and walked in memory, on any database alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from qualityloop.people.models import Department


@dataclass(frozen=True, slots=True)
class Tree:
    """Which department belongs to which, and who leads it; numbers only."""

    parents: dict[int, int | None]
    leaders: dict[int, int | None]
    children: dict[int | None, list[int]] = field(init=False)

    def __post_init__(self) -> None:
        below: dict[int | None, list[int]] = defaultdict(list)
        for number, parent in self.parents.items():
            below[parent].append(number)
        object.__setattr__(self, "children", dict(below))

    def under(self, tops: Iterable[int]) -> frozenset[int]:
        """`tops` and everything that belongs to them, however deep."""
        found: set[int] = set()
        waiting = [number for number in tops if number in self.parents]
        while waiting:
            number = waiting.pop()
            if number not in found:
                found.add(number)
                waiting.extend(self.children.get(number, ()))
        return frozenset(found)

    def above(self, number: int) -> Iterator[int]:
        """What `number` belongs to, from near to far."""
        seen = {number}
        parent = self.parents.get(number)
        while parent is not None and parent not in seen:
            yield parent
            seen.add(parent)
            parent = self.parents.get(parent)

    def led_by(self, staff: int) -> frozenset[int]:
        """The departments that a member of staff leads, those below included."""
        return self.under(number for number, leader in self.leaders.items() if leader == staff)


def department_tree() -> Tree:
    """The tree as it is now; one query."""
    rows = list(Department.objects.order_by("sort", "name").values_list("pk", "parent_id", "leader_id"))
    return Tree({pk: parent for pk, parent, _ in rows}, {pk: leader for pk, _, leader in rows})
