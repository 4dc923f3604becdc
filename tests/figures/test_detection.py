import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_lib import figures

# Three cats, five detections: a hit, a false alarm, a hit, a false alarm, a hit.
HITS = np.array([True, False, True, False, True])


@pytest.mark.parametrize(
    ("across", "down", "expected"),
    [
        (0.0, 0.0, (80, 80, "1.00", "true positive")),
        (2.0, 0.0, (64, 96, "0.67", "true positive")),
        (5.0, 4.0, (20, 140, "0.14", "false positive")),
        (10.0, 0.0, (0, 160, "0.00", "false positive")),
    ],
)
def test_overlap_and_union_are_counted_in_the_picture(across, down, expected):
    overlap, union, iou, verdict = expected
    assert figures.iou_figure(across, down) == (
        f"The detection is {across:g} to the right and {down:g} below: overlap {overlap},"
        f" union {union}, IoU {iou}, a {verdict}."
    )
    dark = [p for p in plt.gca().patches if p.get_hatch()]
    assert sum(p.get_width() * p.get_height() for p in dark) == overlap


@pytest.mark.parametrize(
    ("shown", "sentence"),
    [
        (1, "After detection 1, a true positive: precision 1.00, recall 0.33, area 0.333."),
        (2, "After detection 2, a false positive: precision 0.50, recall 0.33, area 0.333."),
        (3, "After detection 3, a true positive: precision 0.67, recall 0.67, area 0.556."),
        (5, "After detection 5, a true positive: precision 0.60, recall 1.00, area 0.756."),
    ],
)
def test_the_staircase_says_where_it_is(shown, sentence):
    assert figures.staircase_figure(HITS, 3, shown) == sentence


def test_the_shaded_area_is_the_average_precision():
    # The last hit lifts the precision of the one before, from 1/2 to 3/5.
    figures.staircase_figure([True, False, False, True, True], 3, 5)
    (shade,) = plt.gcf().axes[1].collections
    corners = shade.get_paths()[0].vertices
    x, y = corners[:, 0], corners[:, 1]
    area = abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))) / 2  # shoelace formula
    assert area == pytest.approx((1 + 3 / 5 + 3 / 5) / 3)


def test_detections_that_were_not_shown_are_not_judged():
    figures.staircase_figure(HITS, 3, 2)
    texts = [text.get_text() for text in plt.gcf().axes[0].texts]
    assert texts == ["1: TP", "2: FP", "3", "4", "5"]


def test_levels_are_averaged_over_recalls_and_then_over_thresholds():
    precision = np.zeros((2, 101))
    precision[0, :51] = 1.0
    assert figures.levels_figure(precision, (0.5, 0.75), 1) == (
        "At an IoU of 0.75 the mean of the 101 precisions is 0.000;"
        " over all thresholds it is 0.252."
    )


def test_every_box_of_a_scene_is_in_its_image():
    truth = {"image_id": [1, 2], "category_id": [7, 7], "bbox": [[0, 0, 5, 5], [20, 10, 30, 40]]}
    found = {"image_id": [2], "category_id": [7], "bbox": [[25, 10, 30, 40]], "score": [0.5]}
    truth, found = ({k: np.array(v) for k, v in part.items()} for part in (truth, found))
    assert figures.scene_figure(truth, found, {7: "cat"}) == (
        "Image 1 has 1 targets and 0 detections; image 2 has 1 targets and 1 detections."
    )
    first, second = plt.gcf().axes
    assert [len(ax.patches) for ax in (first, second)] == [1, 2]
    assert [t.get_text() for t in second.texts] == ["cat", "1: cat 0.50"]


def test_masks_have_a_colour_for_only_one_and_for_both():
    _, ax = plt.subplots()
    figures.draw_masks(ax, [[True, True, False]], [[False, True, True]])
    assert ax.images[0].get_array().tolist() == [[1, 3, 2]]
