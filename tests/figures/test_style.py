from io import BytesIO

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from course_lib.figures import COLORS, keep_colors, show, style, use_style


def test_show_publishes_the_picture_with_its_sentence_and_closes_it(monkeypatch):
    published = []
    monkeypatch.setattr(style, "publish_display_data", lambda *args: published.append(args))
    plt.figure(figsize=(3.0, 2.0))
    show("A blank sheet.")
    ((data, metadata),) = published
    assert data["text/plain"] == "A blank sheet."
    assert Image.open(BytesIO(data["image/png"])).size == (480, 320)
    assert metadata["image/png"] == {"width": 300, "height": 200}
    assert plt.get_fignums() == []


@pytest.mark.parametrize("kept", [True, False])
def test_a_picture_says_whether_dark_mode_leaves_it_alone(kept):
    figure = plt.figure()
    if kept:
        keep_colors(figure)
    assert ("as-drawn" in Image.open(BytesIO(style.png(figure))).info) == kept


@pytest.mark.parametrize("alt", [None, "", "  ", 3])
def test_a_picture_without_a_sentence_is_refused(alt):
    plt.figure()
    with pytest.raises(TypeError, match="show: alt must be a sentence"):
        show(alt)


def test_a_picture_keeps_at_most_64_colours():
    use_style()
    plt.imshow([[0, 1], [2, 3]], interpolation="bilinear", cmap="viridis")
    image = Image.open(BytesIO(style.png(plt.gcf())))
    assert len(image.getcolors(maxcolors=10_000)) <= 64


def luminance(color):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("name", COLORS)
def test_colours_stand_out_from_the_page(name):
    """WCAG 1.4.11: at least 3 : 1 for what has to be seen, 4.5 : 1 for text."""
    contrast = 1.05 / (luminance(COLORS[name]) + 0.05)
    assert contrast >= (4.5 if name in ("ink", "muted") else 3.0)


def test_small_marks_keep_their_colours_among_many_greys():
    figure, ax = plt.subplots()
    ax.imshow(np.linspace(0, 1, 10_000).reshape(100, 100), cmap="gray")
    hues = [style.COLORS[name] for name in ("truth", "prediction", "error", "gradient")]
    for place, color in enumerate(hues):
        ax.plot(10 * place + 5, 50, "s", color=color, markersize=3)
    shown = Image.open(BytesIO(style.png(figure))).convert("RGB")
    colors = {color for _, color in shown.getcolors(10**6)}
    for color in hues:
        assert tuple(round(255 * part) for part in to_rgb(color)) in colors, color
