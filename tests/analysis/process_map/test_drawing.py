"""The diagram: nothing lies on anything else, every way arrives, and the file is well-formed."""

from __future__ import annotations

from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest

from qualityloop.analysis.process_map import load_map, map_data, map_svg, shipped_map, shipped_maps
from qualityloop.analysis.process_map.layout import NARROW, WIDE, Box, Shape, lay_out

SVG = "{http://www.w3.org/2000/svg}"


def inside(box: Box, x: float, y: float) -> bool:
    return box.x + 1 < x < box.x + box.width - 1 and box.y + 1 < y < box.y + box.height - 1


@pytest.mark.parametrize("key", shipped_maps())
@pytest.mark.parametrize("shape", [WIDE, NARROW])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_lies_on_anything_else(key: str, shape: Shape, language: str) -> None:
    layout = lay_out(shipped_map(key), shape, language)
    for one, other in combinations(layout.boxes, 2):
        apart_x = one.x + one.width <= other.x or other.x + other.width <= one.x
        assert apart_x or one.y + one.height <= other.y or other.y + other.height <= one.y
    for line in layout.lines:
        for (x1, y1), (x2, y2) in pairwise(line.points):
            assert x1 == x2 or y1 == y2  # along the axes only
            for box in layout.boxes:
                for part in (0.25, 0.5, 0.75):
                    assert not inside(box, x1 + (x2 - x1) * part, y1 + (y2 - y1) * part), (line.source, line.target)
        assert all(0 <= x <= layout.width and 0 <= y <= layout.height for x, y in line.points)
    flat = [
        (min(a[0], b[0]), max(a[0], b[0]), a[1])
        for line in layout.lines
        for a, b in pairwise(line.points)
        if a[1] == b[1] and abs(a[0] - b[0]) > 1
    ]
    for (a1, a2, ay), (b1, b2, by) in combinations(flat, 2):
        assert ay != by or a2 < b1 or b2 < a1  # two ways never run along the same stretch


@pytest.mark.parametrize("key", shipped_maps())
def test_every_way_is_drawn_once(key: str) -> None:
    process = shipped_map(key)
    drawn = [(line.source, line.target) for line in lay_out(process, WIDE, "zh").lines if line.source]
    assert sorted(drawn) == sorted((key, way.to) for key, ways in process.ways().items() for way in ways)


def test_it_fits_a_phone() -> None:
    for key in shipped_maps():
        assert lay_out(shipped_map(key), NARROW, "en").width <= 366


def test_well_formed_and_nothing_of_an_author_becomes_markup() -> None:
    data = map_data(shipped_map("repair"))
    data["stages"][0]["steps"][0]["name"] = '<script>"&'
    data["stages"][0]["steps"][0]["next"][0]["when"] = "</text><b>"
    tree = ElementTree.fromstring(map_svg(load_map(data), "zh"))
    texts = "".join(node.text or "" for node in tree.iter(f"{SVG}text"))
    assert '<script>"&' in texts
    assert not list(tree.iter(f"{SVG}script"))
    links = [node.get("href") for node in tree.iter(f"{SVG}a")]
    assert links == [f"#step-{step.key}" for step in load_map(data).steps()]
