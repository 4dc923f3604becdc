import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from course_lib import figures

# By hand: 0.5 * 1.4 - 0.4 * 2.7 + 0.3 * 1.9 + 0.2 = 0.39, and 1 / (1 + exp(-0.39)) = 0.596.
X, WEIGHTS, THETA = [1.4, 2.7, 1.9], [0.5, -0.4, 0.3], 0.2


def test_the_neuron_is_drawn_with_its_numbers():
    sentence = figures.neuron_figure(X, WEIGHTS, THETA)
    assert sentence.endswith("u = 0.39, a = 0.60.")
    texts = [text.get_text() for text in plt.gca().texts]
    for expected in ("1.4", "2.7", "1.9", "0.5", "−0.4", "0.3", "0.60", "u = 0.39", "θ = 0.2"):
        assert expected in texts


@pytest.mark.parametrize("u", [-3.0, -0.5, 0.5, 2.0])
def test_values_and_slopes_are_those_of_torch(u):
    sentence = figures.activation_figure(u)
    tangents = [ax.lines[1].get_xydata() for ax in plt.gcf().axes[:3]]
    judges = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "ReLU": torch.relu}
    for (name, judge), tangent in zip(judges.items(), tangents):
        point = torch.tensor(u, dtype=torch.float64, requires_grad=True)
        value = judge(point)
        value.backward()
        slope = point.grad.item()
        assert f"{name} {value.item():.2f} with slope {slope:.2f}" in sentence
        (x0, y0), (x1, y1) = tangent
        assert (y1 - y0) / (x1 - x0) == pytest.approx(slope)
        assert (y0 + y1) / 2 == pytest.approx(value.item()) and (x0 + x1) / 2 == pytest.approx(u)


@pytest.mark.parametrize("weights, theta", [([3.0, 4.0], -2.0), ([-0.6, 0.8], 0.5)])
def test_the_line_is_where_the_activation_is_a_half(weights, theta):
    sentence = figures.line_figure(weights, theta)
    contours = plt.gca().collections[-1]
    for level, path in zip((0.1, 0.5, 0.9), contours.get_paths()):
        on_line = path.vertices @ np.array(weights) + theta
        assert on_line == pytest.approx(np.log(level / (1 - level)), abs=0.05)
    distance = abs(theta) / np.hypot(*weights)
    at_origin = 1 / (1 + np.exp(-theta))
    assert f"is {distance:.2f} from the origin, where a is {at_origin:.2f}" in sentence
