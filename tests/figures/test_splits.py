import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_lib import figures


def test_a_bar_is_as_long_as_its_subset():
    _, ax = plt.subplots()
    figures.draw_subsets(ax, {"train": 6, "validation": 3, "test": 1})
    assert [(bar.get_x(), bar.get_width()) for bar in ax.patches] == [(0, 6), (6, 3), (9, 1)]
    assert [text.get_text() for text in ax.texts] == ["train\n6", "validation\n3", "test\n1"]


@pytest.mark.parametrize(
    ("epoch", "sentence"),
    [
        (1, "Epoch 1: training loss 0.30, validation loss 0.31, lowest at epoch 1."),
        (2, "Epoch 2: training loss 0.20, validation loss 0.21, lowest at epoch 2."),
        (3, "Epoch 3: training loss 0.10, validation loss 0.25, lowest at epoch 2."),
    ],
)
def test_the_best_epoch_is_the_best_so_far(epoch, sentence):
    pair = np.zeros((2, 1)), np.zeros((2, 1))
    losses = [0.3, 0.2, 0.1], [0.31, 0.21, 0.25]
    assert figures.stopping_figure(pair, pair, pair, losses, epoch) == sentence
    lines = [line for line in plt.gcf().axes[1].lines if line.get_label() in figures.SUBSETS]
    assert [len(line.get_xdata()) for line in lines] == [epoch, epoch]


@pytest.mark.parametrize(("models", "won", "tested"), [(1, "0.50", "0.60"), (3, "0.65", "0.40")])
def test_the_winner_is_chosen_in_validation(models, won, tested):
    validation, test = [0.5, 0.65, 0.4, 0.68], [0.6, 0.4, 0.7, 0.5]
    sentence = figures.winner_figure(validation, test, models)
    assert sentence == (
        f"The best of {models} models in validation has {won} there and {tested} in the test."
    )
    (x,), (y,) = plt.gca().lines[-1].get_data()
    assert (f"{x:.2f}", f"{y:.2f}") == (won, tested)


def test_each_fold_is_validation_once_and_scores_come_one_by_one():
    sentence = figures.folds_figure([0.5, 0.7, 0.9], 2)
    assert sentence == "Fold 2 is validation: score 0.70, mean so far 0.600."
    colors = np.array([box.get_facecolor()[:3] for box in plt.gca().patches]).reshape(3, 3, 3)
    validation = plt.matplotlib.colors.to_rgb(figures.SUBSETS["validation"])
    assert np.array_equal(np.all(colors == validation, axis=-1), np.eye(3, dtype=bool))
    texts = [text.get_text() for text in plt.gca().texts]
    assert texts[:3] == ["0.50", "0.70", "–"]
