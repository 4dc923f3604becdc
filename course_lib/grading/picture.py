"""The picture of an error: a small heat map of where an output is wrong, for notebooks."""

import io
import sys

import numpy as np

from course_lib.grading.diagnosis import Finding

ROWS, COLUMNS = 48, 96  # of larger outputs a part is shown


def show(finding: Finding | None) -> None:
    """Display the heat map of a finding where there is a notebook to display it in."""
    shell = sys.modules.get("IPython") and sys.modules["IPython"].get_ipython()
    if finding is None or shell is None or not hasattr(shell, "kernel"):
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
    """Relative error of each element, as an image: white is right, dark is wrong.

    Leading axes are laid one below the other.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    errors = finding.errors
    assert errors is not None
    grid = np.minimum(errors.reshape(-1, errors.shape[-1])[:ROWS, :COLUMNS], 1.0)
    height = 0.9 + min(2.6, max(0.25, 5 * grid.shape[0] / max(grid.shape[1], 12)))
    figure = Figure(figsize=(4.6, height), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    drawn = axes.imshow(grid, cmap="Reds", vmin=0, vmax=1, aspect="auto")
    axes.set_title(f"where {finding.outputs[0]} is wrong", fontsize=9)
    axes.tick_params(labelsize=7)
    shape = " × ".join(map(str, errors.shape))
    axes.set_xlabel(f"last axis (shape {shape})", fontsize=8)
    bar = figure.colorbar(drawn, ax=axes)
    bar.set_label("relative error", fontsize=8)
    bar.ax.tick_params(labelsize=7)
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=110)
    return file.getvalue()
