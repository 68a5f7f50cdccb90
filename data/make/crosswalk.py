"""The crosswalk between the editions: which class of a newer edition a class of an older one became.

Run from the repository root: `python3 data/make/crosswalk.py` (Python 3.11, standard library). It reads the catalogues in
`data/classes/` and the judgements below, and writes `crosswalk-components.csv` and `crosswalk-events.csv`; the same bytes every
time. Marks: `name` both catalogues have the name; `number` the catalogue's own columns `c2007` and `c2013` (numbering and one
city's handbook); `hand` our reading of two names; `through` by way of the edition between.
"""

import csv
from pathlib import Path

CLASSES = Path(__file__).resolve().parent.parent / "classes"
OLD, MIDDLE, NEW = "cjt214-2007", "gbt30428.2-2013", "gbt47678.5-2026"

# What the standards renamed, split or drew together, by names; a trailing `?` is a doubt.
COMPONENTS = {
    (OLD, MIDDLE): {"0306": ["0306?", "0307?"]},
    (OLD, NEW): {"0306": ["03006?", "03007?"]},
}
EVENTS = {
    (OLD, MIDDLE): {
        "0109": ["0119"],  # 非装饰性树挂 → 非装饰性吊挂
        "0111": ["0123"],  # 河堤破损 → 堤岸破损
        "0115": ["0120"],  # 焚烧垃圾树叶 → 焚烧垃圾、树叶
        "0117": ["0137"],  # 动物尸体清理 → 动物尸体
        "0202": ["0203?", "0206?"],  # 违章张贴悬挂广告牌匾 → 违规户外广告, 违规牌匾标识
        "0203": ["0203"],  # 占道广告牌 → 违规户外广告
        "0205": ["0203?", "0206?"],  # 广告招牌破损
        "0402": ["0501"],  # 自来水管破裂 → 供水管道破裂
        "0404": ["0503"],  # 下水道堵塞或破损 → 排水管道堵塞、破裂
        "0408": ["0508?"],  # 架空线缆损坏 → 架空线缆脱落
    },
    (MIDDLE, NEW): {
        "0104": ["06004"],  # 建筑物外立面不洁 → 建筑物外立面污损
        "0106": ["06006"],  # 擅自在临街建筑物上挂彩旗
        "0114": ["06014"],  # 道路遗撒 → 道路遗撒（洒）
        "0124": ["06024"],  # 水域秩序问题 → 水域秩序乱象
        "0128": ["06028"],  # 商业噪音 → 噪声扰民
        "0136": ["06036"],  # 乱堆物堆料 → 乱堆杂物
        "0205": ["07003?"],  # 户外广告设置位置不合理 → 违规户外广告
        "0404": ["09004"],  # 占道废品收购 → 废品收购乱象
        "0507": ["10001"],  # 道路积雪结冰 → 道路积雪、结冰
    },
}


def catalogue(kind, edition):
    with open(CLASSES / f"{kind}-{edition}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Walk:
    """Pairs of one kind: (from edition, from, to edition, to) → (mark, doubt)."""

    def __init__(self, kind, hand):
        self.rows = {edition: catalogue(kind, edition) for edition in (OLD, MIDDLE, NEW)}
        self.pairs = {}
        for old, new in ((OLD, MIDDLE), (MIDDLE, NEW), (OLD, NEW)):
            self.by_number(old, new)
            self.by_name(old, new)
            for code, others in hand.get((old, new), {}).items():
                for other in others:
                    self.add((old, code, new, other.rstrip("?")), "hand", "?" if other.endswith("?") else "")
            if (old, new) == (OLD, NEW):
                self.through()
        if kind == "components":
            self.back()

    def add(self, pair, mark, doubt=""):
        self.pairs.setdefault(pair, (mark, doubt))

    def by_name(self, old, new):
        names = {}
        for row in self.rows[new]:
            names.setdefault(row["name"], []).append(row["code"])
        for row in self.rows[old]:
            for code in names.get(row["name"], []) if row["name"] and row["name"] != "其他" else []:
                pair = (old, row["code"], new, code)
                self.pairs[pair] = ("name", self.pairs.get(pair, ("", ""))[1])

    def by_number(self, old, new):
        column = {OLD: "c2007", MIDDLE: "c2013"}[old]
        for row in self.rows[new]:
            code = row.get(column) if new == NEW else None
            if code:
                self.add((old, code.rstrip("?"), new, row["code"]), "number", "?" if code.endswith("?") else "")

    def through(self):
        """2007 → 2026 by way of 2013, where nothing nearer is known."""
        known = {pair[1] for pair in self.pairs if (pair[0], pair[2]) == (OLD, NEW)}
        for (old, code, middle, between), (_, doubt) in list(self.pairs.items()):
            for (start, same, new, other), (_, more) in list(self.pairs.items()):
                if (old, middle, start, new) == (OLD, MIDDLE, MIDDLE, NEW) and same == between and code not in known:
                    self.add((OLD, code, NEW, other), "through", doubt or more)

    def back(self):
        """2007 → 2013 by way of 2026, where the names differ."""
        known = {pair[1] for pair in self.pairs if (pair[0], pair[2]) == (OLD, MIDDLE)}
        for (old, code, new, far), (_, doubt) in list(self.pairs.items()):
            for (middle, between, newer, same), (_, more) in list(self.pairs.items()):
                if (old, new, middle, newer) == (OLD, NEW, MIDDLE, NEW) and same == far and code not in known:
                    self.add((OLD, code, MIDDLE, between), "through", doubt or more)

    def write(self, path):
        names = {(edition, row["code"]): row["name"] for edition, rows in self.rows.items() for row in rows}
        with open(path, "w", encoding="utf-8", newline="") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow("from_edition from to_edition to mark doubt from_name to_name".split())
            for (old, code, new, other), (mark, doubt) in sorted(self.pairs.items()):
                out.writerow([old, code, new, other, mark, doubt, names[old, code], names[new, other]])


if __name__ == "__main__":
    Walk("components", COMPONENTS).write(CLASSES / "crosswalk-components.csv")
    Walk("events", EVENTS).write(CLASSES / "crosswalk-events.csv")
