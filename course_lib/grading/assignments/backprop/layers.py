"""Checks of one unit, one layer, and gradients by differences."""

from functools import partial

from course_lib.grading.assignments.backprop import inputs, mistakes
from course_lib.grading.assignments.backprop import references as right
from course_lib.grading.checks import Check, Misconception

MOVES = "backpropagation/training#four-moves"
IN_ARRAYS = "backpropagation/chain-rule#in-arrays"
DELTA = "backpropagation/chain-rule#the-letter"
TRUST = "backpropagation/chain-rule#trust-but-check"

NO_SLOPE = "left out the derivative of the activation"
UNSUMMED = "left out the sum over the samples"
POTENTIAL = "put the potential where the activation belongs"

ONE_STEP = Check(
    reference=right.one_step,
    ordinary=inputs.unit,
    outputs=("the array of new weights", "the new threshold", "the error"),
    edge_cases={"there is one input": partial(inputs.unit, features=1)},
    misconceptions=(
        Misconception(
            "gone uphill",
            partial(mistakes.stepped, sign=1),
            hint="After your step the error of this pattern is larger than before.",
            more="The slope points to where the error grows.",
        ),
        Misconception(
            NO_SLOPE,
            partial(mistakes.stepped, slope=mistakes.no_slope),
            hint="The error depends on the output, and the output on the potential: how steeply?",
            read=DELTA,
        ),
        Misconception(
            "left the threshold as it was",
            lambda w, theta, x, t, eta: {"the new threshold": theta},
            hint="The threshold has a slope, too. Which input does it act as the weight of?",
        ),
        Misconception(
            "returned the steps instead of where they lead",
            partial(mistakes.stepped, start=0),
            hint="These are the changes. Asked for are the weights and the threshold after them.",
        ),
        Misconception(
            "left out the learning rate",
            lambda w, theta, x, t, eta: mistakes.stepped(w, theta, x, t, 1.0),
            hint="Your step is the same for every eta.",
        ),
        Misconception(
            "kept the factor of 2 from the square",
            partial(mistakes.stepped, factor=2),
            hint="Your step is twice too long. What is the half in E there for?",
        ),
        Misconception(
            POTENTIAL,
            partial(mistakes.stepped, slope=lambda u, o: u * (1 - u)),
            hint="The slope of the sigmoid is written in terms of its output, and not of u.",
            read=DELTA,
        ),
        Misconception(
            "left out the factor of one half",
            lambda *a: {"the error": 2 * right.one_step(*a)[2]},
            hint="Compare your error with the formula of the exercise, factor by factor.",
        ),
        Misconception(
            "measured the error after the step",
            mistakes.error_after_the_step,
            hint="Which weights did the unit have when it gave the answer that is judged?",
        ),
        Misconception(
            "returned the difference instead of the error",
            lambda w, theta, x, t, eta: {"the error": mistakes.sigmoid(w @ x + theta) - t},
            hint="An error is never negative; some of yours are.",
        ),
    ),
    read=MOVES,
)

LINEAR_BACKWARD = Check(
    reference=right.linear_backward,
    ordinary=inputs.layer,
    outputs=(
        "the gradient of x",
        "the gradient of the weights",
        "the gradient of the bias",
    ),
    edge_cases={
        "there is one sample": partial(inputs.layer, samples=1),
        "there is one neuron": partial(inputs.layer, neurons=1),
        "the values are large": partial(inputs.layer, scale=1e6),
    },
    misconceptions=(
        Misconception(
            "averaged twice",
            mistakes.averaged,
            hint="If the error is a mean over the samples, who has divided by N already?",
            more="The gradient that you are given belongs to that error, whichever it is.",
        ),
        Misconception(
            UNSUMMED,
            lambda g, x, w: {"the gradient of the bias": g},
            hint="There is one bias for each neuron, and every sample has something to say to it.",
            more="What is the shape of the bias? And what is the shape of your gradient of it?",
        ),
        Misconception(
            "summed over the wrong axis",
            lambda g, x, w: {"the gradient of the bias": g.sum(axis=1)},
            hint="Your gradient has one number for each sample. For what should there be one?",
        ),
        Misconception(
            "summed over samples and neurons",
            lambda g, x, w: {"the gradient of the bias": g.sum()},
            hint="Every neuron has a bias of its own, and so a gradient of its own.",
        ),
        Misconception(
            "summed the gradient of x over the samples",
            lambda g, x, w: {"the gradient of x": (g @ w).sum(axis=0)},
            hint="Samples share the weights, and so these add up over samples. Do they share x?",
        ),
        Misconception(
            "handed the gradient on without the weights",
            lambda g, x, w: {"the gradient of x": g},
            hint="An input acts on the outputs through something that can be strong or weak.",
            read="backpropagation/chain-rule#edge-by-edge",
        ),
    ),
    read=IN_ARRAYS,
)

ONE_SIDE = "stepped to one side only"
ONE_SIDE_HINT = (
    "Try f(x) = x² at 0 with a large step: what does your formula give? The error of a quotient"
    " that looks to both sides shrinks much faster with h."
)

NUMERICAL_GRADIENT = Check(
    reference=right.numerical_gradient,
    ordinary=inputs.point,
    outputs=("the gradient",),
    edge_cases={
        "x has three axes": partial(inputs.point, shape=(2, 1, 3)),
        "x holds whole numbers": partial(inputs.point, whole=True),
        "x has one entry": partial(inputs.point, shape=(1,)),
    },
    misconceptions=(
        *(
            Misconception(ONE_SIDE, partial(mistakes.differences, **sides), ONE_SIDE_HINT)
            for sides in (
                {"left": 0, "over": lambda h: h},
                {"right": 0, "over": lambda h: h},
            )
        ),
        Misconception(
            "divided by h instead of by the whole distance",
            partial(mistakes.differences, over=lambda h: h),
            hint="How far apart are the two points at which you call f?",
        ),
        Misconception(
            "left out the division",
            partial(mistakes.differences, over=lambda h: 1),
            hint="A slope is a rise over a run. Where is the run?",
        ),
        Misconception(
            "let the steps pile up",
            mistakes.steps_pile_up,
            hint="When you move the second entry, where is the first one?",
            more="Each entry must be put back before the next is moved.",
        ),
        Misconception(
            "moved all entries at once",
            mistakes.all_at_once,
            hint="That is the slope along a diagonal. Asked for is one slope for each entry.",
        ),
        Misconception(
            "lost the step among whole numbers",
            partial(mistakes.differences, whole=True),
            hint="Assigning 2.001 to an entry of an array of whole numbers leaves a 2 there.",
        ),
        Misconception(
            "returned a flat array",
            lambda f, x, h: right.numerical_gradient(f, x, h).ravel(),
            hint="The gradient has the shape of x, whatever that is.",
        ),
    ),
    read=TRUST,
    rtol=2e-6,
    float32=False,
)
