"""Checks of single neurons: the curves, and how steep they are."""

from functools import partial

import numpy as np

from course_lib.grading.assignments.neurons import inputs, mistakes
from course_lib.grading.assignments.neurons import references as right
from course_lib.grading.checks import Check, Misconception

OVERFLOW = "let the exponential overflow"
OVERFLOW_HINT = "Try your function on 1000 and on -1000. Which exponential gets too large?"
OVERFLOW_MORE = (
    "Where two exponentials that are infinite are divided, NaN comes out. Rewrite the formula so"
    " that no exponent is ever positive."
)
CURVES = "neurons/neuron#the-sigmoid-and-its-slope"
OTHER_CURVES = "neurons/neuron#tanh-and-the-rectifier"


def overflow(*returns):
    """The mistake that all functions with exponentials share, in each form that it takes."""
    return tuple(Misconception(OVERFLOW, r, OVERFLOW_HINT, OVERFLOW_MORE) for r in returns)


SIGMOID = Check(
    reference=right.sigmoid,
    ordinary=inputs.potentials,
    outputs=("the activation",),
    edge_cases={
        "the potentials are large": inputs.large_potentials,
        "there is one potential": lambda rng: (3 * rng.normal(size=(1,)),),
    },
    misconceptions=(
        Misconception(
            "left out the minus sign",
            lambda u: 1 - right.sigmoid(u),
            hint="Your curve falls. A neuron should fire more as its potential rises.",
            more="Look at the sign in the exponent.",
        ),
        *overflow(mistakes.sigmoid_that_overflows),
        Misconception(
            "left out the parentheses",
            lambda u: 1 / 1 + np.exp(-u),
            hint="Python divides before it adds. What exactly stands below the fraction line?",
        ),
        Misconception(
            "written tanh instead of the sigmoid",
            np.tanh,
            hint="Between which two values should the activation lie? Look at potential 0, too.",
        ),
        Misconception(
            "returned the slope instead of the activation",
            lambda u: right.slopes(u)[0],
            hint="At large potentials a neuron fires at its full rate; yours goes quiet again.",
        ),
    ),
    read=CURVES,
)

TANH = Check(
    reference=right.tanh,
    ordinary=inputs.potentials,
    outputs=("the activation",),
    edge_cases={
        "the potentials are large": inputs.large_potentials,
        "there is one potential": lambda rng: (3 * rng.normal(size=(1,)),),
    },
    misconceptions=(
        *overflow(
            mistakes.tanh_that_overflows,
            mistakes.tanh_that_overflows_upwards,
            mistakes.tanh_that_overflows_downwards,
        ),
        Misconception(
            "forgotten to double the potential",
            lambda u: np.tanh(u / 2),
            hint="Your curve has the right height, but it is too wide.",
            more="The sigmoid is stretched in height and squeezed in width. Where is the second?",
        ),
        Misconception(
            "forgotten to shift the curve down",
            lambda u: np.tanh(u) + 1,
            hint="What should come out for a potential of 0, and what comes out?",
        ),
        Misconception(
            "written the sigmoid instead of tanh",
            right.sigmoid,
            hint="Your activations are never negative. On which sides of 0 does tanh lie?",
        ),
        Misconception(
            "swapped what is above and below the line",
            lambda u: 1 / np.tanh(u),
            hint="At potential 0 your function divides by 0.",
        ),
        Misconception(
            "left out the parentheses",
            lambda u: np.exp(u) - np.exp(-u) / np.exp(u) + np.exp(-u),
            hint="Python divides before it adds. What exactly stands below the fraction line?",
        ),
    ),
    read=OTHER_CURVES,
)

SLOPES = Check(
    reference=right.slopes,
    ordinary=inputs.potentials,
    outputs=("the slope of the sigmoid", "the slope of tanh", "the slope of the rectifier"),
    edge_cases={
        "a potential is exactly 0": inputs.zero_potentials,
        "the potentials are large": inputs.large_potentials,
    },
    misconceptions=(
        Misconception(
            "returned the activation instead of its slope",
            mistakes.slopes_that_are_activations,
            hint="Draw this next to the curve itself. How steep is the curve far to the right?",
        ),
        Misconception(
            "put the potential where the activation belongs",
            mistakes.slopes_of_potentials,
            hint="The slope is written in terms of f(u), and not of u.",
            more="Compute the activation first, then the slope from that.",
        ),
        Misconception(
            "left out the square",
            lambda u: {"the slope of tanh": 1 - np.tanh(u)},
            hint="A slope that is the same at u and at -u: yours is not.",
            read="neurons/neuron#questions",
        ),
        Misconception(
            "used the slope of the sigmoid for tanh",
            lambda u: {"the slope of tanh": np.tanh(u) * (1 - np.tanh(u))},
            hint="Tanh is steepest at 0. How steep is it there by your formula?",
            read="neurons/neuron#questions",
        ),
        Misconception(
            "counted the slope at 0 as 1",
            lambda u: {"the slope of the rectifier": (u >= 0).astype(float)},
            hint="At exactly 0 the rectifier has no slope. Which value does the exercise ask for?",
            read=OTHER_CURVES,
        ),
        Misconception(
            "given silent rectifiers a slope of -1",
            lambda u: {"the slope of the rectifier": np.sign(u)},
            hint="How much does max(0, u) change where the potential is negative?",
            read=OTHER_CURVES,
        ),
        *overflow(
            partial(mistakes.slopes_that_overflow, tanh=mistakes.tanh_that_overflows, sign=-1),
            partial(
                mistakes.slopes_that_overflow,
                tanh=mistakes.tanh_that_overflows_upwards,
                sign=1,
            ),
            partial(
                mistakes.slopes_that_overflow,
                tanh=mistakes.tanh_that_overflows_downwards,
                sign=1,
            ),
        ),
    ),
    read=CURVES,
)
