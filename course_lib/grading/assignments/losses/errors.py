"""Checks of the three losses: value and gradient with respect to the potentials."""

from functools import partial

import numpy as np

from course_lib import nn
from course_lib.grading.assignments.losses import inputs, mistakes
from course_lib.grading.assignments.losses import references as right
from course_lib.grading.assignments.losses.shared import (
    GUARDS,
    averages,
    guarded,
    overflow,
    rounded,
)
from course_lib.grading.checks import Check, Misconception

OUTPUTS = ("the loss", "the gradient")
SURE_RIGHT = "the network is sure and right"
SURE_WRONG = "the network is sure and wrong"

SQUARED_ERROR = Check(
    reference=right.squared_error,
    ordinary=inputs.binary,
    outputs=OUTPUTS,
    edge_cases={
        "there is one sample": lambda rng: inputs.binary(rng, samples=1),
        "there is one output": lambda rng: inputs.binary(rng, outputs=1),
        SURE_WRONG: partial(inputs.sure_binary, right=False),
    },
    misconceptions=(
        Misconception(
            "left out the derivative of the activation",
            lambda z, t: {"the gradient": (nn.sigmoid(z) - t) / len(z)},
            hint="This is the gradient with respect to the output o. One link of the chain is"
            " still missing on the way to z.",
        ),
        Misconception(
            "left out the factor one half",
            lambda z, t: tuple(2 * value for value in right.squared_error(z, t)),
            hint="Compare with the definition of E above, letter by letter.",
        ),
        *averages(right.squared_error),
        Misconception(
            "left out the sigmoid",
            mistakes.squared_error_of_potentials,
            hint="Which of z and o is compared with the target?",
        ),
        Misconception(
            "put the potential where the activation belongs",
            mistakes.squared_error_with_slope_of_potential,
            hint="The slope of the sigmoid is written in terms of its output, and not of z.",
            read="neurons/neuron#the-sigmoid-and-its-slope",
        ),
        *overflow(mistakes.squared_error_that_overflows),
    ),
    read="backpropagation/losses#squared-error-behind-a-sigmoid",
)

BINARY_CROSS_ENTROPY = Check(
    reference=right.binary_cross_entropy,
    ordinary=inputs.binary,
    outputs=OUTPUTS,
    edge_cases={
        "there is one sample": lambda rng: inputs.binary(rng, samples=1),
        "the targets are probabilities": inputs.soft_binary,
        SURE_RIGHT: partial(inputs.sure_binary, right=True),
        SURE_WRONG: partial(inputs.sure_binary, right=False),
    },
    misconceptions=(
        Misconception(
            "left out the square brackets",
            mistakes.loss_without_brackets,
            hint="Your loss can be negative. To which terms does the minus sign belong?",
        ),
        Misconception(
            "counted only the samples of class 1",
            mistakes.loss_of_class_one,
            hint="What does it cost to say 0.99 where the target is 0? Nothing, in your loss.",
        ),
        *averages(right.binary_cross_entropy),
        *rounded(mistakes.loss_of_probabilities, mistakes.loss_of_chosen_probabilities),
        *guarded(
            *(partial(mistakes.loss_of_clipped_probabilities, eps=eps) for eps in GUARDS),
            *(partial(mistakes.loss_of_raised_probabilities, eps=eps) for eps in GUARDS),
        ),
        *overflow(
            partial(mistakes.loss_with_exponential, sign=1),
            partial(mistakes.loss_with_exponential, sign=-1),
            mistakes.binary_cross_entropy_that_overflows,
        ),
        Misconception(
            "multiplied by the slope of the activation once too often",
            lambda z, t: {
                "the gradient": nn.sigmoid_backward(
                    right.binary_cross_entropy(z, t)[1], nn.sigmoid(z)
                )
            },
            hint="The reason for this loss is that something cancels. Is it still there?",
        ),
        Misconception(
            "returned the gradient with respect to the output",
            mistakes.gradient_of_output,
            hint="One link of the chain is still missing on the way from o to z.",
        ),
    ),
    read="backpropagation/losses#making-the-data-probable",
)

CROSS_ENTROPY = Check(
    reference=right.cross_entropy,
    ordinary=inputs.labelled,
    outputs=OUTPUTS,
    edge_cases={
        "there is one sample": lambda rng: inputs.labelled(rng, samples=1),
        SURE_RIGHT: partial(inputs.sure_labelled, right=True),
        SURE_WRONG: partial(inputs.sure_labelled, right=False),
    },
    misconceptions=(
        Misconception(
            "picked whole columns instead of one element of each sample",
            mistakes.cross_entropy_of_columns,
            hint="Print the shape of what you index with [:, classes]. How many elements should it"
            " have?",
        ),
        Misconception(
            "summed over the wrong axis",
            partial(mistakes.cross_entropy_along, axis=0),
            hint="Add up one row of your probabilities. Is it 1?",
        ),
        Misconception(
            "left out the targets",
            lambda z, classes: {"the gradient": nn.softmax(z) / len(z)},
            hint="Your gradient is the same whatever the right classes are.",
        ),
        Misconception(
            "subtracted 1 for every class",
            lambda z, classes: {"the gradient": (nn.softmax(z) - 1) / len(z)},
            hint="All your slopes are negative, as if every class were the right one.",
        ),
        Misconception(
            "left out the logarithm",
            lambda z, classes: {"the loss": -np.mean(nn.softmax(z)[np.arange(len(z)), classes])},
            hint="Your loss is never positive. What is done to the probability of the right class?",
        ),
        *averages(right.cross_entropy),
        *rounded(
            mistakes.cross_entropy_of_probabilities, mistakes.cross_entropy_of_all_probabilities
        ),
        *guarded(*(partial(mistakes.cross_entropy_of_probabilities, raised=eps) for eps in GUARDS)),
        *overflow(
            mistakes.cross_entropy_along,
            partial(mistakes.cross_entropy_along, one_hot=True),
            mistakes.cross_entropy_with_exponential,
        ),
        Misconception(
            "added the logarithms of the other classes",
            mistakes.cross_entropy_of_all_classes,
            hint="Of the sum over the classes, how many terms survive for one sample?",
        ),
        Misconception(
            "used separate sigmoids",
            mistakes.cross_entropy_of_sigmoids,
            hint="Exactly one class is right. Which outputs are meant for that?",
        ),
    ),
    read="backpropagation/losses#many-classes-softmax",
)
