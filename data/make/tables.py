"""Tables as cities keep them, 示意数据: workbooks with titles and merged cells, lists in GBK, Big5 and GB 18030.

Run from the repository root: `python3 data/make/tables.py` (Python 3.11, standard library). It writes `data/tables/`, the
same bytes every time. Workbooks are written as Excel would: shared strings, merged ranges, numbers as floats.
"""

import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

OUT = Path(__file__).resolve().parent.parent / "tables"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def column(number):
    return chr(ord("A") + number)


class Book:
    """A workbook; `None` is an empty cell, text a shared string, a number a float with Excel's fifteen digits."""

    def __init__(self):
        self.sheets, self.strings = [], {}

    def sheet(self, name, rows, merged=()):
        lines = []
        for y, row in enumerate(rows, 1):
            cells = "".join(self.cell(f"{column(x)}{y}", value) for x, value in enumerate(row) if value is not None)
            lines.append(f'<row r="{y}">{cells}</row>')
        ranges = "".join(f'<mergeCell ref="{ref}"/>' for ref in merged)
        ranges = f'<mergeCells count="{len(merged)}">{ranges}</mergeCells>' if merged else ""
        body = f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(lines)}</sheetData>{ranges}</worksheet>'
        self.sheets.append((name, HEAD + body))

    def cell(self, at, value):
        if isinstance(value, str):
            number = self.strings.setdefault(value, len(self.strings))
            return f'<c r="{at}" t="s"><v>{number}</v></c>'
        return f'<c r="{at}"><v>{value:.15g}</v></c>'

    def write(self, name):
        names = [sheet for sheet, _ in self.sheets]
        kinds = [("/xl/workbook.xml", "sheet.main"), ("/xl/sharedStrings.xml", "sharedStrings")]
        kinds += [(f"/xl/worksheets/sheet{n}.xml", "worksheet") for n in range(1, len(names) + 1)]
        form = "application/vnd.openxmlformats-officedocument.spreadsheetml"
        overrides = "".join(f'<Override PartName="{part}" ContentType="{form}.{kind}+xml"/>' for part, kind in kinds)
        sheets = "".join(
            f'<sheet name="{escape(sheet)}" sheetId="{n}" r:id="rId{n}"/>' for n, sheet in enumerate(names, 1)
        )
        links = "".join(
            f'<Relationship Id="rId{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in range(1, len(names) + 1)
        )
        links += f'<Relationship Id="rId0" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
        strings = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in self.strings)
        parts = {
            "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
            "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>',
            "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}" count="{len(self.strings)}">{strings}</sst>',
        }
        with zipfile.ZipFile(OUT / name, "w", zipfile.ZIP_DEFLATED) as book:
            for part, text in parts.items():
                put(book, part, text if text.startswith("<?xml") else HEAD + text)
            for n, (_, text) in enumerate(self.sheets, 1):
                put(book, f"xl/worksheets/sheet{n}.xml", text)


def put(book, part, text):
    entry = zipfile.ZipInfo(part, (2026, 11, 23, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    book.writestr(entry, text)


def components():
    """Four bins: codes of 15, 16 and 17 digits typed as numbers, one as text, units merged over rows."""
    book = Book()
    book.sheet(
        "部件",
        [
            ["示意市部件普查表（示意数据）", None, None, None, None, None],
            [],
            ["部件标识码", "小类代码", "主管部门", "经度", "纬度", "调查日期"],
            ["42050203005000001", "03005", "示意城管局", 111.2904, 30.7004, "20240131"],
            ["42050203005000002", "03005", None, 111.2906, 30.7004, "20240131"],
            ["42050203005000003", "03005", "示意园林局", 111.2908, 30.7004, 45322],
            ["42050203005000004", "03005", None, "111.2910 ", "30.7004", "2024-01-31"],
        ],
        ["A1:F1", "C4:C5", "C6:C7"],
    )
    book.sheet("填表说明", [["本表为示意数据，单位名称均为虚构。"]])
    book.sheet("空表", [])
    book.write("components.xlsx")
    book = Book()
    book.sheet(
        "部件",
        [
            ["部件标识码", "小类代码", "经度", "纬度"],
            [42050203005000001, 3005, 111.2904, 30.7004],
            [420502030050002.0, "03005", 111.2906, 30.7004],
        ],
    )
    book.write("codes-as-numbers.xlsx")


def departments():
    """One list in four encodings; the rare 㐀 needs GB 18030."""
    head = "单位代码,单位名称,联系电话\r\n"
    plain = [["001", "示意城管局", "0717-0000001"], ["002", "示意園林局", "0717-0000002"]]
    text = head + "".join(",".join(row) + "\r\n" for row in plain)
    (OUT / "departments-gbk.csv").write_bytes(text.encode("gbk"))
    rare = text + "003,示意㐀街办事处,0717-0000003\r\n"
    (OUT / "departments-gb18030.csv").write_bytes(rare.encode("gb18030"))
    (OUT / "departments-utf8.csv").write_bytes(b"\xef\xbb\xbf" + rare.encode("utf-8"))
    traditional = "單位代碼,單位名稱,聯繫電話\r\n001,示意城管局,0717-0000001\r\n002,示意園林局,0717-0000002\r\n"
    (OUT / "departments-big5.csv").write_bytes(traditional.encode("big5"))


def responsibility():
    """Who handles what within what time, as eGova's tables have it: a title, a header of two rows, merged classes."""
    book = Book()
    head = ["大类代码", "大类名称", "小类代码", "小类名称", "立案明细编码", "立案条件"]
    rows = [
        ["示意市数字城管部件事项责任及时限表（示意数据）"] + [None] * 12,
        head + ["处置时限", None, None, "结案条件", "主管部门", "处置单位", "备注"],
        [None] * 6 + ["A", "B", "C", None, None, None, None],
        ["01", "市政公用设施", "01001", "供水井盖", "0100101", "缺失、移位、开裂", "2紧急工作时", "4紧急工作时", "1工作日", "恢复", "示意城管局", "各产权单位", None],
        [None, None, None, None, "0100102", "弹跳作响", "2工作日", "3工作日", "5工作日", "更换或修复", None, "各产权单位", None],
        [None, None, "01037", "路灯", "0103701", "单盏不亮", "1工作日", "2工作日", "3工作日", "恢复", None, "示意照明中心", None],
        [None, None, None, None, "0103702", "倾倒", "4小时", "1天", None, "恢复", None, "示意照明中心", "C类区域无此类设施"],
        ["06", "市容环境", "06010", "暴露垃圾", "0601001", "可见垃圾", "4工作时", "1工作日", "1工作日", "清除", None, "所属街办", None],
    ]
    merged = ["A1:M1"] + [f"{column(x)}2:{column(x)}3" for x in (0, 1, 2, 3, 4, 5, 9, 10, 11, 12)]
    merged += ["G2:I2", "A4:A7", "B4:B7", "C4:C5", "D4:D5", "C6:C7", "D6:D7", "K4:K8"]
    book.sheet("责任及时限", rows, merged)
    book.write("responsibility.xlsx")
    units = "单位代码,单位名称\r\nD01,示意城管局\r\nD02,示意照明中心\r\n"
    (OUT / "responsibility-departments.csv").write_bytes(b"\xef\xbb\xbf" + units.encode("utf-8"))


if __name__ == "__main__":
    OUT.mkdir(exist_ok=True)
    responsibility()
    components()
    departments()
