"""A PDF of pictures, one a page: JPEGs go in as they are, so no library that decodes them again is needed."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Sheet(NamedTuple):
    """A JPEG in RGB with its width and height in pixels."""

    jpeg: bytes
    width: int
    height: int


# Objects 1 to 3 are the catalogue, the list of pages and the title; each page then has three of its own.
_FIRST, _EACH = 4, 3


def pdf(sheets: Sequence[Sheet], title: str) -> bytes:
    """Every page as large as the largest sheet, a point a pixel, the picture in its middle; the same bytes each time."""
    size = (max(sheet.width for sheet in sheets), max(sheet.height for sheet in sheets))
    out, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, written in enumerate(_objects(sheets, size, title), start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, written)
    return bytes(out) + _ending(places, len(out))


def _objects(sheets: Sequence[Sheet], size: tuple[int, int], title: str) -> Iterator[bytes]:
    yield b"<< /Type /Catalog /Pages 2 0 R >>"
    kids = b" ".join(b"%d 0 R" % (_FIRST + _EACH * index) for index in range(len(sheets)))
    yield b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(sheets))
    yield b"<< /Title <feff%s> >>" % title.encode("utf-16-be", "replace").hex().encode()
    for index, sheet in enumerate(sheets):
        number = _FIRST + _EACH * index
        yield (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents %d 0 R "
            b"/Resources << /XObject << /Picture %d 0 R >> >> >>" % (*size, number + 1, number + 2)
        )
        margins = ((size[0] - sheet.width) / 2, (size[1] - sheet.height) / 2)
        yield _stream(b"", b"q %d 0 0 %d %.1f %.1f cm /Picture Do Q" % (sheet.width, sheet.height, *margins))
        yield _stream(
            b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceRGB "
            b"/BitsPerComponent 8 /Filter /DCTDecode " % (sheet.width, sheet.height),
            sheet.jpeg,
        )


def _stream(facts: bytes, content: bytes) -> bytes:
    return b"<< %s/Length %d >>\nstream\n%s\nendstream" % (facts, len(content), content)


def _ending(places: list[int], start: int) -> bytes:
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(places) + 1
    return (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R /Info 3 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (count, table, count, start)
    )
