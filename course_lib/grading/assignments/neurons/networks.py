"""Checks of whole networks: what they compute, and what is decided from that."""

from functools import partial

import numpy as np

from course_lib.grading.assignments.neurons import inputs, mistakes
from course_lib.grading.assignments.neurons import references as right
from course_lib.grading.assignments.neurons.curves import overflow
from course_lib.grading.checks import Check, Misconception

NETWORK = "neurons/mlp#the-network"
HEADS = "neurons/mlp#one-class-or-several-labels"

MLP_FORWARD = Check(
    reference=right.mlp_forward,
    ordinary=inputs.network,
    outputs=("the list of hidden activations", "the array of potentials"),
    edge_cases={
        "there is one sample": lambda rng: inputs.network(rng, samples=1),
        "there is no hidden layer": lambda rng: inputs.network(rng, sizes=[4, 3]),
    },
    misconceptions=(
        Misconception(
            "applied the activation to the last layer as well",
            partial(mistakes.forward, output=np.tanh),
            hint="The last layer hands out its potentials. What comes after them depends on the"
            " task.",
            read="neurons/mlp#what-comes-out-a-number-or-a-decision",
        ),
        Misconception(
            "left out the activation between the layers",
            partial(mistakes.forward, hidden=lambda u: u),
            hint="Without it, all your layers together are no more than a single one.",
        ),
        Misconception(
            "left out the thresholds",
            partial(mistakes.forward, sign=0),
            hint="Feed your network a batch of zeros: which layer can still say something?",
        ),
        Misconception(
            "subtracted the thresholds",
            partial(mistakes.forward, sign=-1),
            hint="Mind the sign: in this course a large threshold makes an eager neuron.",
            read="neurons/neuron#what-the-brain-does",
        ),
        Misconception(
            "added the thresholds after the activation",
            mistakes.forward_with_thresholds_outside,
            hint="An activation of tanh is never larger than 1; some of yours are.",
        ),
        Misconception(
            "used the sigmoid in the hidden layers",
            partial(mistakes.forward, hidden=right.sigmoid),
            hint="Which activation function does this exercise ask for?",
        ),
        Misconception(
            "counted the inputs as a hidden layer",
            lambda x, w, t: {"the list of hidden activations": [x, *right.mlp_forward(x, w, t)[0]]},
            hint="Layer 0 is what the network is given. How many hidden layers has it?",
        ),
        Misconception(
            "counted the outputs as a hidden layer",
            lambda x, w, t: {
                "the list of hidden activations": [
                    *right.mlp_forward(x, w, t)[0],
                    right.mlp_forward(x, w, t)[1],
                ]
            },
            hint="The last layer is not hidden. How many hidden layers has the network?",
        ),
        Misconception(
            "kept the potentials instead of the activations",
            mistakes.hidden_potentials,
            hint="What you pass on to the next layer is right; what you put in the list is not.",
        ),
    ),
    read=NETWORK,
)

SOFTMAX = Check(
    reference=right.softmax,
    ordinary=inputs.potentials,
    outputs=("the array of probabilities",),
    edge_cases={
        "the potentials are large": inputs.large_potentials,
        "some samples have much larger potentials than others": inputs.uneven_potentials,
        "there is one sample": lambda rng: inputs.potentials(rng, samples=1),
    },
    misconceptions=(
        *overflow(lambda u: mistakes.shares(np.exp(u))),
        Misconception(
            "summed over the wrong axis",
            lambda u: mistakes.shares(np.exp(u - u.max(axis=0)), axis=0),
            hint="Add up one row of your result. Whose probabilities should add to 1?",
        ),
        Misconception(
            "divided by the sum over the whole batch",
            lambda u: mistakes.shares(np.exp(u), axis=None),
            hint="Add up one row of your result. Do the samples share one probability?",
        ),
        Misconception(
            "subtracted the largest potential of the whole batch",
            lambda u: mistakes.shares(np.exp(u - u.max())),
            hint="If one sample has potentials around 2000, what becomes of one around 0?",
            more="Each sample may be shifted by a number of its own.",
        ),
        Misconception(
            "subtracted the maximum above the line only",
            mistakes.softmax_shifted_above_only,
            hint="A constant cancels only if it is taken from all the potentials, above and below.",
        ),
        *(
            Misconception(
                "left out the division by the sum",
                returns,
                hint="Probabilities of classes that exclude each other have a sum. Which?",
            )
            for returns in (np.exp, lambda u: np.exp(u - u.max(axis=1, keepdims=True)))
        ),
        Misconception(
            "left out the exponential",
            mistakes.shares,
            hint="A probability is never negative; some of yours are.",
        ),
        Misconception(
            "used separate sigmoids",
            right.sigmoid,
            hint="Here the classes exclude each other: as one wins, the others have to give way.",
        ),
    ),
    read=HEADS,
)

DECIDE = Check(
    reference=right.decide,
    ordinary=inputs.potentials,
    outputs=("the array of classes", "the array of labels"),
    edge_cases={
        "two classes are equally likely": inputs.tied_potentials,
        "a potential is exactly 0": inputs.zero_potentials,
        "no label applies": inputs.silent_potentials,
        "the potentials are large": inputs.large_potentials,
    },
    misconceptions=(
        Misconception(
            "compared the potential with one half",
            lambda u: {"the array of labels": (u >= 0.5).astype(int)},
            hint="It is the probability that must reach one half. At which potential does it?",
            read="neurons/neuron#what-one-neuron-can-decide",
        ),
        Misconception(
            "let the labels compete",
            lambda u: {"the array of labels": (right.softmax(u) >= 0.5).astype(int)},
            hint="Your samples never have more than one label or two. May a street show a car, a"
            " dog and a tree?",
        ),
        Misconception(
            "given every sample exactly one label",
            lambda u: {"the array of labels": mistakes.one_hot(u)["the array of classes"]},
            hint="A sample may have several labels, or none. Ask each potential by itself.",
        ),
        Misconception(
            "called an exact half a no",
            lambda u: {"the array of labels": (u > 0).astype(int)},
            hint="What does the exercise ask for when the probability is exactly one half?",
        ),
        Misconception(
            "returned probabilities instead of decisions",
            lambda u: {
                "the array of classes": right.softmax(u).max(axis=1),
                "the array of labels": right.sigmoid(u),
            },
            hint="A decision is a whole number: a class, or a yes (1) or no (0).",
        ),
        Misconception(
            "searched along the wrong axis",
            lambda u: {"the array of classes": np.argmax(u, axis=0)},
            hint="You found a sample for each class. Needed is a class for each sample.",
        ),
        Misconception(
            "counted the classes from 1",
            lambda u: {"the array of classes": np.argmax(u, axis=1) + 1},
            hint="What is the number of the first class?",
        ),
        Misconception(
            "returned rows of zeros and a one instead of class numbers",
            mistakes.one_hot,
            hint="Needed is one number for each sample.",
        ),
        Misconception(
            "taken the last of the tied classes",
            mistakes.last_of_the_tied,
            hint="Which of two classes that are equally likely does the exercise ask for?",
        ),
        *overflow(mistakes.decided_by_overflowing),
    ),
    read=HEADS,
)

LOCAL_MAP = Check(
    reference=right.local_map,
    ordinary=inputs.point_and_network,
    outputs=("the matrix", "the constant"),
    edge_cases={
        "there is no hidden layer": lambda rng: inputs.point_and_network(rng, (5, 3)),
        "all neurons of a layer are silent": inputs.point_and_silent_network,
    },
    misconceptions=(
        Misconception(
            "treated all neurons as active",
            mistakes.map_of_all_neurons,
            hint="At this point some neurons are silent. What do they hand on?",
        ),
        Misconception(
            "switched off outputs as well",
            mistakes.map_with_silent_outputs,
            hint="The last layer has no rectifiers: its potentials may be negative.",
        ),
        Misconception(
            "kept only the last threshold",
            lambda x, weights, thetas: {"the constant": thetas[-1]},
            hint="What do the thresholds of the hidden layers become at the output?",
        ),
        Misconception(
            "let silent neurons hand on their thresholds",
            mistakes.constant_with_silent_thresholds,
            hint="A silent neuron says 0, whatever its threshold is.",
        ),
        Misconception(
            "returned the output instead of the constant",
            mistakes.constant_that_is_the_output,
            hint="Put your two results together: is the matrix times x, plus your constant, what"
            " the network says?",
        ),
    ),
    read=NETWORK,
)
