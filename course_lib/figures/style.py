"""How every picture of the course looks, and how it gets into a page with its description.

The same thing has the same colour everywhere (:data:`COLORS`), from a palette that colour-blind
readers can tell apart (Okabe and Ito). A picture of the standard width is shown at 100 pixels an
inch and drawn at :data:`DPI`, so that it is sharp on a high-resolution screen; its text is large
enough to be read when a phone shrinks it to 350 pixels.
"""

from io import BytesIO
from typing import Any

import matplotlib.pyplot as plt
from IPython.display import publish_display_data
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

COLORS = {
    "truth": "#009e73",  # what is so: targets, correct decisions, the function to be learned
    "prediction": "#0072b2",  # what the model says
    "error": "#d55e00",  # the difference: losses, wrong decisions
    "gradient": "#aa4499",  # what the error sends back
    "muted": "#767676",  # guides: whatever is not the point
    "ink": "#222222",  # text, outlines, and the thing that moves
}

DPI = 160
CSS_PIXELS_PER_INCH = 100
PALETTE_SIZE = 64  # colours that are left in a PNG: a quarter of the bytes, and no visible change
AS_DRAWN = "as-drawn"  # class of a picture that the style sheet leaves alone in dark mode

_STYLE: dict[Any, Any] = {
    "figure.figsize": (6.0, 3.8),
    "figure.constrained_layout.use": True,
    "font.size": 12.0,
    "axes.titlesize": 12.0,
    "axes.labelsize": 12.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": COLORS["ink"],
    "axes.labelcolor": COLORS["ink"],
    "axes.prop_cycle": plt.cycler(
        color=[COLORS[name] for name in ("prediction", "truth", "error", "gradient", "muted")]
    ),
    "text.color": COLORS["ink"],
    "xtick.color": COLORS["ink"],
    "ytick.color": COLORS["ink"],
    "lines.linewidth": 2.0,
    "legend.frameon": False,
}


def use_style():
    """Draw in the style of the course from here on. Every lecture calls it once, at the top."""
    plt.rcParams.update(_STYLE)


def png(figure: Figure) -> bytes:
    """The figure as a PNG file at :data:`DPI` with :data:`PALETTE_SIZE` colours.

    The file itself says if dark mode is to leave it alone, for nothing else reaches a built page.
    """
    drawn = BytesIO()
    figure.savefig(drawn, format="png", dpi=DPI, facecolor="white")
    reduced = BytesIO()
    image = Image.open(drawn).convert("RGB")
    notes = PngInfo()
    if keeps_colors(figure):
        notes.add_text(AS_DRAWN, "yes")
    image.quantize(palette=_palette(image), dither=Image.Dither.NONE).save(
        reduced, "PNG", optimize=True, pnginfo=notes
    )
    return reduced.getvalue()


def _palette(image: Image.Image) -> Image.Image:
    """The colours of :data:`COLORS`, and those that serve the rest of the picture best.

    Left to itself, the choice of colours would give a small red mark among many greys up.
    """
    kept = [round(255 * part) for color in COLORS.values() for part in to_rgb(color)]
    others = image.quantize(PALETTE_SIZE - len(COLORS), dither=Image.Dither.NONE).getpalette()
    palette = Image.new("P", (1, 1))
    palette.putpalette(kept + (others or [])[: 3 * PALETTE_SIZE - len(kept)])
    return palette


def keep_colors(figure: Figure) -> None:
    """Have a page show ``figure`` in dark mode as it was drawn, not turned over.

    For photographs: a negative is not what a camera saw.
    """
    figure.set_gid(AS_DRAWN)


def keeps_colors(figure: Figure) -> bool:
    """Whether :func:`keep_colors` was called with the figure."""
    return figure.get_gid() == AS_DRAWN


def css_size(figure: Figure) -> tuple[int, int]:
    """Width and height in pixels at which a page shows the figure."""
    width, height = figure.get_size_inches()
    return round(width * CSS_PIXELS_PER_INCH), round(height * CSS_PIXELS_PER_INCH)


def show(alt: str) -> None:
    """Show the current figure with a sentence for readers who cannot see it, and close it.

    Parameters
    ----------
    alt : str
        What is to be seen. The built page makes it the alt text of the picture, and a notebook
        stored without pictures keeps it.

    Raises
    ------
    TypeError
        If ``alt`` is not a sentence.
    """
    require_sentence(alt, "show: alt")
    figure = plt.gcf()
    width, height = css_size(figure)
    publish_display_data(
        {"image/png": png(figure), "text/plain": alt},
        {"image/png": {"width": width, "height": height}},
    )
    plt.close(figure)


def require_sentence(text: object, what: str) -> None:
    """Raise TypeError unless ``text`` is a string that says something."""
    if not isinstance(text, str) or not text.strip():
        raise TypeError(f"{what} must be a sentence that says what is seen, got {text!r:.60}")
