"""Checks of whole descents: one that is judged by where it arrives, and one that looks ahead."""

from functools import partial

import numpy as np

from course_lib.grading import compare
from course_lib.grading.assignments.optimizers import inputs, mistakes
from course_lib.grading.assignments.optimizers import references as right
from course_lib.grading.assignments.optimizers.updates import MARBLE, UPHILL
from course_lib.grading.checks import Check, Misconception
from course_lib.grading.trials import Failure

AWAY = 100  # times the loss at the start: so far a marble that overshoots does not get
TWO_WEIGHTS = "optimizing/step-size#two-weights-the-ravine"


def arrived(result, slope, w):
    """Why the weights that ``train`` returned are not good enough; None if they are.

    The loss is computed here. Nothing that the student's function says of it counts.
    """
    weights = compare.numeric(result)
    if weights is None or weights.shape != w.shape or np.iscomplexobj(weights):
        expected = f"expected weights of shape {w.shape}, got {compare.describe(result)}"
        return Failure("returned something else than weights", expected)
    with np.errstate(all="ignore"):
        left = slope.loss(weights.astype(float)) / slope.loss(w)
    if left <= inputs.GOAL:
        return None
    if np.array_equal(weights, w):
        return Failure("returned the start", "these are the weights that you started from")
    if not left < AWAY:
        said = "the loss is far above that at the start: the descent ran away. Is a step too long?"
        return Failure("let the weights run away", said)
    said = f"{left:.3g} of the loss is left after {slope.asked} slopes; {inputs.GOAL} was the goal"
    return Failure("not arrived in time", said)


def asking_for_too_much(slope, w):
    """Mistake: more slopes than there are."""
    for _ in range(inputs.SLOPES + 1):
        slope(w)


TRAIN = Check(
    reference=lambda slope, w: w,
    ordinary=inputs.ravine,
    outputs=("the array of weights",),
    edge_cases={
        "there are twelve weights": partial(inputs.ravine, size=12),
        "the start is far away": partial(inputs.ravine, start=1e4),
    },
    misconceptions=(
        Misconception(
            "asked for too many slopes",
            asking_for_too_much,
            hint=f"There are {inputs.SLOPES} in all. One for each step is enough.",
        ),
    ),
    read=TWO_WEIGHTS,
    float32=False,
    judge=arrived,
)

NESTEROV = Check(
    reference=right.nesterov,
    ordinary=inputs.run,
    outputs=("the path",),
    edge_cases={
        "there is no momentum": partial(inputs.run, mu=0.0),
        "there are no steps": partial(inputs.run, steps=0),
    },
    misconceptions=(
        Misconception(
            "taken the slope where the weights are",
            partial(mistakes.nesterov, look=lambda mu: 0),
            hint="This is the momentum of exercise 1. Where should the marble look?",
        ),
        Misconception(
            "looked ahead by the whole velocity",
            partial(mistakes.nesterov, look=lambda mu: 1),
            hint="Of its velocity the marble keeps only a part. How far will that carry it?",
        ),
        Misconception(
            "looked back instead of ahead",
            partial(mistakes.nesterov, look=lambda mu: -mu),
            hint="On which side of the weights lies the point to which the velocity leads?",
        ),
        Misconception(
            "started the step from the point ahead",
            partial(mistakes.nesterov, jump=True),
            hint="The marble only looks from there. Your velocity moves it twice.",
        ),
        Misconception(
            UPHILL,
            partial(mistakes.nesterov, sign=1),
            hint="The slope points to where the loss grows.",
        ),
        Misconception(
            "left the start out of the path",
            lambda *a: right.nesterov(*a)[1:],
            hint="How many points has a path of T steps?",
        ),
        Misconception(
            "returned only the last point",
            lambda *a: right.nesterov(*a)[-1],
            hint="Asked for is the whole path, one row a point.",
        ),
        Misconception(
            "put the same array into the path each time",
            mistakes.path_of_one_array,
            hint="All rows of your path are equal. What does += do to an array that is in a list"
            " already?",
        ),
    ),
    read=MARBLE,
    float32=False,
)
