"""Known themes in a new grouping: by hand, and the property that none is lost while one of its texts is there."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qualityloop.analysis.themes import NONE, carried_over, known_themes

THEME = st.sampled_from([NONE, 1, 2, 3])


def test_by_hand() -> None:
    groups = np.array([0, 0, 0, 0, 1, 1, 1, 1, -1, -1])
    same = np.array([7, 7, NONE, NONE, NONE, NONE, NONE, NONE, 8, NONE])
    voted = np.array([NONE, NONE, NONE, 9, 9, NONE, NONE, NONE, NONE, 9])
    # Half of group 0 stood in theme 7: all of it is 7. One of four in group 1 speaks for 9: it is new.
    assert carried_over(groups, same, voted).tolist() == [7, 7, 7, 7, NONE, NONE, NONE, NONE, 8, NONE]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.tuples(st.integers(-1, 4), THEME, THEME), max_size=40))
def test_a_text_stays_in_the_theme_in_which_it_stood(rows: list[tuple[int, int, int]]) -> None:
    groups, same, voted = (np.array([row[place] for row in rows], dtype=np.int64) for place in range(3))
    found = carried_over(groups, same, voted)
    assert (found[same != NONE] == same[same != NONE]).all()
    assert set(same.tolist()) - {NONE} <= set(found.tolist())
    assert set(found.tolist()) <= {NONE, *same.tolist(), *voted.tolist()}
    for group in set(groups[groups >= 0].tolist()):  # a group is carried to one theme, or to none
        assert len(set(found[(groups == group) & (same == NONE)].tolist())) <= 1


def test_a_text_of_something_else_is_of_no_known_theme_however_common_one_is() -> None:
    late = [f"第{n}单物流信息一直不更新，不知道货到哪了" for n in range(120)]
    fee = [f"第{n}单上门收费不合理，事先没有说明" for n in range(40)]
    noise = [f"第{n}台空调噪音太大，晚上睡不着" for n in range(60)]
    found = known_themes([*late[:20], *fee[:20], *noise], [*late[20:], *fee[20:]], [1] * 100 + [2] * 20, seed=1)
    assert found[:20].tolist() == [1] * 20
    assert found[20:40].tolist() == [2] * 20
    assert set(found[40:].tolist()) == {NONE}
