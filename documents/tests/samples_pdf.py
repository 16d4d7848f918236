"""PDFs for tests whose words stand where the test says, on pages of 600 by 800 points."""

from documents.tests.samples import pdf_file, stream

FONTS = {"": "Helvetica", "bold": "Helvetica-Bold", "code": "Courier"}
RESOURCES = "/XObject << /P 3 0 R >> /Font << " + " ".join(
    f"/F{font} {4 + number} 0 R" for number, font in enumerate(FONTS)
)
FONT = "/Type /Font /Subtype /Type1"
PIXEL = "/Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8"
OUTSIDE_TEXT = str.maketrans({"\\": r"\\", "(": r"\(", ")": r"\)"})


def page(*drawn: str, turned: int = 0) -> tuple[str, int]:
    return "\n".join(drawn), turned


def words(x: float, y: float, text: str, size: float = 10, font: str = "") -> str:
    return f"BT /F{font} {size} Tf {x} {y} Td ({text.translate(OUTSIDE_TEXT)}) Tj ET"


def sideways(x: float, y: float, text: str) -> str:
    return f"BT /F 10 Tf 0 1 -1 0 {x} {y} Tm ({text.translate(OUTSIDE_TEXT)}) Tj ET"


def lines(x: float, y: float, *texts: str, size: float = 10, font: str = "") -> str:
    """One below the other, as close as the lines of a paragraph."""
    return "\n".join(
        words(x, y - 1.2 * size * number, text, size, font) for number, text in enumerate(texts)
    )


def row(y: float, *cells: tuple[float, str]) -> str:
    return "\n".join(words(x, y, text) for x, text in cells)


def grid(xs: list[float], ys: list[float]) -> str:
    level = [f"{xs[0]} {y} m {xs[-1]} {y} l S" for y in ys]
    return "\n".join([*level, *(f"{x} {ys[0]} m {x} {ys[-1]} l S" for x in xs)])


def picture() -> str:
    return "q 600 0 0 800 0 0 cm /P Do Q"


def laid_out(*pages: tuple[str, int]) -> bytes:
    first = 4 + len(FONTS)
    kids = " ".join(f"{first + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        stream(b"\0", f"{PIXEL} /ColorSpace /DeviceGray"),
        *(
            f"<< {FONT} /BaseFont /{name} /Encoding /WinAnsiEncoding >>".encode()
            for name in FONTS.values()
        ),
    ]
    for number, (drawn, turned) in enumerate(pages):
        content = first + 2 * number + 1
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Rotate {turned} "
            f"/Resources << {RESOURCES} >> >> /Contents {content} 0 R >>".encode(),
            stream(drawn.encode("cp1252")),
        ]
    return pdf_file([*objects, b"<< >>"])
