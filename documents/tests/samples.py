"""Files for tests, made on the spot: whole, cut, locked, misnamed and malicious ones."""

import io
import struct
import zipfile
import zlib

from docx import Document
from pypdf import PdfReader, PdfWriter

THAI = "ประเทศไทยตั้งอยู่ในเอเชียตะวันออกเฉียงใต้ กรุงเทพมหานครเป็นเมืองหลวง ราคา 1,200 บาท\n"
CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"></Types>'
)
OLE_END, OLE_FREE = 0xFFFFFFFE, 0xFFFFFFFF
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def pdf(*pages: str, title: str = "") -> bytes:
    """A PDF written by hand: each argument is a page, its lines one below the other."""
    count = len(pages)
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, page in enumerate(pages):
        objects += [_page(5 + 2 * number), stream(_drawn(page).encode("cp1252"))]
    objects.append(f"<< /Title ({title}) >>".encode())
    return pdf_file(objects)


def _page(content: int) -> bytes:
    return (
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> "
        f">> /Contents {content} 0 R >>"
    ).encode()


def _drawn(page: str) -> str:
    lines = page.translate(str.maketrans({"\\": r"\\", "(": r"\(", ")": r"\)"})).split("\n")
    return "BT /F1 12 Tf 14 TL 72 720 Td " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"


def stream(content: bytes, extra: str = "") -> bytes:
    head = f"<< /Length {len(content)} {extra} >>\nstream\n"
    return head.encode() + content + b"\nendstream"


def pdf_file(objects: list[bytes]) -> bytes:
    output = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(output))
        output += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = len(output)
    output += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    output += b"".join(f"{offset:010} 00000 n \n".encode() for offset in offsets)
    output += (
        f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>\n".encode()
    )
    return bytes(output + f"startxref\n{table}\n%%EOF\n".encode())


def truncated_pdf() -> bytes:
    whole = pdf(*(f"Page {number} of a long report" for number in range(20)))
    return whole[: len(whole) * 7 // 10]


def encrypted_pdf(*, user_password: str, owner_password: str = "owner") -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf("The secret is copper-granite-4283"))))
    writer.encrypt(user_password, owner_password, algorithm="RC4-128")
    return _written(writer)


def bookmarked_pdf() -> bytes:
    content = pdf(
        "Preface\nWords before.", "Chapter One\nFirst words.", "Part\nPart two\nMore words."
    )
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    chapter = writer.add_outline_item(title="Chapter One", page_number=1)
    writer.add_outline_item(title="Part two", page_number=2, parent=chapter)
    return _written(writer)


def _written(writer: PdfWriter) -> bytes:
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def pdf_bomb(megabytes: int = 1500) -> bytes:
    """One page whose content stream inflates to so many megabytes."""
    bomb = stream(inflating(megabytes), "/Filter /FlateDecode")
    pages = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>"]
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    return pdf_file([*pages, font, _page(5), bomb, b"<< >>"])


def inflating(megabytes: int) -> bytes:
    """zlib data made fast: blocks after a full flush know nothing of each other."""
    packer = zlib.compressobj(9)
    first = packer.compress(b"0 0 m " * 180_000) + packer.flush(zlib.Z_FULL_FLUSH)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(b"0 0 l " * 174_763) + packer.flush(zlib.Z_FULL_FLUSH)
    return first + block * megabytes


def docx() -> bytes:
    document = Document()
    document.core_properties.title = ""
    document.add_heading("Guide", 1)
    document.add_paragraph("Opening words.")
    document.add_heading("Parts", 2)
    document.add_paragraph("first", style="List Bullet")
    document.add_paragraph("second", style="List Bullet")
    table = document.add_table(rows=2, cols=2)
    for cell, words in zip(
        table._cells, ["Name", "Code", "a|b", "copper-granite-4283"], strict=True
    ):
        cell.text = words
    document.add_paragraph("Line one\nline two\tand a tab")
    document.sections[0].header.paragraphs[0].text = "Running header"
    output = io.BytesIO()
    document.save(output)
    return output.getvalue()


def docx_of(body: str, *, before: str = "", **parts: str) -> bytes:
    """The least DOCX: this XML inside the body, `before` ahead of the root."""
    document = f'{before}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    return zipped(
        {"word/document.xml": document.encode()}
        | {f"word/{name}.xml": part.encode() for name, part in parts.items()}
    )


def zipped(members: dict[str, bytes]) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        for name, content in members.items():
            archive.writestr(name, content)
    return output.getvalue()


def docx_bomb(megabytes: int = 200) -> bytes:
    return docx_of("<w:p><w:r><w:t>" + "0" * (megabytes << 20) + "</w:t></w:r></w:p>")


def lying_docx() -> bytes:
    return lying(docx_bomb(), "word/document.xml")


def lying(archive: bytes, member: str, declared: int = 1000) -> bytes:
    """A bomb whose directory and local header both declare a small size."""
    content = bytearray(archive)
    name = member.encode()
    local = content.find(name) - 30
    central = content.rfind(name) - 46
    struct.pack_into("<I", content, local + 22, declared)
    struct.pack_into("<I", content, central + 24, declared)
    return bytes(content)


def billion_laughs_docx() -> bytes:
    entities = ['<!ENTITY a0 "ha">']
    entities += [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)]
    doctype = f"<!DOCTYPE w:document [{''.join(entities)}]>"
    return docx_of("<w:p><w:r><w:t>&a9;</w:t></w:r></w:p>", before=doctype)


def ole(*names: str, **streams: bytes) -> bytes:
    """A compound file with streams at its top: empty ones by name, others with their content."""
    contents = dict.fromkeys(names, b"") | streams
    # Below 4,096 bytes a stream would lie elsewhere.
    padded = [content and content.ljust(4096, b"\0") for content in contents.values()]
    padded = [content.ljust(-len(content) // 512 * -512, b"\0") for content in padded]
    entries = [_ole_entry("Root Entry", 5, OLE_FREE, OLE_END, 0, child=1 if contents else OLE_FREE)]
    chains: list[int] = []
    for number, (name, content) in enumerate(zip(contents, padded, strict=True), start=1):
        first, length = 2 + len(chains), len(content) // 512
        right = number + 1 if number < len(contents) else OLE_FREE
        start = first if length else OLE_END
        entries.append(_ole_entry(name, 2, right, start, len(content)))
        chains += [*range(first + 1, first + length), OLE_END] if length else []
    # Sector 0 is the allocation table, sector 1 the directory.
    table = struct.pack("<2I", 0xFFFFFFFD, OLE_END) + struct.pack(f"<{len(chains)}I", *chains)
    directory = b"".join(entries).ljust(512, b"\0")
    assert len(table) <= 512
    assert len(directory) == 512
    return _ole_header() + table.ljust(512, b"\xff") + directory + b"".join(padded)


def _ole_header() -> bytes:
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<9I", 0, 1, 1, 0, 4096, OLE_END, 0, OLE_END, 0)
    return header + struct.pack("<109I", 0, *[OLE_FREE] * 108)


def _ole_entry(
    name: str, kind: int, right: int, start: int, size: int, *, child: int = OLE_FREE
) -> bytes:
    coded = name.encode("utf-16-le") + b"\0\0"
    entry = coded.ljust(64, b"\0") + struct.pack("<HBB", len(coded), kind, 1)
    return entry + struct.pack("<3I36xIQ", OLE_FREE, right, child, start, size)
