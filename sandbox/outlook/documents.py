"""Files of Word and Excel, as small as they may be, of what stands in the sandbox's windows."""

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_FORMAT = "application/vnd.openxmlformats-officedocument"


def word(lines: Sequence[str]) -> bytes:
    """A document with a paragraph for each line."""
    said = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in lines)
    main = f'<w:document xmlns:w="{_WORD}"><w:body>{said}</w:body></w:document>'
    kind = f"{_FORMAT}.wordprocessingml.document.main+xml"
    return _package({"word/document.xml": main}, "word/document.xml", {"word/document.xml": kind})


def excel(lines: Sequence[str]) -> bytes:
    """A workbook with one sheet; cells of a line are parted by tabs."""
    rows = "".join(f"<row>{''.join(map(_cell, line.split(chr(9))))}</row>" for line in lines)
    sheet = f'<worksheet xmlns="{_SHEET}"><sheetData>{rows}</sheetData></worksheet>'
    names = '<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets>'
    book = f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}">{names}</workbook>'
    own = _relations("worksheet", "worksheets/sheet1.xml")
    parts = {
        "xl/workbook.xml": book, "xl/worksheets/sheet1.xml": sheet,
        "xl/_rels/workbook.xml.rels": own,
    }  # fmt: skip
    kinds = {
        "xl/workbook.xml": f"{_FORMAT}.spreadsheetml.sheet.main+xml",
        "xl/worksheets/sheet1.xml": f"{_FORMAT}.spreadsheetml.worksheet+xml",
    }
    return _package(parts, "xl/workbook.xml", kinds)


def pdf(lines: Sequence[str]) -> bytes:
    """One page with all lines."""
    shown = " T* ".join(f"({_in_pdf(line)}) Tj" for line in lines)
    stream = f"BT /F1 11 Tf 14 TL 50 780 Td {shown} ET".encode("latin-1", "replace")
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        page + b"/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        font,
    ]
    out, offsets = io.BytesIO(b""), []
    out.write(b"%PDF-1.7\n")
    for number, one in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, one))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    out.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, start))
    return out.getvalue()


def _cell(text: str) -> str:
    return f'<c t="inlineStr"><is><t>{escape(text)}</t></is></c>'


def _in_pdf(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _relations(kind: str, target: str) -> str:
    one = f'<Relationship Id="rId1" Type="{_OFFICE}/{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{_RELATIONS}">{one}</Relationships>'


def _package(parts: dict[str, str], main: str, kinds: dict[str, str]) -> bytes:
    rels = "application/vnd.openxmlformats-package.relationships+xml"
    types = f'<Default Extension="rels" ContentType="{rels}"/>' + "".join(
        f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in kinds.items()
    )
    whole = {
        "[Content_Types].xml": f'<Types xmlns="{_TYPES}">{types}</Types>',
        "_rels/.rels": _relations("officeDocument", main),
        **parts,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in whole.items():
            head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            package.writestr(name, head + content)
    return out.getvalue()
