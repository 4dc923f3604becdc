"""The picture of an error: a small heat map of where an output is wrong, for notebooks."""

import functools
import io
import sys
from importlib.util import find_spec

import numpy as np

from course_lib.grading.diagnosis import Finding

ROWS, COLUMNS = 48, 96  # of larger outputs a part is shown
WIDTH, MARGIN, TOP, GAP, LINE = 420, 12, 28, 6, 17  # pixels
SHADES, GREYS = 128, 127  # colours of errors, white first, and of letters
EDGE = SHADES + GREYS  # the colour of a square's edge
LEGEND = (0.0, "right"), (0.3, "off by 30 % of the largest"), (1.0, "by 100 % or more")
WHITE, INK, WRONG = (255, 255, 255), (40, 40, 40), (178, 24, 43)
PALETTE = np.rint(
    np.concatenate(
        [np.linspace(WHITE, WRONG, SHADES), np.linspace(WHITE, INK, GREYS), [(205, 205, 205)]]
    )
).astype(np.uint8)


def show(finding: Finding | None) -> None:
    """Display the heat map of a finding where there is a notebook to display it in."""
    shell = sys.modules.get("IPython") and sys.modules["IPython"].get_ipython()
    if finding is None or shell is None or not hasattr(shell, "kernel"):
        return
    if find_spec("PIL") is None:  # which students need not have
        return
    from IPython.display import display

    display({"image/png": png(finding), "text/plain": alt(finding)}, raw=True)


def alt(finding: Finding) -> str:
    """The picture in words."""
    errors = finding.errors
    assert errors is not None
    share = np.mean(errors > 1e-6)
    return f"Heat map of {finding.outputs[0]}: {share:.0%} of its elements are wrong."


def prepare() -> None:
    """Load what drawing needs; processes that are forked afterwards share it."""
    drawn("nothing", (1, 1), (1, 1), bytes(8))


def png(finding: Finding) -> bytes:
    """Error of each element, as an image: white is right, dark is wrong.

    Matrices of leading axes are laid one below the other.
    """
    errors = finding.errors
    assert errors is not None
    grid = np.minimum(errors.reshape(-1, errors.shape[-1])[:ROWS, :COLUMNS], 1.0)
    return drawn(finding.outputs[0], errors.shape, grid.shape, grid.astype(float).tobytes())


@functools.lru_cache(200)  # who makes the same mistake gets the same picture
def drawn(output: str, errors_shape: tuple, grid_shape: tuple, values: bytes) -> bytes:
    """The image of a grid of errors, the part that is shown of errors of ``errors_shape``.

    Its pixels are put together as an array of numbers of colours: matplotlib would take as long as
    the grading of the whole submission, and drawing with Pillow a tenth of that.
    """
    from PIL import Image

    grid = np.frombuffer(values).reshape(grid_shape)
    rows, columns = grid_shape
    side = max(5, min(28, WIDTH // max(columns, 10)))  # pixels of an element
    title = written(f"where {output} is wrong (shape {' x '.join(map(str, errors_shape))})")
    block = errors_shape[-2] if len(errors_shape) > 2 else rows  # rows before a gap
    tops = TOP + np.arange(rows) * side + np.arange(rows) // block * GAP
    key = legend()
    bottom = int(tops[-1]) + side + MARGIN
    width = 2 * MARGIN + max(columns * side, title.shape[1], key.shape[1])
    image = np.zeros((bottom + len(key) + MARGIN // 2, width), np.uint8)
    put(image, title, MARGIN // 2, MARGIN)
    for top, squares in zip(tops, squares_of(grid, side)):
        put(image, squares, int(top), MARGIN)
    put(image, key, bottom, MARGIN)
    picture = Image.fromarray(image, "P")
    picture.putpalette(PALETTE.tobytes())
    file = io.BytesIO()
    picture.save(file, format="png")
    return file.getvalue()


def put(image: np.ndarray, part: np.ndarray, top: int, left: int) -> None:
    """Copy ``part`` to where it belongs."""
    image[top : top + part.shape[0], left : left + part.shape[1]] = part


def squares_of(grid: np.ndarray, side: int) -> np.ndarray:
    """A strip of squares for each row of errors: an array (rows, side, columns * side)."""
    squares = np.zeros((len(grid), side, grid.shape[1], side), np.uint8)
    squares[:, :-1, :, :-1] = EDGE
    squares[:, 1:-2, :, 1:-2] = shade(grid)[:, None, :, None]
    return squares.reshape(len(grid), side, -1)


def shade(errors: np.ndarray) -> np.ndarray:
    """Numbers of the colours of relative errors: white for none, the course's red for 1 and more.

    The square root lets small errors be seen.
    """
    return np.rint(np.sqrt(errors) * (SHADES - 1)).astype(np.uint8)


@functools.cache
def legend() -> np.ndarray:
    """What the colours mean, in a line."""
    parts = []
    for error, words in LEGEND:
        text = written(words)
        part = np.zeros((LINE, 28 + text.shape[1]), np.uint8)
        put(part, squares_of(np.array([[error]]), 13)[0], 2, 0)
        put(part, text, 0, 16)
        parts.append(part)
    return np.concatenate(parts, axis=1)


@functools.lru_cache(100)
def written(words: str) -> np.ndarray:
    """A line of text."""
    from PIL import Image, ImageDraw

    font = default_font()
    mask = Image.new("L", (int(font.getlength(words)) + 1, LINE))
    ImageDraw.Draw(mask).text((0, 0), words, fill=255, font=font)
    ink = np.asarray(mask) * ((GREYS - 1) / 255)
    return np.where(ink > 0, SHADES + np.rint(ink), 0).astype(np.uint8)


@functools.cache
def default_font():
    """The font that comes with Pillow."""
    from PIL import ImageFont

    return ImageFont.load_default(13)
