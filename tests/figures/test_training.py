import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from course_lib import figures
from course_lib.nn import Linear, Sequential, Sigmoid

INPUTS = np.array([[1.4, 2.7, 1.9], [3.8, 3.4, 3.2]])
TARGETS = np.array([[0.0], [1.0]])


@pytest.fixture
def model(rng):
    return Sequential(Linear(3, 2, rng=rng), Sigmoid(), Linear(2, 1, rng=rng), Sigmoid())


def number(text):
    return float(text.replace("−", "-").split("=")[-1])


def torch_step(parameters, x, target, lr):
    """Hidden activations, output, error and weight changes of one step, by torch."""
    w1, b1, w2, b2 = (torch.tensor(p, requires_grad=True) for p in parameters)
    hidden = torch.sigmoid(w1 @ torch.tensor(x) + b1)
    output = torch.sigmoid(w2 @ hidden + b2)
    error = 0.5 * ((output - torch.tensor(target)) ** 2).sum()
    error.backward()
    changes = [-lr * p.grad.numpy() for p in (w1, b1, w2, b2)]
    return hidden.detach().numpy(), output.item(), error.item(), changes


def test_the_numbers_on_the_network_are_those_of_torch(model):
    """Two patterns, so that the second shows whether the first has adjusted the weights."""
    parameters = [p.copy() for p in model.parameters]
    stages = figures.training_stages(model, INPUTS, TARGETS, [1, 0], lr=0.5)
    assert [str(stage) for stage in stages] == [
        f"{n} {move}"
        for n in (2, 1)
        for move in ("present", "hidden", "output", "compare", "adjust")
    ]
    for pattern, five in zip([1, 0], (stages[:5], stages[5:])):
        hidden, output, error, changes = torch_step(
            parameters, INPUTS[pattern], TARGETS[pattern], 0.5
        )
        for (layer, i, j), text in five[0].network["labels"].items():
            assert number(text) == pytest.approx(parameters[2 * layer - 2][i, j], abs=0.0051)
        for i in range(2):
            assert number(five[1].network["inside"][1, i]) == pytest.approx(hidden[i], abs=0.0051)
        assert f"output is {output:.2f}" in five[2].sentence
        assert f"E is {error:.3f}" in five[3].sentence
        for (layer, i, j), text in five[4].network["labels"].items():
            assert number(text) == pytest.approx(changes[2 * layer - 2][i, j], abs=0.0051)
        for (layer, i), text in five[4].network["below"].items():
            assert number(text) == pytest.approx(changes[2 * layer - 1][i], abs=0.0051)
        parameters = [p + change for p, change in zip(parameters, changes)]


def test_the_model_is_left_as_it_was(model):
    before = [p.copy() for p in model.parameters]
    figures.training_stages(model, INPUTS, TARGETS, [0], lr=1.0)
    assert all(np.array_equal(p, q) for p, q in zip(before, model.parameters))


def test_every_stage_is_drawn_with_its_own_sentence(model):
    stages = figures.training_stages(model, INPUTS, TARGETS, [0, 1], lr=0.5)
    assert len({figures.stage_figure(stage) for stage in stages}) == 10


def test_points_on_the_wrong_side_are_counted_and_circled(rng):
    """A network that says 1 where x_1 > 0, and certainly so; three of the points disagree."""
    model = Sequential(Linear(2, 1, rng=rng), Sigmoid())
    model.parameters[0][...], model.parameters[1][...] = [[100.0, 0.0]], 0.0
    x = np.array([[-1.0, 0], [-2, 1], [-1, 2], [1, 0], [2, 1]])
    classes = np.array([0, 1, 1, 1, 0])
    sentence = figures.boundary_figure(model, x, classes)
    assert sentence == "3 of 5 points on the wrong side, mean error 0.300."
    rings = plt.gca().collections[-1].get_offsets()
    assert sorted(map(tuple, rings)) == [(-2, 1), (-1, 2), (2, 1)]


def test_a_network_that_says_the_same_everywhere_is_drawn(rng):
    model = Sequential(Linear(2, 1, rng=rng), Sigmoid())
    model.parameters[0][...], model.parameters[1][...] = 0.0, 3.0
    assert "1 of 2 points" in figures.boundary_figure(model, np.eye(2), np.array([0, 1]))
