"""Bad surveys: complete rows with one defect each, for the rules that a whole row or a whole city decides.

Run from the repository root: `python3 data/make/bad_surveys.py` (Python 3.11, standard library). It writes the files of
`data/bad/` whose names begin with `survey-`, `grid-`, `regions-`, `departments-`, `zones-`, `places-`, `rules-`, `cases-`,
`inspectors-`, `rosters-`, `limits-` and `permits-`; the same bytes every time. The cells are those of `bad.py`.
"""

import json
from pathlib import Path

OUT = Path(__file__).resolve().parent.parent / "bad"
CREDIT = "91350100M000100Y43"
ONE, TWO = [111.2904, 30.7004], [111.2916, 30.7016]
CELL_OF = {tuple(ONE): "420502001001003", tuple(TWO): "420502001001002"}


def feature(properties, kind, coordinates):
    geometry = None if kind is None else {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def write(name, features, crs=None):
    head = '{"type": "FeatureCollection",\n'
    if crs:
        head += f'"crs": {{"type": "name", "properties": {{"name": "{crs}"}}}},\n'
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in features)
    (OUT / name).write_text(f'{head}"features": [\n{lines}\n]}}\n', encoding="utf-8")


def component(number, place, code="03005", name="垃圾箱"):
    return feature(
        {
            "GLBJBSM": f"420502{code}{number:06}", "GLBJMC": name, "XLDM": code,
            "ZGBMDM": CREDIT, "ZGBMMC": "示意城管局", "QSDWDM": CREDIT, "QSDWMC": "示意城管局",
            "YHDWDM": CREDIT, "YHDWMC": "示意环卫中心", "SZDYWGBSM": CELL_OF.get(tuple(place)),
            "GLBJZT": "完好", "CSRQ": "20240131", "BGRQ": "20240229", "SJLY": "实测", "BZ": None,
        },
        "Point", place,
    )


def survey(name, change=None, more=None, crs=None):
    rows = [component(1, ONE), component(2, TWO)]
    if change:
        change(rows[1])
    write(f"survey-{name}.geojson", rows + (more or []), crs)


def valued(**values):
    return lambda row: row["properties"].update(values)


def surveys():
    survey("good")
    survey("by-standard-names", crs="urn:ogc:def:crs:EPSG::4490")
    survey("class-of-code", valued(XLDM="03006"))
    survey("credit-code", valued(QSDWDM="91350100M000100Y44"))
    survey("unit-without-code", valued(QSDWDM=None))
    survey("no-competent", valued(ZGBMDM=None, ZGBMMC=None))
    survey("date-form", valued(CSRQ="20241301"))
    survey("date-future", valued(BGRQ="21000101"))
    survey("date-order", valued(BGRQ="20240130"))
    survey("state", valued(GLBJZT="良好"))
    survey("garbled", valued(QSDWMC="城管局".encode("gbk").decode("latin-1")))
    survey("scientific", valued(GLBJBSM="4.20502E+16"))
    survey("other-cell", valued(SZDYWGBSM="420502001001001"))
    survey("class-name", valued(GLBJMC="无名物"))
    survey("edition", valued(BB="gbt47678.5-2025", FJ=None))
    survey("extra", valued(BB=None, FJ='{"材质": 7}'))

    def zero(row):
        row["geometry"]["coordinates"] = [0, 0]

    def outside(row):
        row["geometry"]["coordinates"] = [111.2951, 30.7004]
        row["properties"]["SZDYWGBSM"] = None

    def beside(row):
        # 0.3 m east of the border of the cell that the row names: as near as a survey of such things is exact.
        row["geometry"]["coordinates"] = [111.291003, 30.7016]
        row["properties"]["SZDYWGBSM"] = "420502001001001"

    def line(row):
        row["geometry"] = {"type": "LineString", "coordinates": [[111.2914, 30.7016], TWO]}

    survey("zero", zero)
    survey("outside", outside)
    survey("shape", line)
    survey("near", more=[component(3, [111.290402, 30.7004])])
    survey("stacked", more=[component(1, ONE, "03006", "户外广告")])
    back = component(1, TWO, "01026", "沟槽盖板")
    back["geometry"] = {"type": "LineString", "coordinates": [[111.2914, 30.7016], TWO, [111.2915, 30.7016]]}
    survey("line-back", more=[back])
    walls = [component(1, ONE, "01026", "沟槽盖板"), component(2, ONE, "01026", "沟槽盖板")]
    walls[0]["geometry"] = {"type": "LineString", "coordinates": [[111.2901, 30.7002], [111.2905, 30.7002]]}
    # 0.22 m short of the other.
    walls[1]["geometry"] = {"type": "LineString", "coordinates": [[111.2903, 30.7006], [111.2903, 30.700202]]}
    survey("line-dangling", more=walls)
    survey("beside", beside)


def square(west, south, width=0.001, height=0.001):
    east, north = west + width, south + height
    ring = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return [[[round(x, 8), round(y, 8)] for x, y in ring]]


def grid(name, numbers=(1, 2, 3, 4), **values):
    corners = [(111.29, 30.701), (111.291, 30.701), (111.29, 30.70), (111.291, 30.70)]
    cells = []
    for number, corner in zip(numbers, corners):
        properties = {"BGID": f"420502001001{number:03}", "Area": 10608, "ORDate": "20240101", "DEDate": None}
        cells.append(feature(properties, "Polygon", square(*corner)))
    cells[1]["properties"].update(values)
    write(f"grid-{name}.geojson", cells)


def grids():
    grid("area", Area=10800)
    grid("sequence", (2, 3, 4, 1))
    grid("interval", DEDate="20231231")
    grid("good")
    properties = {"BGID": "420502001001001", "Area": None, "ORDate": None, "DEDate": None}
    write("grid-large.geojson", [feature(properties, "Polygon", square(111.29, 30.70, 0.004, 0.004))])
    around = square(111.29, 30.70, 0.002, 0.002)
    region = {"DM": "420502001002", "MC": "示意社区", "JB": "community"}
    wide = square(111.29, 30.70, 0.004, 0.002)
    two = [("420502001001", "示意一社区", around), ("420502001002", "示意二社区", square(111.292, 30.70, 0.002, 0.002))]
    two = [feature({"DM": code, "MC": name, "JB": "community"}, "Polygon", border) for code, name, border in two]
    write("regions-two.geojson", two)
    write("regions-wide.geojson", [feature({"DM": "420502001001", "MC": "示意一社区", "JB": "community"}, "Polygon", wide)])
    write("regions-other-community.geojson", [feature(region, "Polygon", around)])
    write("regions-other-county.geojson", [feature({"DM": "420503", "MC": "示意区", "JB": "district"}, "Polygon", around)])


def table(name, rows):
    write(f"{name}.geojson", [feature(properties, None, None) for properties in rows])


def things():
    one = {"code": "D1", "name": "示意城管局", "level": "市", "parent": None, "valid_until": None}
    two = {**one, "code": "D2", "level": "区", "parent": "D1"}
    table("departments-good", [one, two])
    table("departments-ended", [one, {**two, "valid_until": "20240101"}])
    table("departments-no-name", [{**one, "name": None}, {**one, "code": "D2"}])
    table("departments-level", [{**one, "level": "省"}])
    table("departments-parent", [{**one, "parent": "D9"}])

    def zones(name, *rows):
        names = {"1": "420502001001001", "2": "420502001001002", "3": "420502001001003", "4": "420502001001004"}
        rows = [{"code": zone, "name": title, "cells": names.get(cell, cell)} for zone, title, cell in rows]
        table(f"zones-{name}", rows)

    zones("good", ("Z1", "甲", "1"), ("Z1", "甲", "2"), ("Z2", "乙", "3"), ("Z2", "乙", "4"))
    zones("without", ("Z1", "甲", "1"), ("Z1", "甲", "2"), ("Z2", "乙", "4"))
    zones("two", ("Z1", "甲", "1"), ("Z1", "甲", "2"), ("Z2", "乙", "3"), ("Z2", "乙", "4"), ("Z2", "乙", "2"))
    zones("apart", ("Z1", "甲", "1"), ("Z1", "甲", "4"), ("Z2", "乙", "2"), ("Z2", "乙", "3"))
    zones("differ", ("Z1", "甲", "1"), ("Z1", "丙", "2"), ("Z2", "乙", "3"), ("Z2", "乙", "4"))

    road = feature({"code": "S1", "name": "解放路", "kind": "街巷"}, "LineString", [[111.29, 30.7005], [111.292, 30.7005]])

    def door(code, address, place):
        return feature({"code": code, "name": address, "kind": "门牌", "address": address}, "Point", place)

    first = door("M1", "解放路1号", ONE)
    write("places-good.geojson", [road, first, door("M2", "解放路2号", TWO)])
    elsewhere = door("M2", "示意二社区解放路2号", TWO)
    write("places-other-community.geojson", [road, first, elsewhere])
    write("places-twice.geojson", [road, first, door("M2", "解放路1号", TWO)])
    write("places-off-road.geojson", [road, first, door("M2", "解放路2号", [111.2916, 30.7095])])
    write("roads-point.geojson", [feature({"code": "R1", "name": "解放路", "kind": None}, "Point", ONE)])


def duties():
    def rules(name, *rows):
        keys = ("code", "kind", "classes", "department", "priority")
        rest = {"override": None, "valid_until": None, "answer": None}
        table(f"rules-{name}", [{**dict(zip(keys, row)), **rest} for row in rows])

    every = ("R0", "any", None, "D1", None)
    rules("good", every, ("R1", "component", "01001", "D2", None))
    rules("nobody", every, ("R1", "component", "01001", None, None))
    rules("tie", every, ("R1", "component", "01001", "D1", None), ("R2", "component", "01001", "D2", None))
    rules("hidden", every, ("R1", "component", "01001", "D1", "2"), ("R2", "component", "01001", "D2", "1"))
    rules("department", every, ("R1", "component", "01001", "D9", None))
    rules("uncovered", ("R1", "component", None, "D1", None))

    def case(name, department):
        row = {"code": "C1", "name": "井盖缺失", "kind": "部件", "class": "01001", "cell": CELL_OF[tuple(ONE)]}
        table(f"cases-{name}", [{**row, "outcome": "直接派遣", "department": department}])

    case("good", "D2")
    case("failed", "D1")

    table("inspectors-good", [{"code": "I1", "name": "示意员"}])

    def roster(name, *times):
        shift = {"inspector": "I1", "kind": "班次", "days": "daily"}
        rows = [(zone, begin, end) for zone in ("Z1", "Z2") for begin, end in times]
        rows = [{"code": f"S{i}", "zone": zone, **shift, "time_from": begin, "time_until": end}
                for i, (zone, begin, end) in enumerate(rows, 1)]
        table(f"rosters-{name}", rows)

    roster("good", ("07:00", "13:00"), ("13:00", "19:00"))
    roster("gap", ("07:00", "13:00"), ("16:00", "22:00"))

    def limit(name, amount, unit):
        table(f"limits-{name}", [{"code": "L1", "kind": "部件", "classes": "01", "amount": amount, "unit": unit}])

    names = {"code": "P1", "name": "占道挖掘", "department": "D1", "classes": "01"}
    road = [[111.2901, 30.7005], [111.2919, 30.7005]]
    write("permits-good.geojson", [feature(names, "Polygon", square(111.2902, 30.7002, 0.0003, 0.0003))])
    write("permits-line.geojson", [feature(names, "LineString", road)])
    write("permits-point.geojson", [feature(names, "Point", ONE)])

    limit("good", "1", "自然日")
    limit("no-calendar", "4", "工作时")


surveys()
grids()
things()
duties()
