"""The small city: 32 cells drawn by hand, one of each trouble that a legal cover can have. 示意数据.

Run from the repository root: `python3 data/make/small_city.py` (Python 3.11, standard library). It rewrites the
GeoJSON files and `locate.csv` in `data/small-city/`; the same bytes every time. Borders, names and units are invented.

The drawing counts in steps of 0.0001 degree (9.6 m by 11.1 m) from 111.29 E, 30.70 N, so that every number is exact on
a lattice of 10^-8 degree and every T-junction lies exactly on the edge it meets.
"""

import csv
import json
import math
import random
from collections import defaultdict
from pathlib import Path

OUT = Path(__file__).resolve().parent.parent / "small-city"
LNG, LAT, STEP = 111.29, 30.70, 10_000  # the corner, and steps per degree
SEED = 20260701
DISTRICT = "420502"

# The cells of each community, as polygons: the shell, then holes. A cell of two polygons is an exclave.


def box(west, south, east, north):
    return [[(west, south), (east, south), (east, north), (west, north)]]


CELLS = {
    # rectangles; four of them meet in (10, 10); the wide one has no vertex at (30, 10), where two others end
    "001001": [
        [box(0, 0, 10, 10)],
        [box(10, 0, 20, 10)],
        [box(20, 0, 30, 10)],
        [box(30, 0, 40, 10)],
        [box(0, 10, 10, 20)],
        [box(10, 10, 20, 20)],
        [box(20, 10, 40, 20)],
    ],
    # an L and what it leaves; a cell in two parts with another between them
    "001002": [
        [[[(0, 20), (20, 20), (20, 30), (10, 30), (10, 40), (0, 40)]]],
        [box(10, 30, 20, 40)],
        [box(0, 40, 5, 50), box(15, 40, 20, 50)],
        [box(5, 40, 15, 50)],
    ],
    # an island; a slanting edge with a T-junction at (30, 41)
    "001003": [
        [[*box(20, 20, 40, 36), box(26, 24, 32, 30)[0][::-1]]],
        [box(26, 24, 32, 30)],
        [[[(20, 36), (40, 36), (40, 46)]]],
        [[[(20, 36), (30, 41), (30, 50), (20, 50)]]],
        [[[(30, 41), (40, 46), (40, 50), (30, 50)]]],
    ],
    # a U and what it holds; four cells around a lake; an island that touches its border in one point, which is also
    # the only point where it touches the cells beyond; a lake inside one cell
    "002001": [
        [[[(40, 0), (60, 0), (60, 20), (54, 20), (54, 8), (46, 8), (46, 20), (40, 20)]]],
        [box(46, 8, 54, 20)],
        [[[(60, 0), (70, 0), (70, 6), (66, 10), (60, 10)]]],
        [[[(70, 0), (80, 0), (80, 10), (74, 10), (70, 6)]]],
        [[[(74, 10), (80, 10), (80, 20), (70, 20), (70, 14)]]],
        [[[(60, 10), (66, 10), (70, 14), (70, 20), (60, 20)]]],
        [
            [
                [(40, 20), (60, 20), (60, 30), (50, 30), (40, 30)],
                [(50, 30), (52, 26), (50, 22), (48, 26)],
            ]
        ],
        [[[(50, 30), (48, 26), (50, 22), (52, 26)]]],
        [[*box(60, 20, 80, 30), box(68, 23, 72, 27)[0][::-1]]],
    ],
    # a zigzag border; at the outer border a cell that touches the rest in exactly one point, (70, 50)
    "002002": [
        [box(40, 30, 50, 40)],
        [box(50, 30, 60, 40)],
        [[[(60, 30), (70, 30), (68, 33), (72, 36), (70, 40), (60, 40)]]],
        [[[(70, 30), (80, 30), (80, 40), (70, 40), (72, 36), (68, 33)]]],
        [box(40, 40, 60, 50)],
        [box(60, 40, 70, 50)],
        [box(70, 50, 80, 60)],
    ],
}

# Places where a rule decides: (x, y) in steps, and why it is worth asking.
CORNERS = [
    (5, 5, "inside a rectangle"),
    (10, 10, "four cells meet"),
    (10, 5, "on a border that runs north"),
    (5, 10, "on a border that runs east"),
    (30, 10, "T-junction: the northern cell has no vertex here"),
    (30, 41, "T-junction on a slanting edge"),
    (25, 38.5, "on a slanting edge"),
    (0, 0, "outer corner in the south-west: the cover lies north-east"),
    (80, 0, "outer corner in the south-east: just north of east is outside"),
    (80, 15, "outer border in the east: just north of east is outside"),
    (35, 50, "outer border in the north: just north of east is outside"),
    (0, 15, "outer border in the west"),
    (70, 50, "two cells touch in one point, the rest is outside"),
    (50, 30, "the tip of an island on the border of its host"),
    (50, 26, "inside that island"),
    (29, 27, "inside an island"),
    (26, 27, "western border of an island"),
    (32, 27, "eastern border of an island"),
    (29, 30, "northern border of an island"),
    (66, 10, "western tip of the lake between four cells"),
    (74, 10, "eastern tip of the lake"),
    (70, 14, "northern tip of the lake"),
    (70, 10, "in the lake: outside the cover"),
    (70, 25, "in the lake inside one cell: outside the cover"),
    (68, 25, "western shore of that lake"),
    (72, 25, "eastern shore of that lake"),
    (2, 45, "western part of a cell in two parts"),
    (18, 45, "eastern part of the same cell"),
    (10, 45, "the cell between the two parts"),
    (15, 40, "T-junction under the eastern part"),
    (5, 35, "in the L"),
    (15, 35, "in the bay of the L"),
    (50, 15, "between the arms of the U"),
    (50, 4, "in the U"),
    (71, 36, "west of a border that zigzags"),
    (69, 33, "east of a border that zigzags"),
    (68, 33, "a corner of the zigzag"),
    (40, 30, "two streets and three communities meet"),
    (75, 45, "in the bay of the outer border: outside"),
    (75, 55, "in the cell that hangs by a point"),
    (-5, 20, "beyond the western border"),
]

# Class, name, count, competent unit; where the catalogue is of GB/T 47678.5-2026.
POINTS = [
    ("01002", "污水井盖", 24, "D02"),
    ("01003", "雨水井盖", 24, "D02"),
    ("01013", "消防设施", 12, "D05"),
    ("01037", "路灯", 36, "D03"),
    ("02010", "交通标志牌及标线", 14, "D04"),
    ("02014", "交通信号灯", 8, "D04"),
    ("04002", "行道树", 22, "D06"),
]
BINS = ("03005", "垃圾箱", 20, "D01")
LINES = [("01026", "沟槽盖板", 6, "D02"), ("02017", "交通护栏", 9, "D04"), ("04008", "绿地护栏", 6, "D06")]
POLYGONS = [("02001", "停车场", 5, "D04"), ("03001", "公共厕所", 4, "D01"), ("04013", "绿地", 8, "D06")]
UNITS = {
    "D01": "示意区城市管理局",
    "D02": "示意区水务局",
    "D03": "示意区路灯管理所",
    "D04": "示意区交通管理大队",
    "D05": "示意区消防救援大队",
    "D06": "示意区园林绿化中心",
    "D07": "示意排水有限公司",
    "D08": "示意环卫服务有限公司",
}
MAINTAINERS = {"01002": "D07", "01003": "D07", "03005": "D08", "03001": "D08"}
STATES = ["完好"] * 16 + ["损坏", "丢失", "废弃"]


# Plane geometry in steps.


def crossings(ring, x, y):
    """Whether a place inside no edge lies in a ring, by counting crossings."""
    inside = False
    for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1]):
        if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay):
            inside = not inside
    return inside


def on_edge(ring, x, y):
    """Whether a place lies on the border of a ring, exactly."""
    for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1]):
        cross = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
        if cross == 0 and min(ax, bx) <= x <= max(ax, bx) and min(ay, by) <= y <= max(ay, by):
            return True
    return False


def holds(cell, x, y):
    """Whether a cell holds a place that is on no border."""
    return any(sum(crossings(ring, x, y) for ring in polygon) % 2 for polygon in cell["polygons"])


def touches(cell, x, y):
    """Whether a place lies in a cell or on its border."""
    border = any(on_edge(ring, x, y) for polygon in cell["polygons"] for ring in polygon)
    return border or holds(cell, x, y)


def owner(cells, x, y):
    """The cell of the first covered sector met when turning anticlockwise from just north of east; None outside."""
    if not any(touches(cell, x, y) for cell in cells):
        return None
    for turn in range(3600):
        angle = 0.001 + turn * math.pi / 1800
        near = (x + 0.001 * math.cos(angle), y + 0.001 * math.sin(angle))
        for cell in cells:
            if holds(cell, *near):
                return cell
    raise AssertionError("a cell touches the place but covers nothing around it")


def merge(cells):
    """The polygons that cells make together: walk every border that only one of them has."""
    vertices = {v for cell in cells for polygon in cell["polygons"] for ring in polygon for v in ring}
    edges = set()
    for ring in (ring for cell in cells for polygon in cell["polygons"] for ring in polygon):
        for a, b in zip(ring, ring[1:] + ring[:1]):
            on_it = [v for v in vertices if v in (a, b) or on_edge([a, b], *v)]
            on_it.sort(key=lambda v: (v[0] - a[0]) ** 2 + (v[1] - a[1]) ** 2)
            for edge in zip(on_it, on_it[1:]):
                if edge[::-1] in edges:
                    edges.remove(edge[::-1])
                else:
                    edges.add(edge)
    rings = [straighten(ring) for ring in walk(edges)]
    shells = [[ring] for ring in rings if area(ring) > 0]
    for hole in (ring for ring in rings if area(ring) < 0):
        inner = ((hole[0][0] + hole[1][0]) / 2, (hole[0][1] + hole[1][1]) / 2)
        next(shell for shell in shells if crossings(shell[0], *inner)).append(hole)
    return sorted(shells)


def walk(edges):
    """Closed rings of directed edges; where parts touch in a point, turn sharply left and keep them apart."""
    starts = defaultdict(list)
    for a, b in edges:
        starts[a].append(b)
    while any(starts.values()):
        ring = [min(a for a in starts if starts[a])]
        here, came = ring[0], None
        while True:
            there = starts[here]
            there.sort(key=lambda b: sharpness(came, here, b))
            came, here = here, there.pop(0)
            if here == ring[0]:
                break
            ring.append(here)
        yield ring


def sharpness(came, here, to):
    """How wide the covered sector is between the way on and the way back; the narrowest comes first."""
    if came is None:
        return 0
    back = math.atan2(came[1] - here[1], came[0] - here[0])
    way = math.atan2(to[1] - here[1], to[0] - here[0])
    return (back - way) % math.tau


def area(ring):
    """Twice the area; positive when the ring runs anticlockwise."""
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1]))


def straighten(ring):
    """The ring without vertices in the middle of straight edges."""
    keep = [
        b
        for a, b, c in zip(ring[-1:] + ring[:-1], ring, ring[1:] + ring[:1])
        if (b[0] - a[0]) * (c[1] - b[1]) != (b[1] - a[1]) * (c[0] - b[0])
    ]
    return keep


# The city.


def north_then_west(polygons):
    """The order in which cells are numbered: by northern end, then by western end."""
    places = [place for polygon in polygons for ring in polygon for place in ring]
    return -max(y for _, y in places), min(x for x, _ in places)


def make_cells():
    """All cells with their codes: numbered in each community from north to south, then from west to east."""
    cells = []
    for community, drawn in CELLS.items():
        parts = [[[list(map(tuple, ring)) for ring in polygon] for polygon in cell] for cell in drawn]
        parts.sort(key=north_then_west)
        for number, polygons in enumerate(parts, 1):
            cells.append({"code": f"{DISTRICT}{community}{number:03}", "polygons": polygons})
    return cells


def degrees(place):
    return [round(LNG + place[0] / STEP, 8), round(LAT + place[1] / STEP, 8)]


def point_geometry(x, y):
    return {"type": "Point", "coordinates": degrees((x, y))}


def polygon_geometry(polygons):
    """GeoJSON; rings closed, the shell anticlockwise and holes clockwise."""
    out = []
    for polygon in polygons:
        rings = []
        for index, ring in enumerate(polygon):
            right = (area(ring) > 0) == (index == 0)
            ring = ring if right else ring[::-1]
            rings.append([degrees(p) for p in [*ring, ring[0]]])
        out.append(rings)
    if len(out) == 1:
        return {"type": "Polygon", "coordinates": out[0]}
    return {"type": "MultiPolygon", "coordinates": out}


def write(name, features):
    """One feature a line, so that a change is a line in a diff."""
    lines = [json.dumps({"type": "Feature", "properties": p, "geometry": g}, ensure_ascii=False) for p, g in features]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    head = f'{{"type": "FeatureCollection", "name": "{name}",\n"crs": {json.dumps(crs)},\n"features": [\n'
    (OUT / f"{name}.geojson").write_text(head + ",\n".join(lines) + "\n]}\n", encoding="utf-8")


def square_metres(polygons):
    """Area as a survey would note it, to 0.01 m², on a sphere: good to some per mille."""
    steps = sum(abs(area(polygon[0])) - sum(abs(area(hole)) for hole in polygon[1:]) for polygon in polygons) / 2
    return round(steps * 11.131949 * 11.131949 * math.cos(math.radians(LAT)), 2)


def write_cells(cells):
    write(
        "cells",
        [
            (
                {
                    "BGID": cell["code"],
                    "BGMC": f"示意单元{cell['code'][6:9]}-{cell['code'][9:12]}-{cell['code'][12:]}",
                    "SQDM": cell["code"][:12],
                    "Area": square_metres(cell["polygons"]),
                    "ORDate": "20260701",
                    "Note": "示意数据",
                },
                polygon_geometry(cell["polygons"]),
            )
            for cell in cells
        ],
    )


def write_regions(cells):
    names = "一二三四五"
    for name, digits, title in (("communities", 12, "社区"), ("streets", 9, "街道"), ("districts", 6, "区")):
        codes = sorted({cell["code"][:digits] for cell in cells})
        rows = []
        for index, code in enumerate(codes):
            parent = {12: code[:9], 9: code[:6], 6: None}[digits]
            called = "示意区" if digits == 6 else f"示意{names[index]}{title}"
            polygons = merge([cell for cell in cells if cell["code"].startswith(code)])
            rows.append(({"DM": code, "MC": called, "SJDM": parent, "BZ": "示意数据"}, polygon_geometry(polygons)))
        write(name, rows)


class Survey:
    """Hands out component codes and fills the attributes of GB/T 47678.5-2026 table 2."""

    def __init__(self, cells):
        self.cells, self.random, self.serial = cells, random.Random(SEED), defaultdict(int)

    def row(self, kind, cell):
        code, name, _, competent = kind
        self.serial[code] += 1
        number = self.serial[code]
        maintainer = MAINTAINERS.get(code) if number % 5 else None
        owner_code = competent if number % 3 == 0 else None
        changed = "20260815" if number % 7 == 0 else None
        return {
            "GLBJBSM": f"{DISTRICT}{code}{number:06}",
            "GLBJMC": name,
            "ZGBMDM": competent,
            "ZGBMMC": UNITS[competent],
            "QSDWDM": owner_code,
            "QSDWMC": UNITS.get(owner_code),
            "YHDWDM": maintainer,
            "YHDWMC": UNITS.get(maintainer),
            "SZDYWGBSM": cell["code"] if cell else None,
            "GLBJZT": self.random.choice(STATES),
            "CSRQ": "20260701",
            "BGRQ": changed,
            "SJLY": "实测" if number % 2 else "地形图",
            "BZ": "示意数据",
        }

    def place(self, room):
        """A cell and a place in it with so much room around that the whole square lies inside."""
        while True:
            x = round(self.random.uniform(0, 80), 2)
            y = round(self.random.uniform(0, 60), 2)
            corners = [(x + dx, y + dy) for dx in (-room, 0, room) for dy in (-room, 0, room)]
            for cell in self.cells:
                if all(holds(cell, *corner) for corner in corners) and not self.near_a_corner(cell, x, y, room):
                    return cell, x, y

    @staticmethod
    def near_a_corner(cell, x, y, room):
        """Whether a vertex lies in the square: a wedge or a small hole can hide between nine places."""
        vertices = (v for polygon in cell["polygons"] for ring in polygon for v in ring)
        return any(max(abs(vx - x), abs(vy - y)) <= room + 0.1 for vx, vy in vertices)


def write_components(cells):
    survey = Survey(cells)
    points = []
    for kind in POINTS:
        for _ in range(kind[2]):
            cell, x, y = survey.place(0.05)
            points.append(({**survey.row(kind, cell), "XLDM": kind[0]}, point_geometry(x, y)))
    # on corners and borders, by the rule; one in a lake and one in the bay, which are in no cell
    lamp, water = POINTS[3], ("01069", "水域附属设施", 0, "D02")
    special = [(lamp, 10, 10), (lamp, 30, 10), (lamp, 30, 41), (lamp, 70, 50), (lamp, 80, 15)]
    for kind, x, y in [*special, (water, 70, 10), (water, 75, 45)]:
        row = survey.row(kind, owner(cells, x, y))
        points.append(({**row, "XLDM": kind[0]}, point_geometry(x, y)))
    write("components-points", points)
    bins = []
    for _ in range(BINS[2]):
        cell, x, y = survey.place(0.05)
        bins.append((survey.row(BINS, cell), point_geometry(x, y)))
    write("BJ03005", bins)
    lines = []
    for kind in LINES:
        for _ in range(kind[2]):
            cell, x, y = survey.place(1.5)
            way = [(x - 1.4, y - 1), (x, y + 0.5), (x + 1.4, y + 0.2)]
            lines.append((survey.row(kind, cell), {"type": "LineString", "coordinates": [degrees(p) for p in way]}))
    write("components-lines", lines)
    polygons = []
    for kind in POLYGONS:
        for _ in range(kind[2]):
            cell, x, y = survey.place(1.2)
            ring = [(x - 1.2, y - 1), (x + 1, y - 1.2), (x + 1.2, y + 1), (x - 1, y + 1.1)]
            polygons.append((survey.row(kind, cell), polygon_geometry([[ring]])))
    write("components-polygons", polygons)


def write_locate(cells):
    """Answers found by brute force: what `wanmi locate` must say."""
    with open(OUT / "locate.csv", "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["id", "lng", "lat", "cell", "community", "street", "district", "tie", "why"])
        for index, (x, y, why) in enumerate(CORNERS, 1):
            cell = owner(cells, x, y)
            code = cell["code"] if cell else ""
            tie = sorted(c["code"] for c in cells if c is not cell and touches(c, x, y))
            lng, lat = degrees((x, y))
            place = [f"p{index:02}", f"{lng:.8f}", f"{lat:.8f}"]
            out.writerow([*place, code, code[:12], code[:9], code[:6], ";".join(tie), why])


def main():
    cells = make_cells()
    write_cells(cells)
    write_regions(cells)
    write_components(cells)
    write_locate(cells)


main()
