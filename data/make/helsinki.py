#!/usr/bin/env python3
"""Makes data/real/helsinki/files/furniture.geojson.gz from an OpenStreetMap extract (.osm.pbf) of inner Helsinki.

Usage: helsinki.py POINTS.geojson OUT.geojson.gz, where POINTS comes from
    ogr2ogr -f GeoJSON POINTS.geojson Helsinki.osm.pbf points
One feature a node that stands for a thing in the street; `kind` is the tag that says so, `operator` the body if mapped.
"""
import gzip
import json
import re
import sys

KINDS = [
    ("traffic_sign", None), ("natural", {"tree"}), ("manhole", None), ("emergency", {"fire_hydrant"}),
    ("highway", {"street_lamp", "traffic_signals", "bus_stop"}), ("man_made", {"surveillance"}),
    ("amenity", {"bench", "waste_basket", "post_box", "toilets"}), ("barrier", {"bollard"}),
]


def kind_of(tags):
    for key, values in KINDS:
        value = tags.get(key)
        if value and (values is None or value in values):
            return key if values is None and key == "traffic_sign" else f"{key}={value}"
    return None


def main(source, target):
    out = []
    for feature in json.load(open(source, encoding="utf-8"))["features"]:
        own = {k: v for k, v in feature["properties"].items() if v and k != "other_tags"}
        tags = own | dict(re.findall(r'"([^"]+)"=>"([^"]*)"', feature["properties"].get("other_tags") or ""))
        kind = kind_of(tags)
        if kind:
            lng, lat = feature["geometry"]["coordinates"][:2]
            values = {"osm_id": tags["osm_id"], "kind": kind, "operator": tags.get("operator"), "ref": tags.get("ref")}
            point = {"type": "Point", "coordinates": [round(lng, 7), round(lat, 7)]}
            out.append({"type": "Feature", "properties": values, "geometry": point})
    out.sort(key=lambda f: int(f["properties"]["osm_id"]))
    lines = ",\n".join(json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in out)
    text = '{"type":"FeatureCollection","features":[\n' + lines + "\n]}\n"
    with open(target, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, 0) as file:
        file.write(text.encode())
    print(len(out), "features")


main(*sys.argv[1:])
