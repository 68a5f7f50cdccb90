"""Bad input: one file for each trouble, breaking that one thing only.

Run from the repository root: `python3 data/make/bad.py` (Python 3.11, standard library). It rewrites `data/bad/` except
`README.md`, `cases.csv` and the mapping files, which are written by hand; the same bytes every time.

Every file starts from the same good cells, four squares of 0.001 degree around 111.29 E 30.70 N, numbered

    1 2
    3 4
"""

import copy
import gzip
import json
import math
import sqlite3
import struct
from pathlib import Path

OUT = Path(__file__).resolve().parent.parent / "bad"
CODE = "420502001001{:03}"


def square(west, south, size=0.001):
    """A closed ring, anticlockwise."""
    east, north = west + size, south + size
    ring = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return [[round(x, 8), round(y, 8)] for x, y in ring]


def feature(properties, kind, coordinates):
    geometry = None if kind is None else {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def cell(number, *rings):
    return feature({"BGID": CODE.format(number), "BGMC": f"示意{number}"}, "Polygon", list(rings))


def good():
    corners = [(111.29, 30.701), (111.291, 30.701), (111.29, 30.70), (111.291, 30.70)]
    return [cell(number, square(*corner)) for number, corner in enumerate(corners, 1)]


def component(number, code, place):
    properties = {"GLBJBSM": f"420502{code}{number:06}", "GLBJMC": "垃圾箱", "XLDM": code, "ZGBMDM": "D01"}
    return feature(properties, "Point", place)


def document(features, crs=None):
    """One feature a line."""
    head = '{"type": "FeatureCollection",\n'
    if crs:
        head += f'"crs": {{"type": "name", "properties": {{"name": "{crs}"}}}},\n'
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in features)
    return f'{head}"features": [\n{lines}\n]}}\n' if features else f'{head}"features": []}}\n'


def write(name, features, crs=None):
    (OUT / name).write_text(document(features, crs), encoding="utf-8")


def changed(change):
    """The good cells after one change."""
    cells = copy.deepcopy(good())
    change(cells)
    return cells


def ring_of(cells, number):
    return cells[number - 1]["geometry"]["coordinates"][0]


def cells_with_bad_numbers():
    def not_a_number(cells):
        ring_of(cells, 2)[1] = [math.nan, 30.701]

    def swap(cells):
        for entry in cells:
            entry["geometry"]["coordinates"] = [[p[::-1] for p in ring] for ring in entry["geometry"]["coordinates"]]

    def lose_zeros(cells):
        for number, entry in enumerate(cells, 1):
            entry["properties"]["BGID"] = int(f"011011015036{number:03}")

    write("cells-nan.geojson", changed(not_a_number))
    write("cells-swapped.geojson", changed(swap))
    write("cells-code-lost-zeros.geojson", changed(lose_zeros))


def cells_with_bad_shapes():
    def bow_tie(cells):
        ring = ring_of(cells, 2)
        ring[2], ring[3] = ring[3], ring[2]

    def two_points(cells):
        cells[1]["geometry"]["coordinates"] = [[[111.291, 30.701], [111.292, 30.702], [111.291, 30.701]]]

    def hole_outside(cells):
        cells[1]["geometry"]["coordinates"].append(square(111.295, 30.701, 0.0002)[::-1])

    def overlap(cells):
        ring = ring_of(cells, 1)
        ring[1][0] = ring[2][0] = 111.29101

    def gap(cells):
        # the middle of the border between 1 and 2 leans west on one side only: a wedge 0.38 m wide at its widest
        ring_of(cells, 1).insert(2, [111.290996, 30.7015])

    def point_among(cells):
        cells.append(feature({"BGID": CODE.format(5), "BGMC": "示意5"}, "Point", [111.2905, 30.7005]))

    def no_shape(cells):
        cells[1]["geometry"] = None

    def empty_shape(cells):
        # one ring without a point; without any ring GDAL takes the geometry for null
        cells[1]["geometry"]["coordinates"] = [[]]

    def same_code(cells):
        cells[3]["properties"]["BGID"] = CODE.format(1)

    changes = [bow_tie, two_points, hole_outside, overlap, gap, point_among, no_shape, empty_shape, same_code]
    for change in changes:
        write(f"cells-{change.__name__.replace('_', '-')}.geojson", changed(change))


def components():
    places = [[111.2904, 30.7004], [111.2916, 30.7004], [111.2904, 30.7016]]
    rows = [component(number, "03005", place) for number, place in enumerate(places, 1)]
    write("good-components.geojson", rows)

    twice = copy.deepcopy(rows)
    twice[2]["properties"]["GLBJBSM"] = twice[0]["properties"]["GLBJBSM"]
    write("components-same-code.geojson", twice)

    numbers = copy.deepcopy(rows)
    for row in numbers:
        row["properties"]["XLDM"] = 3005
    write("components-class-lost-zeros.geojson", numbers)

    no_class = copy.deepcopy(rows)
    no_class[1]["properties"].update(XLDM="01016", GLBJBSM="42050201016000002")
    write("components-class-unknown.geojson", no_class)


def far_from_china():
    """Near Washington both numbers are fine either way round, so only the city's own cover can tell."""
    west, south = -77.045, 38.90
    corners = [(west, south + 0.001), (west + 0.001, south + 0.001), (west, south), (west + 0.001, south)]
    write("dc-like-cells.geojson", [cell(number, square(*corner)) for number, corner in enumerate(corners, 1)])
    places = [[38.9004, -77.0446], [38.9016, -77.0446], [38.9004, -77.0434]]
    write("components-swapped.geojson", [component(n, "03005", place) for n, place in enumerate(places, 1)])


def broken_files():
    whole = gzip.compress(document(good()).encode(), mtime=0)
    (OUT / "truncated.geojson.gz").write_bytes(whole[: len(whole) * 6 // 10])
    (OUT / "broken.geojson").write_text(document(good())[:-40], encoding="utf-8")
    (OUT / "text-file.gpkg").write_text("Four cells, surely.\n", encoding="utf-8")
    write("empty.geojson", [])
    write("crs-conflict.geojson", good(), "urn:ogc:def:crs:EPSG::4547")


def empty_shapefile():
    """A polygon layer with two text fields and no row."""
    header = struct.pack(">7i", 9994, 0, 0, 0, 0, 0, 50) + struct.pack("<2i8d", 1000, 5, *[0.0] * 8)
    (OUT / "zero-rows.shp").write_bytes(header)
    (OUT / "zero-rows.shx").write_bytes(header)
    fields = b"".join(struct.pack("<11sc4xB15x", name, b"C", size) for name, size in ((b"BGID", 15), (b"BGMC", 30)))
    dbf = struct.pack("<4B", 3, 126, 7, 1) + struct.pack("<IHH20x", 0, 32 + len(fields) + 1, 46) + fields + b"\r\x1a"
    (OUT / "zero-rows.dbf").write_bytes(dbf)
    (OUT / "zero-rows.cpg").write_text("UTF-8")


def nan_geopackage():
    """A GeoPackage, the least that is valid, whose one polygon has a vertex that is no number."""
    path = OUT / "cells-nan.gpkg"
    path.unlink(missing_ok=True)
    ring = ring_of(good(), 1)
    ring[1][0] = math.nan
    wkb = struct.pack("<BIII", 1, 3, 1, len(ring)) + b"".join(struct.pack("<2d", *p) for p in ring)
    blob = b"GP\x00\x01" + struct.pack("<i", 4490) + wkb
    database = sqlite3.connect(path)
    database.executescript(
        """
        PRAGMA application_id = 0x47504B47; PRAGMA user_version = 10300;
        CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY,
          organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL,
          definition TEXT NOT NULL, description TEXT);
        INSERT INTO gpkg_spatial_ref_sys VALUES
          ('Undefined Cartesian', -1, 'NONE', -1, 'undefined', NULL),
          ('Undefined geographic', 0, 'NONE', 0, 'undefined', NULL),
          ('WGS 84', 4326, 'EPSG', 4326, 'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],'
            || 'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433],AUTHORITY["EPSG","4326"]]', NULL),
          ('CGCS2000', 4490, 'EPSG', 4490, 'GEOGCS["China Geodetic Coordinate System 2000",DATUM["China_2000",'
            || 'SPHEROID["CGCS2000",6378137,298.257222101]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433],'
            || 'AUTHORITY["EPSG","4490"]]', NULL);
        CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL,
          identifier TEXT UNIQUE, description TEXT DEFAULT '', last_change DATETIME NOT NULL,
          min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
          srs_id INTEGER REFERENCES gpkg_spatial_ref_sys(srs_id));
        CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL UNIQUE REFERENCES gpkg_contents(table_name),
          column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL,
          m TINYINT NOT NULL, PRIMARY KEY (table_name, column_name));
        CREATE TABLE cells (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, geom POLYGON, BGID TEXT, BGMC TEXT);
        INSERT INTO gpkg_contents VALUES ('cells', 'features', 'cells', '', '2026-07-01T00:00:00.000Z',
          111.29, 30.701, 111.291, 30.702, 4490);
        INSERT INTO gpkg_geometry_columns VALUES ('cells', 'geom', 'POLYGON', 4490, 0, 0);
        """
    )
    database.execute("INSERT INTO cells (geom, BGID, BGMC) VALUES (?, ?, ?)", (blob, CODE.format(1), "示意1"))
    database.commit()
    database.close()


def main():
    write("good-cells.geojson", good())
    cells_with_bad_numbers()
    cells_with_bad_shapes()
    components()
    far_from_china()
    broken_files()
    empty_shapefile()
    nan_geopackage()


main()
