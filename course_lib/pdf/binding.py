"""The printed pages as one file, with an outline, page numbers and links."""

from pathlib import Path
from urllib.parse import unquote, urldefrag

from pypdf import PdfWriter
from pypdf.constants import PageLabelStyle
from pypdf.generic import ArrayObject, DictionaryObject, Fit, NameObject, TextStringObject

from course_lib.pdf.contents import Page
from course_lib.pdf.printing import SCALE, TOP_MARGIN

POINTS_A_MILLIMETRE = 72 / 25.4

# For the file of each page, where its anchors are: number of the sheet, and place on it.
Places = dict[Path, dict[str, tuple[int, Fit]]]


def bind(front, pages: list[Page], config: dict, whole: Path) -> Path:
    """Write title, contents and all pages into one file, with outline and links."""
    writer, offset = PdfWriter(), len(front.pages)
    places = {page.file: anchors_of(page, offset) for page in pages}
    for sheets, file in [(front, None), *[(page.sheets, page.file) for page in pages]]:
        links_as_addresses(sheets, file)
        writer.append(sheets, import_outline=False)
    for sheet in writer.pages:
        redirect_links(sheet, places, writer)
    add_outline(writer, pages, places)
    writer.set_page_label(0, offset - 1, style=PageLabelStyle.LOWERCASE_ROMAN)
    writer.set_page_label(offset, len(writer.pages) - 1, style=PageLabelStyle.DECIMAL, start=1)
    writer.add_metadata({"/Title": config["title"], "/Author": config["author"]})
    writer.compress_identical_objects()
    half = whole.with_name(f".{whole.name}.part")
    writer.write(half)
    half.replace(whole)
    return whole


def add_outline(writer: PdfWriter, pages: list[Page], places: Places) -> None:
    """Parts, their pages, and the sections of a page."""
    part, over_part, over_page = None, None, None
    for page in pages:
        start, _ = places[page.file][""]
        if page.part != part:
            part = page.part
            over_part = writer.add_outline_item(title=str(part), page_number=start)
        parent = over_page if page.depth else over_part
        entry = writer.add_outline_item(title=page.title, page_number=start, parent=parent)
        over_page = over_page if page.depth else entry
        for anchor, heading in page.sections:
            sheet, fit = places[page.file].get(anchor, places[page.file][""])
            writer.add_outline_item(title=heading, page_number=sheet, parent=entry, fit=fit)


def anchors_of(page: Page, offset: int) -> dict[str, tuple[int, Fit]]:
    """Where the anchors of a page came to lie: number of the sheet in the file, and the place.

    Chromium gives the height of an anchor as if there were neither scale nor margin.
    """
    places = {"": (offset + page.before, Fit.fit_horizontally())}
    for name, place in page.sheets.named_destinations.items():
        sheet = page.sheets.get_destination_page_number(place)
        height = float(page.sheets.pages[sheet].mediabox.height)
        below_margin = SCALE * (height - place.top)
        top = height - TOP_MARGIN * POINTS_A_MILLIMETRE - below_margin
        places[name.removeprefix("/")] = (offset + page.before + sheet, Fit.xyz(top=top))
    return places


def links_as_addresses(sheets, file: Path | None) -> None:
    """Write links within a page as addresses, as those between pages are.

    Two pages may have anchors of one name, and what is bound together has one list of names.
    """
    for sheet in sheets.pages:
        for annotation in (entry.get_object() for entry in sheet.get("/Annots", ())):
            name = annotation.pop("/Dest", None)
            if name is not None and file is not None:
                address = f"{file.as_uri()}#{str(name).removeprefix('/')}"
                annotation[NameObject("/A")] = DictionaryObject(
                    {
                        NameObject("/S"): NameObject("/URI"),
                        NameObject("/URI"): TextStringObject(address),
                    }
                )
    sheets.root_object.pop("/Dests", None)


def redirect_links(sheet, places: Places, writer: PdfWriter) -> None:
    """Lead links to pages of the book into this file; drop links to other files."""
    kept = ArrayObject()
    for entry in sheet.get("/Annots", ()):
        annotation = entry.get_object()
        address, anchor = urldefrag(annotation.get("/A", {}).get("/URI", ""))
        if address.startswith("file:"):
            found = places.get(Path(unquote(address.removeprefix("file://"))))
            if found is None:
                continue
            number, fit = found.get(unquote(anchor), found[""])
            del annotation["/A"]
            annotation[NameObject("/Dest")] = ArrayObject(
                [writer.pages[number].indirect_reference, fit.fit_type, *fit.fit_args]
            )
        kept.append(entry)
    if "/Annots" in sheet:
        sheet[NameObject("/Annots")] = kept
