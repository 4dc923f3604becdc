"""The picture of an error: a small heat map of where an output is wrong, for notebooks."""

import functools
import io
import sys
from importlib.util import find_spec

import numpy as np

from course_lib.grading.diagnosis import Finding

ROWS, COLUMNS = 48, 96  # of larger outputs a part is shown
WIDTH, MARGIN, TOP = 420, 12, 28  # pixels
INK, EDGE, WRONG = (40, 40, 40), (205, 205, 205), (178, 24, 43)


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

    Drawn without matplotlib, which would take as long as the grading of the whole submission.
    """
    from PIL import Image, ImageDraw, ImageFont

    grid = np.frombuffer(values).reshape(grid_shape)
    side = max(5, min(28, WIDTH // max(grid.shape[1], 10)))  # pixels of an element
    title = f"where {output} is wrong (shape {' x '.join(map(str, errors_shape))})"
    font = ImageFont.load_default(13)
    right = 2 * MARGIN + max(grid.shape[1] * side, int(font.getlength(title)))
    block = errors_shape[-2] if len(errors_shape) > 2 else len(grid)  # rows before a gap
    tops = TOP + np.arange(len(grid)) * side + np.arange(len(grid)) // block * 6
    bottom = int(tops[-1]) + side + 28
    legend = ((0.0, "right"), (0.3, "off by 30 % of the largest"), (1.0, "by 100 % or more"))
    right = max(right, MARGIN + sum(28 + int(font.getlength(label)) for _, label in legend))
    image = Image.new("RGB", (right, bottom), "white")
    draw = ImageDraw.Draw(image)
    draw.text((MARGIN, 6), title, fill=INK, font=font)
    for (row, column), error in np.ndenumerate(grid):
        x, y = MARGIN + column * side, int(tops[row])
        draw.rectangle((x, y, x + side - 2, y + side - 2), fill=shade(error), outline=EDGE)
    x, y = MARGIN, bottom - 19
    for error, label in legend:
        draw.rectangle((x, y, x + 11, y + 11), fill=shade(error), outline=EDGE)
        draw.text((x + 16, y - 2), label, fill=INK, font=font)
        x += 28 + int(font.getlength(label))
    file = io.BytesIO()
    image.save(file, format="png")
    return file.getvalue()


def shade(error: float) -> tuple[int, int, int]:
    """The colour of a relative error: white for none, the course's red for 1 and more.

    The square root lets small errors be seen.
    """
    share = float(error) ** 0.5
    return tuple(round(255 + share * (end - 255)) for end in WRONG)
