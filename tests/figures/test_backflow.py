import numpy as np
import pytest
import torch

from course_lib import figures
from course_lib.nn import Linear, Sequential, Sigmoid

X, TARGET = np.array([1.0, 0.5]), np.array([1.0, 0.0])
W1, W2 = np.array([[0.5, -1.0], [1.0, 0.5]]), np.array([[1.0, -0.5], [-1.0, 2.0]])


@pytest.fixture
def stages(rng):
    model = Sequential(Linear(2, 2, rng=rng), Sigmoid(), Linear(2, 2, rng=rng), Sigmoid())
    model.parameters[0][...], model.parameters[2][...] = W1, W2
    return {stage.name: stage for stage in figures.gradient_flow(model, X, TARGET)}


@pytest.fixture
def judge():
    """Slopes of everything, by torch's autograd."""
    w1, w2 = (torch.tensor(w, requires_grad=True) for w in (W1, W2))
    a1 = torch.sigmoid(w1 @ torch.tensor(X))
    u2 = w2 @ a1
    a1.retain_grad(), u2.retain_grad()
    (0.5 * (torch.sigmoid(u2) - torch.tensor(TARGET)) ** 2).sum().backward()
    return {"w1": w1.grad, "w2": w2.grad, "a1": a1.grad, "delta2": u2.grad}


def number(text):
    return float(text.split()[-1].replace("−", "-"))


def test_forward_goes_unit_by_unit(stages):
    assert list(stages)[:5] == ["start", "hidden 1", "hidden 2", "output 1", "output 2"]
    assert stages["hidden 1"].sentence == "Activation of hidden 1: 0.50."
    assert set(stages["hidden 1"].network["edge_colors"]) == {(1, 0, 0), (1, 0, 1)}


def test_what_comes_back_along_the_edges_adds_up(stages, judge):
    sums = stages["w22"].network["below"]
    for i in range(2):
        assert number(sums[1, i]) == pytest.approx(float(judge["a1"][i]), abs=6e-4)
    sent = stages["w22"].network["labels"]
    assert number(sent[2, 1, 0]) == pytest.approx(float(judge["delta2"][1]) * -1.0, abs=6e-4)


def test_the_slopes_are_those_of_autograd(stages, judge):
    labels = stages["slopes"].network["labels"]
    for layer, slopes in [(1, judge["w1"]), (2, judge["w2"])]:
        for (i, j), slope in np.ndenumerate(slopes.numpy()):
            assert number(labels[layer, i, j]) == pytest.approx(slope, abs=6e-4)


def test_every_stage_can_be_drawn_and_says_something_of_its_own(stages):
    sentences = [figures.stage_figure(stage) for stage in stages.values()]
    assert len(set(sentences)) == len(stages) == 13
