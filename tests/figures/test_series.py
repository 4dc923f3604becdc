import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.metrics import root_mean_squared_error

from course_lib import figures
from course_lib.timeseries import AutoRegression

YEARS = np.arange(1900, 1906)
VALUES = np.array([10.0, 30.0, 80.0, 60.0, 20.0, 12.0])


def test_the_series_is_described_by_its_extent_and_top():
    sentence = figures.series_figure(YEARS, VALUES, 1903)
    assert "from 1900 to 1905" in sentence and sentence.endswith("the largest is 80, in 1902.")
    (shaded,) = plt.gca().patches
    assert shaded.get_x() == 1903.5 and shaded.get_x() + shaded.get_width() == 1905


def test_errors_are_predictions_minus_truth(rng):
    prediction = VALUES + rng.normal(size=6) * 20
    sentence = figures.prediction_figure(YEARS, VALUES, prediction, "AR", largest=90.0)
    lower = plt.gcf().axes[1]
    assert [bar.get_height() for bar in lower.patches] == pytest.approx(list(prediction - VALUES))
    assert lower.get_ylim() == (-90, 90)
    rms = root_mean_squared_error(VALUES, prediction)
    assert sentence == f"AR: root mean square error {rms:.1f} from 1900 to 1905."


def test_the_surface_has_last_year_on_its_horizontal_axis():
    """y(k) = 2 y(k-1) - y(k-2) continues a line: the contour of c goes through (c, c)."""
    model = AutoRegression(np.float64(0.0), np.array([2.0, -1.0]))
    sentence = figures.surface_figure(model, VALUES, "line")
    assert sentence == "line: after 20, 60 it expects 100, after 100, 60 it expects 20."
    points = plt.gca().collections[-1].get_offsets()
    assert np.array_equal(points, np.stack([VALUES[1:], VALUES[:-1]], axis=1))
    contours = plt.gca().collections[1]
    for level, path in zip(contours.levels, contours.get_paths()):
        for y1, y2 in path.vertices[:: max(1, len(path.vertices) // 5)]:
            assert 2 * y1 - y2 == pytest.approx(level, abs=1e-6)


def test_no_label_of_the_surface_is_cut_by_its_edge():
    model = AutoRegression(np.float64(0.0), np.array([2.0, -1.0]))
    figures.surface_figure(model, VALUES, "line")
    ax = plt.gca()
    plt.gcf().canvas.draw()
    frame = ax.get_window_extent().padded(3)  # the box of a text is larger than its ink
    assert ax.texts
    for label in ax.texts:
        box = label.get_window_extent()
        assert frame.containsx(box.x0) and frame.containsx(box.x1), label
        assert frame.containsy(box.y0) and frame.containsy(box.y1), label
