"""Counts of the DC layers by class and kind of shape, as `data/dc/counts.csv`.

Run from the repository root: `python3 data/make/dc_counts.py > data/dc/counts.csv` (Python 3.11, standard library).
It reads the sources and the mapping files by itself, so it is a second, simple opinion beside the importer; it stops at
the first row without a class, at a code that comes twice, at a code or a kind of shape that the profile does not allow.
"""

import csv
import gzip
import json
import re
import sys
import tomllib
from collections import Counter, defaultdict
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent
DC = DATA / "dc"
KINDS = {"Point": "point", "LineString": "line", "Polygon": "polygon"}
LETTERS = {"P": "point", "L": "line", "A": "polygon"}
FOLDERS = {"components": ["components"], "zones": ["cells", "regions"]}


def text(value):
    """A delivered value as trimmed text; None when it is null."""
    return None if value is None else str(value).strip()


def fill(template, row):
    """A template with its placeholders filled; `{F:06}` pads with zeros."""

    def one(match):
        field, width = match.group(1), match.group(2)
        value = text(row[field])
        assert value, f"placeholder {field} is empty"
        return value.zfill(int(width)) if width else value

    return re.sub(r"\{(\w+)(?::0(\d+))?\}", one, template)


def source(rule, row):
    """The text that one entry of `[fields]` gives for a row; None when absent."""
    rule = {"field": rule} if isinstance(rule, str) else rule
    if "constant" in rule:
        value = rule["constant"]
    elif "template" in rule:
        value = fill(rule["template"], row)
    else:
        value = text(row[rule["field"]])
    if value in rule.get("null", []) or value == "":
        value = None
    if "values" in rule and value is not None:
        assert value in rule["values"] or "default" in rule, f"{value!r} is missing in a value table"
        value = rule["values"].get(value)
    return rule.get("default") if value is None else value


def rows(path):
    """The rows of a layer, every field present in every row, and its kinds of shape."""
    features = json.load(gzip.open(path))["features"]
    fields = {name for feature in features for name in feature["properties"]}
    for feature in features:
        kind = KINDS[feature["geometry"]["type"].removeprefix("Multi")]
        yield {name: feature["properties"].get(name) for name in fields}, kind


def shapes_by_class(profile):
    """The kinds of shape that each class may have in the city."""
    with open(DATA / "classes" / "components-gbt47678.5-2026.csv", encoding="utf-8") as file:
        shapes = {line["code"]: [LETTERS[line["geom"]]] for line in csv.DictReader(file)}
    for entry in profile["local_class"]:
        assert entry["code"] not in shapes, f"local class {entry['code']} is taken"
        shapes[entry["code"]] = entry["geometry"]
    for entry in profile["class_geometry"]:
        assert entry["code"] in shapes, f"class {entry['code']} is unknown"
        shapes[entry["code"]] = entry["geometry"]
    return shapes


def count(path, mapping, profile, seen):
    """Counts (class, kind) of one layer and checks every row of it."""
    shapes, counts = shapes_by_class(profile), Counter()
    for row, kind in rows(path):
        values = {target: source(rule, row) for target, rule in mapping["fields"].items()}
        missing = [name for name in mapping.get("keep", []) if name not in row]
        assert not missing, f"{path.name} has no {missing}"
        form = profile["codes"][values.get("level") or mapping["layer"].removesuffix("s")]
        assert re.fullmatch(form, values["code"]), f"{path.name}: code {values['code']} has another form"
        assert values["code"] not in seen, f"{path.name}: code {values['code']} comes twice"
        seen.add(values["code"])
        name = values.get("class", "") if mapping["layer"] == "components" else ""
        assert mapping["layer"] != "components" or kind in shapes[name], f"{path.name}: class {name} is no {kind}"
        counts[name, kind] += 1
    return counts


def main():
    profile = tomllib.loads((DC / "profile.toml").read_text(encoding="utf-8"))
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["layer", "file", "class", "point", "line", "polygon", "rows"])
    codes = defaultdict(set)
    for folder in FOLDERS:
        for path in sorted((DC / folder).glob("*.geojson.gz")):
            toml = DC / "mapping" / path.name.replace(".geojson.gz", ".toml")
            if not toml.exists():
                continue
            mapping = tomllib.loads(toml.read_text(encoding="utf-8"))
            assert mapping["layer"] in FOLDERS[folder], f"{toml.name} is for another folder"
            counts = count(path, mapping, profile, codes[mapping["layer"]])
            for name in sorted({name for name, _ in counts}):
                kinds = [counts[name, kind] for kind in ("point", "line", "polygon")]
                out.writerow([mapping["layer"], f"{folder}/{path.name}", name, *kinds, sum(kinds)])


main()
