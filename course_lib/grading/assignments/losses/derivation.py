"""Checks of the derivation: one weight, all weights of the layer, and the whole Jacobian."""

import numpy as np

from course_lib.grading.assignments.losses import inputs, mistakes
from course_lib.grading.assignments.losses import references as right
from course_lib.grading.assignments.losses.shared import averages, overflow
from course_lib.grading.checks import Check, Misconception

ONE_WEIGHT = "backpropagation/losses#the-slope-of-one-weight-in-full"

TWO_PATHS = Check(
    reference=right.two_paths,
    ordinary=inputs.three_units,
    outputs=("the path through o1", "the path through o2"),
    edge_cases={
        "the target is one-hot": inputs.three_units_one_hot,
        "an output rounds to 0": inputs.three_sure_units,
    },
    misconceptions=(
        Misconception(
            "divided by an output that is 0",
            mistakes.paths_that_divide,
            hint="The derivation ends in a line in which no output stands below a fraction line.",
            more="Cancel on paper first, then compute.",
        ),
        Misconception(
            "left out the activation of the hidden unit",
            lambda h, weight, t: tuple(path / h[1] for path in right.two_paths(h, weight, t)),
            hint="The last link of each path leads from y1 to the weight. How long is it?",
        ),
        Misconception(
            "let the other output rise with this potential, too",
            mistakes.path_of_rising_output,
            hint="Along y1, one output rises and the other falls. Differentiate o2 along y1.",
        ),
        Misconception(
            "forgotten that the other output depends on this potential, too",
            lambda h, weight, t: {"the path through o2": 0.0},
            hint="In which denominators does y1 occur?",
        ),
        Misconception(
            "left out the slope of the logarithm",
            mistakes.paths_without_logarithm,
            hint="The first link of each path leads from the loss to an output, and there is a"
            " logarithm between them.",
        ),
        Misconception(
            "read the indices of the weight in the wrong order",
            mistakes.paths_to_unit_two,
            hint="In this derivation w21 leads from hidden unit 2 to output 1.",
        ),
    ),
    read=ONE_WEIGHT,
)

OUTPUT_LAYER_GRADIENTS = Check(
    reference=right.output_layer_gradients,
    ordinary=inputs.output_layer,
    outputs=("the gradient of the weights", "the gradient of the thresholds"),
    edge_cases={
        "there is one sample": lambda rng: inputs.output_layer(rng, samples=1),
        "the potentials are large": lambda rng: inputs.output_layer(rng, size=3000.0),
    },
    misconceptions=(
        *averages(right.output_layer_gradients, outputs=False),
        Misconception(
            "left out the targets",
            mistakes.layer_with(lambda o, t: o),
            hint="Your gradient is the same whatever the right classes are.",
        ),
        Misconception(
            "subtracted 1 for every class",
            mistakes.layer_with(lambda o, t: o - 1),
            hint="Only one class is right in each sample. From which outputs is something"
            " subtracted?",
        ),
        Misconception(
            "left out the thresholds",
            mistakes.layer_without_thresholds,
            hint="Which potentials does the softmax get?",
        ),
        Misconception(
            "multiplied by the slope of the activation once too often",
            mistakes.layer_with(lambda o, t: (o - t) * o * (1 - o)),
            hint="The slope of the softmax is already in the difference of output and target.",
        ),
        Misconception(
            "left the gradient of the thresholds unsummed",
            mistakes.layer_thresholds(lambda delta: delta),
            hint="There is one threshold for each class. It acts on every sample of the batch.",
        ),
        Misconception(
            "summed over the wrong axis",
            mistakes.layer_thresholds(lambda delta: delta.sum(axis=1)),
            hint="There is one threshold for each class. Over what does its gradient add up?",
        ),
        Misconception(
            "picked whole columns instead of one element of each sample",
            mistakes.layer_of_columns,
            hint="Print what [:, classes] changes in an array of zeros.",
        ),
        *overflow(mistakes.layer_that_overflows),
    ),
    read=ONE_WEIGHT,
)

SOFTMAX_BACKWARD = Check(
    reference=right.softmax_backward,
    ordinary=inputs.gradient_and_outputs,
    outputs=("the gradient",),
    edge_cases={
        "there is one sample": lambda rng: inputs.gradient_and_outputs(rng, samples=1),
        "the gradient is the same for all outputs": inputs.even_gradient_and_outputs,
        "the outputs are exactly 0 and 1": inputs.gradient_and_sure_outputs,
    },
    misconceptions=(
        Misconception(
            "kept only the diagonal of the Jacobian",
            lambda g, o: g * o * (1 - o),
            hint="Every output depends on every potential of its sample. You follow one path only.",
        ),
        Misconception(
            "summed over the wrong axis",
            lambda g, o: o * (g - np.sum(g * o, axis=0)),
            hint="Do the outputs of one sample depend on the potentials of another?",
        ),
        Misconception(
            "summed over the whole batch",
            lambda g, o: o * (g - np.sum(g * o)),
            hint="Do the outputs of one sample depend on the potentials of another?",
        ),
        Misconception(
            "left the outputs out of the sum",
            lambda g, o: o * (g - g.sum(axis=1, keepdims=True)),
            hint="In the sum over the paths, each path has a weight of its own.",
        ),
        Misconception(
            "left out the factor in front",
            lambda g, o: g - np.sum(g * o, axis=1, keepdims=True),
            hint="What should be the gradient of a potential whose output is 0?",
        ),
        Misconception(
            "averaged instead of summed",
            lambda g, o: o * (g - np.mean(g * o, axis=1, keepdims=True)),
            hint="Paths add up. By what does np.mean divide?",
        ),
    ),
    read=ONE_WEIGHT,
)
