"""Pictures of text, drawn with the font that Pillow carries."""

import io

from PIL import Image, ImageDraw, ImageFont

WORDS = "Invoice KX-4283 for the copper boiler"
# Wide enough apart for any recognition, and small, since a reader's time goes by the letter.
SIZE = (900, 260)


def drawn(*lines: str, size: tuple[int, int] = SIZE, points: int = 40) -> Image.Image:
    picture = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        place = (40, 40 + number * 2 * points)
        draw.text(place, line, "black", ImageFont.load_default(points))
    return picture


def columns(left: list[str], right: list[str]) -> Image.Image:
    picture = Image.new("RGB", (1300, 120 + 60 * len(left)), "white")
    draw = ImageDraw.Draw(picture)
    for x, lines in ((40, left), (700, right)):
        for number, line in enumerate(lines):
            draw.text((x, 60 + 60 * number), line, "black", ImageFont.load_default(32))
    return picture


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    output = io.BytesIO()
    picture.save(output, kind, **options)
    return output.getvalue()


def scanned_pdf(*pages: Image.Image) -> bytes:
    return saved(pages[0], "PDF", save_all=True, append_images=pages[1:], resolution=200)
