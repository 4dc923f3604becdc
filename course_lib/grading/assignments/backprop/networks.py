"""Checks of whole networks: two layers, any number of them, and one that is used repeatedly."""

from functools import partial

import numpy as np

from course_lib.grading.assignments.backprop import inputs, mistakes
from course_lib.grading.assignments.backprop import references as right
from course_lib.grading.assignments.backprop.layers import (
    DELTA,
    IN_ARRAYS,
    NO_SLOPE,
    POTENTIAL,
    UNSUMMED,
)
from course_lib.grading.checks import Check, Misconception

PATHS = "backpropagation/chain-rule#one-path-and-several"
AGAIN = "applied the activation a second time"
AGAIN_HINT = "What you are given has been through f already. Where does f' = f (1 - f) need u?"
NO_SLOPE_MORE = "Between every potential and its activation stands f, and f has a slope."

TWO_LAYER_BACKWARD = Check(
    reference=right.two_layer_backward,
    ordinary=inputs.two_layers,
    outputs=(
        "the gradient of w(1)",
        "the gradient of theta(1)",
        "the gradient of w(2)",
        "the gradient of theta(2)",
    ),
    edge_cases={
        "there is one sample": partial(inputs.two_layers, samples=1),
        "there is one output": partial(inputs.two_layers, outputs=1),
        "all outputs are on target": partial(inputs.two_layers, on_target=True),
    },
    misconceptions=(
        Misconception(
            NO_SLOPE,
            partial(mistakes.two_layers, hidden=mistakes.no_slope),
            hint="The error has come back to the hidden activations. Is that where the weights"
            " w(1) act?",
            more=NO_SLOPE_MORE,
            read=DELTA,
        ),
        Misconception(
            NO_SLOPE,
            partial(mistakes.two_layers, output=mistakes.no_slope),
            hint="The outputs are sigmoids as well: the error reaches their potentials through f.",
            more=NO_SLOPE_MORE,
            read=DELTA,
        ),
        Misconception(
            NO_SLOPE,
            partial(mistakes.two_layers, output=mistakes.no_slope, hidden=mistakes.no_slope),
            hint="Your network behaves as if it were linear. Where are the sigmoids, on the way"
            " back?",
            more=NO_SLOPE_MORE,
            read=DELTA,
        ),
        Misconception(
            "sent back the error instead of delta",
            partial(mistakes.two_layers, through=False),
            hint="The second layer is right. What travels back along its weights: the slope of E"
            " along an output, or along its potential?",
            read=PATHS,
        ),
        Misconception(
            "averaged over the samples",
            lambda *a: tuple(g / len(a[0]) for g in right.two_layer_backward(*a)),
            hint="Is the error of this exercise a sum over the samples, or a mean?",
        ),
        Misconception(
            "kept the factor of 2 from the square",
            partial(mistakes.two_layers, factor=2),
            hint="Everything is twice too large. What is the half in E there for?",
        ),
        Misconception(
            UNSUMMED,
            mistakes.unsummed_thresholds,
            hint="There is one threshold for each unit, and every sample has something to say to"
            " it.",
        ),
        Misconception(
            AGAIN,
            partial(mistakes.two_layers, hidden=mistakes.again, output=mistakes.again),
            hint=AGAIN_HINT,
            read=DELTA,
        ),
        Misconception(
            "used the slope of tanh for the sigmoid",
            partial(mistakes.two_layers, hidden=mistakes.tanh_slope, output=mistakes.tanh_slope),
            hint="Which activation function do these layers have?",
            read=DELTA,
        ),
    ),
    read=IN_ARRAYS,
)

MLP_BACKWARD = Check(
    reference=right.mlp_backward,
    ordinary=inputs.network,
    outputs=("the list of weight gradients", "the list of threshold gradients"),
    edge_cases={
        "there is one sample": partial(inputs.network, samples=1),
        "there is no hidden layer": partial(inputs.network, widths=[4, 3]),
        "there are six layers": partial(inputs.network, widths=[3, 5, 4, 6, 5, 4, 2]),
    },
    misconceptions=(
        Misconception(
            "forgotten to average over the samples",
            partial(mistakes.mlp, divide=lambda t: 1),
            hint="The error of this exercise is a mean over the batch. Where has the N gone?",
        ),
        Misconception(
            "averaged twice",
            partial(mistakes.mlp, divide=lambda t: len(t) ** 2),
            hint="Dividing by N once is enough: everything after that is linear.",
        ),
        Misconception(
            "averaged over the outputs as well",
            partial(mistakes.mlp, divide=lambda t: t.size),
            hint="Which of its two sums does the error divide by the number of terms?",
        ),
        Misconception(
            NO_SLOPE,
            partial(mistakes.mlp, slope=mistakes.no_slope),
            hint="The last layer is right. On the way to the layer before stands a tanh.",
            read=DELTA,
        ),
        Misconception(
            "used the slope of the sigmoid for tanh",
            partial(mistakes.mlp, slope=mistakes.sigmoid_slope),
            hint="The hidden layers of this exercise are not sigmoids.",
            read="neurons/neuron#tanh-and-the-rectifier",
        ),
        Misconception(
            POTENTIAL,
            partial(mistakes.mlp, slope=lambda u, a: 1 - u * u),
            hint="The slope of tanh is written in terms of its output, and not of u.",
            read=DELTA,
        ),
        Misconception(
            AGAIN,
            partial(mistakes.mlp, slope=lambda u, a: 1 - np.tanh(a) ** 2),
            hint="The activation has been through tanh already.",
            read=DELTA,
        ),
        Misconception(
            "applied the activation to the last layer as well",
            partial(mistakes.mlp, output=np.tanh, output_slope=mistakes.tanh_slope),
            hint="The last layer of this exercise hands out its potentials as they are.",
        ),
        Misconception(
            "put a derivative where there is no activation",
            partial(mistakes.mlp, output_slope=lambda u, o: 1 - o * o),
            hint="Is there an activation function between the last potentials and the error?",
        ),
        Misconception(
            "put a derivative where there is no activation",
            partial(mistakes.mlp, output_slope=lambda u, o: 1 - np.tanh(u) ** 2),
            hint="Is there an activation function between the last potentials and the error?",
        ),
        Misconception(
            "left out the thresholds",
            partial(mistakes.mlp, theta_factor=0),
            hint="Look at your forward pass with a batch of zeros: which layer can still say"
            " something?",
            read="neurons/mlp#the-network",
        ),
        Misconception(
            "listed the layers from back to front",
            lambda *a: tuple(gradients[::-1] for gradients in right.mlp_backward(*a)),
            hint="You go through the layers backwards. In which order should the lists be?",
        ),
        Misconception(
            "stopped before the first layer",
            lambda *a: tuple(gradients[1:] for gradients in right.mlp_backward(*a)),
            hint="A gradient is missing: where does the range of your loop end?",
        ),
    ),
    read=IN_ARRAYS,
)

SHARED_BACKWARD = Check(
    reference=right.shared_backward,
    ordinary=inputs.repeated_layer,
    outputs=("the gradient of w", "the gradient of theta"),
    edge_cases={
        "there is one step": partial(inputs.repeated_layer, steps=1),
        "there is one sample": partial(inputs.repeated_layer, samples=1),
    },
    misconceptions=(
        Misconception(
            "counted only the last use of the weights",
            partial(mistakes.shared, of=lambda uses: uses[0]),
            hint="The weights act at every step. How many paths lead from them to the error?",
        ),
        Misconception(
            "counted only the first use of the weights",
            partial(mistakes.shared, of=lambda uses: uses[-1]),
            hint="The weights act at every step. How many paths lead from them to the error?",
            more="Does your loop add to the gradient, or replace it?",
        ),
        Misconception(
            "averaged over the uses",
            partial(mistakes.shared, of=lambda uses: sum(uses) / len(uses)),
            hint="What arrives on several paths is not averaged.",
        ),
        Misconception(
            NO_SLOPE,
            partial(mistakes.shared, slope=mistakes.no_slope),
            hint="There is a tanh in every step, forward. And backward?",
            read=DELTA,
        ),
        Misconception(
            "gone back through the transposed weights",
            partial(mistakes.shared, weight=np.transpose),
            hint="A square matrix fits both ways round, so no error message warns you. By which"
            " index does the sum go on the way back?",
            read="backpropagation/chain-rule#the-letter",
        ),
    ),
    read=PATHS,
)
