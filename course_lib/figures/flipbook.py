"""Figures that move without a kernel.

Every frame is drawn in advance, and the browser links the slider to the stack of frames. So the
figure works in JupyterLab, in the built page, and in a page opened from disk, with nobody
computing anything. The built page gets the scripts that move it from a CDN; without a connection
the first frame stands still. What it costs is one picture a frame, about 20 kB.
"""

from base64 import b64encode
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import matplotlib.pyplot as plt
from ipywidgets import HTML, HBox, Layout, Play, SelectionSlider, Stack, VBox, jslink

from course_lib.figures.style import AS_DRAWN, css_size, keeps_colors, png, require_sentence

_MILLISECONDS_A_FRAME = 900


def flipbook(
    draw: Callable[[Any], str],
    values: Sequence,
    *,
    label: str,
    play: bool = False,
) -> VBox:
    r"""A slider over pictures that are drawn in advance, one for each value.

    Parameters
    ----------
    draw : callable
        ``draw(value)`` draws a new figure with pyplot and returns a sentence that says what is
        seen on it: the alt text of the frame. All figures should be of one size.
    values : sequence of length >= 2
        What the slider moves over, in order. At most about 12, for the sake of the page's size.
    label : str
        Name of the slider. Mathematics as ``r"\(\alpha\)"``, which is typeset in the built page
        and in JupyterLab.
    play : bool
        Whether there is a button that runs through the frames.

    Returns
    -------
    ipywidgets.VBox
        To be left as the last expression of a cell. Its text form lists the sentences of all
        frames; that is what a stored notebook keeps and what a fresh run is compared with.

    Raises
    ------
    TypeError
        If ``draw`` returns no sentence.
    ValueError
        If there are fewer than two values, or ``draw`` makes no figure.
    """
    names = _names(values, "flipbook: values")
    frames = [_frame(draw, value) for value in values]
    slider = _slider(label, names)
    stack = Stack([frame for frame, _ in frames], selected_index=0)
    jslink((slider, "index"), (stack, "selected_index"))
    controls = HBox([_play_button(slider, len(names)), slider]) if play else slider
    captions = [f"{label} = {name}: {alt}" for name, (_, alt) in zip(names, frames)]
    return _Flipbook([controls, stack], captions)


def flipbook_grid(
    draw: Callable[[Any, Any], str],
    rows: Sequence,
    columns: Sequence,
    *,
    labels: tuple[str, str],
) -> VBox:
    """Two sliders over pictures that are drawn in advance, one for each pair of values.

    Parameters
    ----------
    draw : callable
        ``draw(row, column)``, as for :func:`flipbook`.
    rows, columns : sequence of length >= 2
        What the two sliders move over; at most about 8 each.
    labels : pair of str
        Names of the two sliders.

    Returns
    -------
    ipywidgets.VBox
        As for :func:`flipbook`, which says what is raised, too.
    """
    row_names = _names(rows, "flipbook_grid: rows")
    column_names = _names(columns, "flipbook_grid: columns")
    row_slider, column_slider = _slider(labels[0], row_names), _slider(labels[1], column_names)
    inner_stacks, captions = [], []
    for row, row_name in zip(rows, row_names):
        frames = [_frame(draw, row, column) for column in columns]
        inner = Stack([frame for frame, _ in frames], selected_index=0)
        jslink((column_slider, "index"), (inner, "selected_index"))
        inner_stacks.append(inner)
        captions += [
            f"{labels[0]} = {row_name}, {labels[1]} = {column_name}: {alt}"
            for column_name, (_, alt) in zip(column_names, frames)
        ]
    outer = Stack(inner_stacks, selected_index=0)
    jslink((row_slider, "index"), (outer, "selected_index"))
    return _Flipbook([row_slider, column_slider, outer], captions)


class _Flipbook(VBox):
    """A VBox whose text form says what is on the frames."""

    def __init__(self, children, captions):
        super().__init__(children)
        self.captions = captions
        self.add_class("flipbook")

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        return {**bundle, "text/plain": "\n".join(self.captions)}


def _names(values: Sequence, what: str) -> list[str]:
    if len(values) < 2:
        raise ValueError(f"{what} must be at least two, got {len(values)}")
    return [f"{value:g}" if isinstance(value, float) else str(value) for value in values]


def _frame(draw: Callable[..., str], *values) -> tuple[HTML, str]:
    """The figure that ``draw`` makes, as an HTML image, and its alt text."""
    open_before = plt.get_fignums()
    alt = draw(*values)
    drawn = [number for number in plt.get_fignums() if number not in open_before]
    if not drawn:
        raise ValueError(f"flipbook: draw{values} made no new figure")
    figure = plt.figure(drawn[-1])
    require_sentence(alt, f"flipbook: what draw{values} returns")
    width, height = css_size(figure)
    classes = f"frame {AS_DRAWN}" if keeps_colors(figure) else "frame"
    data = b64encode(png(figure)).decode()
    for number in drawn:
        plt.close(number)
    # width and height keep the page from jumping while the browser decodes the next frame
    image = (
        f'<img class="{classes}" alt="{escape(alt)}" width="{width}" height="{height}"'
        f' style="max-width: 100%; height: auto" src="data:image/png;base64,{data}">'
    )
    return HTML(image), alt


def _slider(label: str, names: list[str]) -> SelectionSlider:
    return SelectionSlider(
        options=[(name, index) for index, name in enumerate(names)],
        description=label,
        style={"description_width": "initial"},
        layout=Layout(width="100%", max_width="560px"),
    )


def _play_button(slider: SelectionSlider, count: int) -> Play:
    button = Play(min=0, max=count - 1, interval=_MILLISECONDS_A_FRAME)
    jslink((button, "value"), (slider, "index"))
    return button
