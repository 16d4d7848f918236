"""E-books for tests, made on the spot."""

import io
import zipfile

MIMETYPE = "application/epub+zip"
CONTAINER = """<?xml version="1.0"?>
<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>
<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/>
</rootfiles></container>"""
PACKAGE = """<?xml version="1.0"?>
<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">
<metadata><dc:title>The Copper Book</dc:title><meta property="x">y</meta></metadata>
<manifest>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>
<item id="pic" href="a.svg" media-type="image/svg+xml"/>{items}</manifest>
<spine toc="ncx"><itemref idref="nav"/><itemref idref="pic"/>{spine}</spine></package>"""
NAV_ITEM = PACKAGE.splitlines()[4]
PAGE = """<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script src="x.js"/></head>
<body><a id="top"/>{body}</body></html>"""
NAV = '<nav epub:type="toc"><ol>{0}</ol></nav>'
NCX = """<?xml version="1.0"?><!DOCTYPE ncx PUBLIC "-//NISO//DTD ncx 2005-1//EN" "ncx.dtd">
<ncx><head><meta name="x"/></head>
<docTitle><text>Book</text></docTitle><navMap>{0}</navMap></ncx>"""
POINT = '<navPoint><navLabel><text>{0}</text></navLabel><content src="{1}"/></navPoint>'
ENCRYPTION = """<?xml version="1.0"?><encryption xmlns:enc="http://www.w3.org/2001/04/xmlenc#">
<enc:EncryptedData><enc:EncryptionMethod Algorithm="{method}"/><enc:CipherData>
<enc:CipherReference URI="{uri}"/></enc:CipherData></enc:EncryptedData></encryption>"""


def epub(
    *bodies: str, titles: tuple[str, ...] = (), ncx: bool = False, **others: str | bytes
) -> bytes:
    """Chapters in reverse order of their names, with these titles in the table of contents."""
    names = [f"part {len(bodies) - number}.xhtml" for number in range(len(bodies))]
    hrefs = [name.replace(" ", "%20") for name in names]
    items = "".join(
        f'<item id="c{n}" href="{href}" media-type="application/xhtml+xml"/>'
        for n, href in enumerate(hrefs)
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(bodies)))
    members: dict[str, str | bytes] = {
        "META-INF/container.xml": CONTAINER,
        "OEBPS/book.opf": PACKAGE.format(items=items, spine=spine),
    }
    for name, body in zip(names, bodies, strict=True):
        members[f"OEBPS/{name}"] = PAGE.format(body=body)
    pairs = list(zip(titles, hrefs, strict=False))
    if ncx:
        members["OEBPS/book.opf"] = PACKAGE.replace(NAV_ITEM, "").format(items=items, spine=spine)
        points = "".join(POINT.format(title, f"{href}#top") for title, href in pairs)
        members["OEBPS/toc.ncx"] = NCX.format(points)
    else:
        links = "".join(f'<li><a href="{href}">{title}</a></li>' for title, href in pairs)
        members["OEBPS/nav.xhtml"] = PAGE.format(body=NAV.format(links))
    return packed(members | others)


def packed(members: dict[str, str | bytes]) -> bytes:
    """A member of None is left out."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", MIMETYPE, zipfile.ZIP_STORED)
        for name, content in members.items():
            if content is not None:
                archive.writestr(name, content)
    return output.getvalue()
