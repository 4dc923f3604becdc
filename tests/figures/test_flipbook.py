import re
from base64 import b64decode
from io import BytesIO

import matplotlib.pyplot as plt
import numpy as np
import pytest
from ipywidgets.embed import dependency_state
from PIL import Image

from course_lib.figures import flipbook, flipbook_grid, keep_colors


def draw_grey(level):
    """A picture that is grey all over, so that its pixels say which frame it is."""
    plt.figure(figsize=(2.0, 1.0)).add_axes((0, 0, 1, 1), facecolor=str(level))
    return f'A field with a lightness of "{level}".'


class InBrowser:
    """What a page does with a flipbook: no Python, only the stored models and their links."""

    def __init__(self, book):
        stored = dependency_state(book, drop_defaults=False)
        self.models = {name: model["state"] for name, model in stored.items()}
        self.kinds = {name: model["model_name"] for name, model in stored.items()}

    def of_kind(self, kind):
        return [name for name, found in self.kinds.items() if found == kind]

    def set(self, model, trait, value):
        """Set a trait and follow the links, as often as one leads to the next."""
        self.models[model][trait] = value
        for link in self.of_kind("LinkModel"):
            source, target = self.models[link]["source"], self.models[link]["target"]
            if source == [f"IPY_MODEL_{model}", trait]:
                self.set(target[0].removeprefix("IPY_MODEL_"), target[1], value)

    def shown(self, stack):
        """The frame on top of a stack, through stacks in stacks: its alt text and its picture."""
        state = self.models[stack]
        child = state["children"][state["selected_index"]].removeprefix("IPY_MODEL_")
        if self.kinds[child] == "StackModel":
            return self.shown(child)
        html = self.models[child]["value"]
        data = re.search('base64,([^"]+)', html).group(1)
        return html, Image.open(BytesIO(b64decode(data)))


LEVELS = [0.2, 0.5, 0.9]


def test_the_slider_turns_to_the_frame_of_its_value():
    page = InBrowser(flipbook(draw_grey, LEVELS, label="level"))
    (slider,), (stack,) = page.of_kind("SelectionSliderModel"), page.of_kind("StackModel")
    for index, level in enumerate(LEVELS):
        page.set(slider, "index", index)
        html, picture = page.shown(stack)
        assert f"lightness of &quot;{level}&quot;" in html
        assert np.abs(np.asarray(picture.convert("L"))[80, 160] - 255 * level) < 3


def test_the_slider_names_the_values():
    page = InBrowser(flipbook(draw_grey, [0.1, 0.1 + 0.2], label="level"))
    (slider,) = page.of_kind("SelectionSliderModel")
    assert page.models[slider]["_options_labels"] == ("0.1", "0.3")
    assert page.models[slider]["description"] == "level"


def test_play_runs_through_all_frames():
    page = InBrowser(flipbook(draw_grey, LEVELS, label="level", play=True))
    (play,), (stack,) = page.of_kind("PlayModel"), page.of_kind("StackModel")
    first, last = page.models[play]["min"], page.models[play]["max"]
    for tick in range(first, last + 1):
        page.set(play, "value", tick)
        assert f"&quot;{LEVELS[tick]}&quot;" in page.shown(stack)[0]
    assert tick == len(LEVELS) - 1


def test_two_sliders_turn_to_the_frame_of_both_values():
    rows, columns = [1, 2], [10, 20, 30]

    def draw(row, column):
        plt.figure(figsize=(1, 1))
        return f"Row {row} and column {column}."

    book = flipbook_grid(draw, rows, columns, labels=("row", "column"))
    page = InBrowser(book)
    row_slider, column_slider = page.of_kind("SelectionSliderModel")
    if page.models[row_slider]["description"] != "row":
        row_slider, column_slider = column_slider, row_slider
    inner = {
        child.removeprefix("IPY_MODEL_")
        for stack in page.of_kind("StackModel")
        for child in page.models[stack]["children"]
    }
    (outer,) = set(page.of_kind("StackModel")) - inner
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            page.set(row_slider, "index", i)
            page.set(column_slider, "index", j)
            assert f"Row {row} and column {column}." in page.shown(outer)[0]
    assert book.captions[4] == "row = 2, column = 20: Row 2 and column 20."


def test_a_frame_is_a_small_sharp_png_of_fixed_size():
    page = InBrowser(flipbook(draw_grey, LEVELS, label="level"))
    html, picture = page.shown(page.of_kind("StackModel")[0])
    assert picture.size == (320, 160) and 'width="200" height="100"' in html
    assert picture.mode == "P" and len(picture.getcolors()) <= 64


def test_the_text_form_says_what_every_frame_shows():
    bundle = flipbook(draw_grey, LEVELS, label="level")._repr_mimebundle_()
    assert bundle["text/plain"].splitlines() == [
        f'level = {level}: A field with a lightness of "{level}".' for level in LEVELS
    ]
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_figures_of_frames_are_closed_and_others_are_kept():
    mine = plt.figure()
    flipbook(draw_grey, LEVELS, label="level")
    assert plt.get_fignums() == [mine.number]


def draw_without_words(value):
    plt.figure()


def draw_nothing(value):
    return "A sentence about nothing."


@pytest.mark.parametrize(
    ("draw", "values", "error", "sentence"),
    [
        (draw_grey, [1.0], ValueError, "flipbook: values must be at least two, got 1"),
        (draw_without_words, [1, 2], TypeError, r"what draw\(1,\) returns must be a sentence"),
        (draw_nothing, [1, 2], ValueError, r"draw\(1,\) made no new figure"),
    ],
)
def test_bad_input_gets_one_clear_sentence(draw, values, error, sentence):
    with pytest.raises(error, match=sentence):
        flipbook(draw, values, label="level")


@pytest.mark.parametrize("kept", [True, False])
def test_a_frame_that_keeps_its_colours_in_dark_mode_is_marked(kept):
    def draw(level):
        alt = draw_grey(level)
        if kept:
            keep_colors(plt.gcf())
        return alt

    page = InBrowser(flipbook(draw, LEVELS, label="level"))
    html, _ = page.shown(page.of_kind("StackModel")[0])
    assert ('class="frame as-drawn"' in html) == kept
    assert ('class="frame"' in html) != kept
