#!/usr/bin/env python3
"""data/dc/duty: who answers in Washington, as far as the request layers say, and invented duty zones.

The agency of each kind of request is the one that the four layers of requests name. Zones, inspectors and shifts are invented:
the single-member districts of one commission in the order of their numbers, four at most to a zone, a day and a night shift.
"""

import csv
import gzip
import json
import sys
from pathlib import Path

DC = Path(__file__).resolve().parent.parent / "dc"
AGENCIES = {"DDOT": "District Department of Transportation", "DPW": "Department of Public Works"}
# Kind of report and class of each request layer.
RULES = [
    ("parking-meter", "component", "02003"),
    ("street-alley-lights", "component", "01037"),
    ("litter-can", "component", "03005"),
    ("pothole", "event", "06013"),
]


def features(path):
    with gzip.open(DC / path) as file:
        return [feature["properties"] for feature in json.load(file)["features"]]


def table(name, head, rows):
    (DC / "duty").mkdir(exist_ok=True)
    with open(DC / "duty" / name, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)


def main():
    rules = []
    for number, (layer, kind, of_class) in enumerate(RULES, 1):
        agencies = {row["ORGANIZATIONACRONYM"] for row in features(f"requests311/{layer}-last-30-days.geojson.gz")}
        if len(agencies) != 1:
            sys.exit(f"{layer} names {sorted(agencies)}")
        rules.append([f"DC-{number}", kind, "gbt47678.5-2026", of_class, agencies.pop(), layer])
    table("departments.csv", ["code", "name", "level"], [[code, name, "city"] for code, name in AGENCIES.items()])
    table("duty_rules.csv", ["code", "kind", "edition", "classes", "department", "note"], rules)
    by_commission = {}
    for row in features("zones/single-member-district-2013.geojson.gz"):
        by_commission.setdefault(row["ANC_ID"], []).append(row["SMD_ID"])
    zones, inspectors, rosters = [], [], []
    for commission, cells in sorted(by_commission.items()):
        cells.sort()
        count = -(-len(cells) // 4)
        for part in range(count):
            zone = f"Z-{commission}-{part + 1}"
            mine = cells[part * len(cells) // count : (part + 1) * len(cells) // count]
            day, night = f"{zone}-D", f"{zone}-N"
            zones.append([zone, f"ANC {commission} {part + 1}", ";".join(mine), f"{day};{night}"])
            inspectors += [[day, f"inspector {zone} by day"], [night, f"inspector {zone} by night"]]
            rosters.append([f"R-{day}", zone, day, "shift", "daily", "08:00", "20:00"])
            rosters.append([f"R-{night}", zone, night, "shift", "daily", "20:00", "08:00"])
    table("inspectors.csv", ["code", "name"], inspectors)
    table("duty_zones.csv", ["code", "name", "cells", "inspectors"], zones)
    table("rosters.csv", ["code", "zone", "inspector", "kind", "days", "time_from", "time_until"], rosters)


if __name__ == "__main__":
    main()
