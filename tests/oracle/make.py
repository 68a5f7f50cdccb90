"""What GEOS answers: the oracle that `tests/proof/oracle.rs` holds the covers and the validity check to.

Run from the repository root: `pip install shapely==2.2.0` (it brings GEOS 3.14.1 and NumPy), then
`python3 tests/oracle/make.py`. Running the tests needs no Python; the answers are committed. The same bytes every time.

Geometry is rounded to the lattice of 10^-8 degree first, and GEOS gets lattice numbers counted from the south-west
corner of the cover: whole numbers, which floats hold exactly. Points come from the generator of
`src/index/testing.rs::Seed` (splitmix64), so that Rust throws the same ones: 200,000 anywhere in the cover's box and a
margin, then 100,000 within 2 m of a vertex. Points within 2 mm of a border, where a rule and not geometry decides, are
left out and counted.

Writes, into this folder:
  dc.gz, generated.gz   for each point two bytes, low first: 0 in no cell, 65535 left out, else 1 + the cell's place in
                        code order
  validity.gz           for each generated shape a bit, low first: 1 when GEOS finds it valid
  oracle.json           seeds, counts, boxes, versions
"""

import gzip
import itertools
import json
import math
from pathlib import Path

import numpy as np
import shapely

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
UNITS = 1e8  # lattice units in a degree
MARGIN = 500_000  # lattice units around the cover, about 500 m
ANYWHERE = 200_000
BESIDE = 100_000  # points beside vertices
REACH = 2_000  # lattice units from the vertex in each direction, about 2 m
NEAR_M = 0.002
SHAPES = 400_000
COVERS = {
    "dc": ("data/dc/zones/single-member-district-2013.geojson.gz", "SMD_ID", 20_130),
    "generated": ("tests/oracle/generated.geojson.gz", "code", 4_030),
}


def splitmix(seed, count, start=0):
    """`count` numbers of a seed from the `start`th on, as uint64."""
    with np.errstate(over="ignore"):
        step = np.arange(start + 1, start + count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = np.uint64(seed) + step
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def read_cover(path, code):
    """The cells of a layer in code order, as lists of polygons of lattice rings, and the cover's box."""
    with gzip.open(ROOT / path) as file:
        features = json.load(file)["features"]
    features.sort(key=lambda feature: feature["properties"][code])
    cells = []
    for feature in features:
        shape = feature["geometry"]
        parts = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
        cells.append([[np.rint(np.array(ring) * UNITS) for ring in part] for part in parts])
    every = np.concatenate([ring for cell in cells for part in cell for ring in part])
    return cells, every.min(axis=0), every.max(axis=0)


def metres_per_unit(lat):
    """Metres in a lattice unit east and north, on the CGCS2000 ellipsoid."""
    a, f = 6378137.0, 1 / 298.257222101
    e2, phi = f * (2 - f), math.radians(lat)
    w = math.sqrt(1 - e2 * math.sin(phi) ** 2)
    unit = math.radians(1e-8)
    return np.array([a / w * math.cos(phi) * unit, a * (1 - e2) / w**3 * unit])


def throw(seed, cells, low, high):
    """Places to ask about, counted from the south-west corner."""
    width = (high - low + 2 * MARGIN + 1).astype(np.uint64)
    numbers = splitmix(seed, 2 * ANYWHERE + 3 * BESIDE)
    anywhere = (numbers[: 2 * ANYWHERE].reshape(-1, 2) % width).astype(np.float64) - MARGIN
    vertices = np.unique(np.concatenate([ring for cell in cells for part in cell for ring in part]), axis=0) - low
    beside = numbers[2 * ANYWHERE :].reshape(-1, 3)
    offset = (beside[:, 1:] % np.uint64(2 * REACH + 1)).astype(np.float64) - REACH
    return np.concatenate([anywhere, vertices[beside[:, 0] % np.uint64(len(vertices))] + offset])


def answer(name, path, code, seed):
    cells, low, high = read_cover(path, code)
    polygons = [
        shapely.MultiPolygon([(part[0] - low, [hole - low for hole in part[1:]]) for part in cell]) for cell in cells
    ]
    assert shapely.is_valid(polygons).all(), f"{name}: GEOS finds an invalid cell"
    places = throw(seed, cells, low, high)
    points = shapely.points(places)

    found = np.zeros(len(points), dtype=np.uint16)
    times = np.zeros(len(points), dtype=int)
    point, cell = shapely.STRtree(polygons).query(points, predicate="intersects")
    found[point] = cell + 1
    np.add.at(times, point, 1)

    scale = metres_per_unit((low[1] + high[1]) / 2 / UNITS)
    rings = [(ring - low) * scale for cell in cells for part in cell for ring in part]
    edges = np.concatenate([np.stack([ring[:-1], ring[1:]], axis=1) for ring in rings])
    edges = edges[(edges[:, 0] != edges[:, 1]).any(axis=1)]
    near, _ = shapely.STRtree(shapely.linestrings(edges)).query(
        shapely.points(places * scale), predicate="dwithin", distance=NEAR_M
    )
    near = np.unique(near)
    found[near], times[near] = 65535, 0
    assert times.max() <= 1, f"{name}: a point far from borders lies in two cells"
    write(HERE / f"{name}.gz", found.astype("<u2").tobytes())
    return {
        "seed": seed,
        "anywhere": ANYWHERE,
        "beside": BESIDE,
        "margin": MARGIN,
        "reach": REACH,
        "low": [int(v) for v in low],
        "high": [int(v) for v in high],
        "cells": len(cells),
        "inside": int(((found > 0) & (found < 65535)).sum()),
        "outside": int((found == 0).sum()),
        "left_out": int((found == 65535).sum()),
    }


def stream(seed, chunk=1_000_000):
    """All numbers of a seed, one after the other."""
    for start in itertools.count(0, chunk):
        yield from splitmix(seed, chunk, start).tolist()


def shapes(seed, count):
    """Small multipolygons full of touches: up to two polygons of up to three rings of three to five points."""
    numbers = stream(seed)
    for _ in range(count):
        polygons = []
        for _ in range(1 + next(numbers) % 2):
            rings = []
            for ring in range(1 + next(numbers) % 3):
                corners = 3 + next(numbers) % 3
                size = 13 if ring == 0 else 7
                west, south = (0, 0) if ring == 0 else (next(numbers) % 7, next(numbers) % 7)
                points = [(west + next(numbers) % size, south + next(numbers) % size) for _ in range(corners)]
                rings.append([*points, points[0]])
            polygons.append((rings[0], rings[1:]))
        yield shapely.MultiPolygon(polygons)


def answer_validity(seed):
    valid = shapely.is_valid(list(shapes(seed, SHAPES)))
    write(HERE / "validity.gz", np.packbits(valid, bitorder="little").tobytes())
    return {"seed": seed, "shapes": SHAPES, "valid": int(valid.sum())}


def write(path, data):
    path.write_bytes(gzip.compress(data, compresslevel=9, mtime=0))


def main():
    made = {"shapely": shapely.__version__, "geos": ".".join(map(str, shapely.geos_version)), "near_m": NEAR_M}
    made["covers"] = {name: answer(name, *cover) for name, cover in COVERS.items() if (ROOT / cover[0]).exists()}
    made["validity"] = answer_validity(17)
    (HERE / "oracle.json").write_text(json.dumps(made, indent=1) + "\n")


if __name__ == "__main__":
    main()
