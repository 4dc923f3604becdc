"""Checks of the five update rules."""

from functools import partial

import numpy as np

from course_lib.grading.assignments.optimizers import inputs, mistakes
from course_lib.grading.assignments.optimizers import references as right
from course_lib.grading.checks import Check, Misconception

STEP = "optimizing/gradient-descent#the-lecture-s-update"
MARBLE = "optimizing/step-size#momentum-with-leakage"
REMEMBER = "optimizing/adaptive#adagrad-remember-everything"
FORGET = "optimizing/adaptive#rmsprop-forget"
BOTH = "optimizing/adaptive#adam-both-and-unbiased"

UPHILL, NO_RATE = "gone uphill", "left out the learning rate"
OLD_MEMORY = "divided by the memory from before this step"
NO_ROOT, NO_SQUARE = "left out the root", "left out the square"
EPS_INSIDE, NO_EPS = "put epsilon below the root", "left out epsilon"
NO_ROOT_HINT = "Multiply the gradient by 1000: the step should stay as it is. Does yours?"
NO_SQUARE_HINT = "Positive and negative gradients must not cancel in this memory."
NO_EPS_HINT = "What is 0 / 0, for a weight that has never had a gradient?"
EPS_INSIDE_HINT = "Where exactly does the exercise add epsilon: before the root is taken, or after?"
OLD_HINT = "This step's gradient belongs to what is remembered, before you divide."

SGD = Check(
    reference=right.sgd_update,
    ordinary=inputs.sgd,
    outputs=("the array of new weights",),
    edge_cases={"there is one weight": partial(inputs.sgd, shape=(1,))},
    misconceptions=(
        Misconception(
            UPHILL,
            lambda w, grad, alpha: w + alpha * grad,
            hint="The gradient points to where the loss grows.",
        ),
        Misconception(
            NO_RATE,
            lambda w, grad, alpha: w - grad,
            hint="Your step is the same for every alpha.",
        ),
        Misconception(
            "returned the step instead of where it leads",
            lambda w, grad, alpha: -alpha * grad,
            hint="This is the change. Asked for are the weights after it.",
        ),
        Misconception(
            "made every step equally long",
            lambda w, grad, alpha: w - alpha * grad / np.linalg.norm(grad),
            hint="The step is in proportion to the gradient, and not only along it.",
        ),
    ),
    read=STEP,
)

MOMENTUM = Check(
    reference=right.momentum_update,
    ordinary=inputs.momentum,
    outputs=("the array of new weights", "the new velocity"),
    edge_cases={"it is the first step": partial(inputs.momentum, first=True)},
    misconceptions=(
        Misconception(
            "written the rule with a velocity in units of the gradient",
            mistakes.other_velocity,
            hint="Some libraries do it so. In the lecture's rule, the learning rate is inside the"
            " velocity.",
            read="optimizing/step-size#questions",
        ),
        Misconception(
            UPHILL,
            mistakes.uphill,
            hint="The gradient points to where the loss grows. Which way should it push?",
        ),
        Misconception(
            "moved by the velocity from before this step",
            mistakes.momentum_from_before,
            hint="Your velocity is right. Does this step's gradient have a say in where the"
            " weights go?",
        ),
        Misconception(
            "subtracted the velocity",
            mistakes.velocity_subtracted,
            hint="Your velocity is right, and it points downhill already.",
        ),
        Misconception(
            "averaged the velocity instead of letting it leak",
            mistakes.averaged_velocity,
            hint="Only what was there before is multiplied by a number below 1.",
        ),
        Misconception(
            "left out the leak",
            mistakes.without_leak,
            hint="Your marble rolls for ever: nothing slows it down.",
        ),
        Misconception(
            NO_RATE,
            lambda w, grad, v, alpha, mu: right.momentum_update(w, grad, v, 1.0, mu),
            hint="Your step is the same for every alpha.",
        ),
    ),
    read=MARBLE,
)

ADAGRAD = Check(
    reference=right.adagrad_update,
    ordinary=inputs.adagrad,
    outputs=("the array of new weights", "the new sum of squares"),
    edge_cases={
        "it is the first step": partial(inputs.adagrad, first=True),
        "a weight has never had a gradient": partial(inputs.adagrad, silent=True),
    },
    misconceptions=(
        Misconception(
            OLD_MEMORY,
            partial(mistakes.adagrad, old=True),
            hint=OLD_HINT,
        ),
        Misconception(
            EPS_INSIDE,
            lambda w, grad, s, alpha, eps: {
                "the array of new weights": mistakes.eps_inside(w, grad, s + grad**2, alpha, eps)
            },
            hint=EPS_INSIDE_HINT,
        ),
        Misconception(
            NO_EPS,
            lambda w, grad, s, alpha, eps: mistakes.adagrad(w, grad, s, alpha, 0.0),
            hint=NO_EPS_HINT,
        ),
        Misconception(
            NO_ROOT, partial(mistakes.adagrad, root=np.asarray), hint=NO_ROOT_HINT, read=REMEMBER
        ),
        *(
            Misconception(NO_SQUARE, partial(mistakes.adagrad, add=add), hint=NO_SQUARE_HINT)
            for add in (np.asarray, np.abs)
        ),
        Misconception(UPHILL, partial(mistakes.adagrad, sign=1), hint="Look at the sign."),
        Misconception(
            "forgotten what was there before",
            lambda w, grad, s, alpha, eps: mistakes.adagrad(w, grad, 0 * s, alpha, eps),
            hint="AdaGrad remembers everything. Does yours?",
        ),
    ),
    read=REMEMBER,
)

RMSPROP = Check(
    reference=right.rmsprop_update,
    ordinary=inputs.rmsprop,
    outputs=("the array of new weights", "the new average of squares"),
    edge_cases={
        "it is the first step": partial(inputs.rmsprop, first=True),
        "a weight has never had a gradient": partial(inputs.rmsprop, silent=True),
    },
    misconceptions=(
        Misconception(
            "added up the squares instead of averaging",
            partial(mistakes.rmsprop, keep=lambda gamma: 1, add=lambda gamma: 1),
            hint="Your memory only grows. What was wrong with that?",
        ),
        Misconception(
            "added the new square with its full weight",
            partial(mistakes.rmsprop, add=lambda gamma: 1),
            hint="The weights of an average add up to 1. Yours?",
        ),
        Misconception(
            "swapped the weights of the old and the new",
            partial(mistakes.rmsprop, keep=lambda gamma: 1 - gamma, add=lambda gamma: gamma),
            hint="With gamma near 1, should the memory be long or short? Is yours?",
        ),
        Misconception(OLD_MEMORY, partial(mistakes.rmsprop, old=True), hint=OLD_HINT),
        Misconception(
            EPS_INSIDE,
            lambda w, grad, r, alpha, gamma, eps: {
                "the array of new weights": mistakes.eps_inside(
                    w, grad, gamma * r + (1 - gamma) * grad**2, alpha, eps
                )
            },
            hint=EPS_INSIDE_HINT,
        ),
        Misconception(
            NO_EPS,
            lambda w, grad, r, alpha, gamma, eps: mistakes.rmsprop(w, grad, r, alpha, gamma, 0.0),
            hint=NO_EPS_HINT,
        ),
        Misconception(NO_ROOT, partial(mistakes.rmsprop, root=np.asarray), hint=NO_ROOT_HINT),
        Misconception(NO_SQUARE, mistakes.unsquared_average, hint=NO_SQUARE_HINT),
    ),
    read=FORGET,
)

NO_CORRECTION = "left out the bias correction"

ADAM = Check(
    reference=right.adam_update,
    ordinary=inputs.adam,
    outputs=("the array of new weights", "the first average", "the second average"),
    edge_cases={
        "it is the first step": partial(inputs.adam, first=True),
        "it is step 20000": partial(inputs.adam, late=True),
        "a weight has never had a gradient": partial(inputs.adam, silent=True),
    },
    misconceptions=(
        *(
            Misconception(
                NO_CORRECTION,
                partial(mistakes.adam, **corrections),
                hint="Both averages start at 0. Are they right already at the first few steps?",
                more="Both need it, and the theorem in the lecture says how much.",
            )
            for corrections in (
                {"first": lambda b, t: 1, "second": lambda b, t: 1},
                {"first": lambda b, t: 1},
                {"second": lambda b, t: 1},
            )
        ),
        Misconception(
            "corrected as at the first step",
            partial(mistakes.adam, first=lambda b, t: 1 - b, second=lambda b, t: 1 - b),
            hint="How biased is an average after a thousand steps? Where is t in your correction?",
        ),
        Misconception(
            "counted the steps from 0",
            partial(
                mistakes.adam,
                first=lambda b, t: 1 - b ** (t - 1),
                second=lambda b, t: 1 - b ** (t - 1),
            ),
            hint="The first step has t = 1.",
        ),
        Misconception(
            "counted the steps from 2",
            partial(
                mistakes.adam,
                first=lambda b, t: 1 - b ** (t + 1),
                second=lambda b, t: 1 - b ** (t + 1),
            ),
            hint="The number of this step is given to you; there is no need to count on.",
        ),
        Misconception(EPS_INSIDE, mistakes.adam_eps_inside, hint=EPS_INSIDE_HINT),
        Misconception(
            NO_EPS,
            mistakes.adam_without_eps,
            hint=NO_EPS_HINT,
        ),
        Misconception(NO_ROOT, mistakes.adam_without_root, hint=NO_ROOT_HINT),
        Misconception(NO_SQUARE, mistakes.adam_with_unsquared_gradient, hint=NO_SQUARE_HINT),
        Misconception(
            "remembered the corrected averages",
            mistakes.adam_remembering_corrected,
            hint="What you hand on will be corrected at the next step once more.",
        ),
        Misconception(
            "swapped the two decay rates",
            mistakes.adam_with_swapped_rates,
            hint="Which of the two averages has the longer memory?",
        ),
        Misconception(
            "put the gradient where its average belongs",
            partial(mistakes.adam, above=lambda grad, m: grad),
            hint="Your first average is right, and it is never used.",
        ),
    ),
    read=BOTH,
)
