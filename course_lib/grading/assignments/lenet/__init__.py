"""The checks of the assignment ``lenet``: its parts, its counts, and what it may refuse to read."""

from functools import partial

import numpy as np

from course_lib.grading.assignments.lenet import inputs, mistakes
from course_lib.grading.assignments.lenet import references as right
from course_lib.grading.checks import Check, Misconception

NETWORK = "convolution/lenet-1989#the-network"
COUNTING = "convolution/lenet-1989#counting-and-a-slip"
REJECTION = "convolution/lenet-1989#mistakes"
FLIP = "convolution/convolution#correlation-is-not-convolution"
SIZES = "convolution/convolution#padding-and-stride"

FLIPPED = "turned the kernel around"
NO_BIAS = "left out the bias"
NO_ACTIVATION = "left out the activation function"

PREPARE = Check(
    reference=right.prepare,
    ordinary=inputs.pictures,
    outputs=("the prepared images",),
    edge_cases={
        "there is one image": partial(inputs.pictures, samples=1),
        "all of it is paper": partial(inputs.pictures, paper=True),
    },
    misconceptions=(
        Misconception(
            "put a border of zeros around",
            lambda images: mistakes.bordered(mistakes.scale(images), 0.0),
            hint="Is 0 what the paper looks like, after scaling?",
        ),
        Misconception(
            "let the whole numbers wrap around",
            lambda images: mistakes.bordered(2 * images / 255 - 1),
            hint="A pixel is stored in one byte, and twice 200 is more than a byte can hold.",
            more="Make numbers with a fraction of the pixels before you compute with them.",
        ),
        Misconception(
            "scaled to 0..1",
            lambda images: mistakes.bordered(images / 255),
            hint="Ink should become 1, and paper should become something else than 0.",
        ),
        Misconception(
            "taken ink for paper",
            lambda images: mistakes.bordered(-mistakes.scale(images)),
            hint="A pixel of 255 is full of ink. What have you made of it?",
        ),
        Misconception(
            "left out the axis of the channels",
            lambda images: mistakes.bordered(mistakes.scale(images))[:, 0],
            hint="Convolutional layers want images with channels, even if there is only one.",
        ),
        Misconception(
            "put the whole padding on one side",
            lambda images: mistakes.bordered(mistakes.scale(images), width=(0, 4)),
            hint="A border goes around the image: where does its first row of pixels end up?",
            read=SIZES,
        ),
    ),
    read=NETWORK,
)

H1 = Check(
    reference=right.h1,
    ordinary=inputs.first_layer,
    outputs=("the activations",),
    edge_cases={
        "there is one image": partial(inputs.first_layer, samples=1),
        "there is one map": partial(inputs.first_layer, maps=1),
        "the weights are large": partial(inputs.first_layer, scale=50.0),
    },
    misconceptions=(
        Misconception(
            NO_ACTIVATION,
            partial(mistakes.first, activation=lambda u: u),
            hint="These are potentials. What does a unit make of its potential?",
        ),
        Misconception(
            NO_BIAS,
            lambda x, w, b: mistakes.first(x, w, 0 * b),
            hint="Even where weights are shared, every unit has one number of its own.",
        ),
        Misconception(
            "used one bias for the whole map",
            lambda x, w, b: mistakes.first(x, w, b[:, :1, :1]),
            hint="Today units of a map share their bias. Did they in 1989?",
        ),
        Misconception(
            "added the bias after the activation",
            lambda x, w, b: mistakes.first(x, w, 0, after=b),
            hint="The bias is a part of the potential. Can your activations be larger than 1?",
        ),
        Misconception(
            FLIPPED,
            lambda x, w, b: mistakes.first(x, w[:, :, ::-1, ::-1], b),
            hint="That is a true convolution. Which of the two do networks compute?",
            read=FLIP,
        ),
    ),
    read=NETWORK,
)

WIRING = Check(
    reference=right.wiring,
    ordinary=inputs.circle,
    outputs=("the table",),
    edge_cases={
        "every map sees all maps": partial(inputs.circle, maps=6, seen=6),
        "every map sees one map": partial(inputs.circle, seen=1),
    },
    misconceptions=(
        Misconception(
            "let the numbers run past the last map",
            lambda maps, seen: np.arange(maps)[:, None] + np.arange(seen),
            hint="There is no map with the largest number in your table. What follows the last?",
        ),
        Misconception(
            "begun every row at map 0",
            lambda maps, seen: np.tile(np.arange(seen), (maps, 1)),
            hint="In your table some maps of the layer below are seen by nobody.",
        ),
        Misconception(
            "counted from 1",
            lambda maps, seen: right.wiring(maps, seen) + 1,
            hint="Arrays begin with map number 0.",
        ),
        Misconception(
            "begun each row where the row before ends",
            lambda maps, seen: (np.arange(maps * seen) % maps).reshape(maps, seen),
            hint="From one row to the next the first map moves on by one.",
        ),
        Misconception(
            "sorted the rows",
            lambda maps, seen: np.sort(right.wiring(maps, seen), axis=1),
            hint="The right maps, but the kernel's slices belong to them in the order asked for.",
        ),
    ),
    read=NETWORK,
)

H2 = Check(
    reference=right.h2,
    ordinary=inputs.second_layer,
    outputs=("the activations",),
    edge_cases={
        "there is one image": partial(inputs.second_layer, samples=1),
        "every map sees one map": partial(inputs.second_layer, seen=1),
    },
    misconceptions=(
        Misconception(
            "put a border of zeros around",
            partial(mistakes.second, border=0.0),
            hint="What is the value of a unit that sees only background? It is not 0.",
        ),
        Misconception(
            "looked at the first maps whatever the table says",
            lambda a, w, t, b: mistakes.second(a, w, np.arange(t.shape[1]) + 0 * t, b),
            hint="Who sees whom stands in the table; two rows of it need not be alike.",
        ),
        Misconception(
            "sorted the rows",
            lambda a, w, t, b: mistakes.second(a, w, np.sort(t, axis=1), b),
            hint="Slice number f of a kernel belongs to map number f of the row, in its order.",
        ),
        Misconception(
            NO_ACTIVATION,
            partial(mistakes.second, activation=lambda u: u),
            hint="These are potentials. What does a unit make of its potential?",
        ),
        Misconception(
            NO_BIAS,
            lambda a, w, t, b: mistakes.second(a, w, t, 0 * b),
            hint="Even where weights are shared, every unit has one number of its own.",
        ),
        Misconception(
            FLIPPED,
            lambda a, w, t, b: mistakes.second(a, w[:, :, ::-1, ::-1], t, b),
            hint="That is a true convolution. Which of the two do networks compute?",
            read=FLIP,
        ),
    ),
    read=NETWORK,
)

LENET_COUNTS = Check(
    reference=right.lenet_counts,
    ordinary=inputs.layer,
    outputs=("the units", "the connections", "the parameters"),
    edge_cases={"there is one map below": partial(inputs.layer, seen=1)},
    misconceptions=(
        Misconception(
            "counted one bias for each map",
            lambda *a: {"the parameters": a[0] * (a[4] * a[3] ** 2 + 1)},
            hint="So do the networks of today. In 1989 a bias was not shared.",
        ),
        Misconception(
            "forgotten the biases",
            lambda *a: {
                "the connections": a[0] * a[1] * a[2] * a[4] * a[3] ** 2,
                "the parameters": a[0] * a[4] * a[3] ** 2,
            },
            hint="A unit adds up one number more than there are units in its windows.",
        ),
        Misconception(
            "forgotten that weights are shared",
            lambda *a: {"the parameters": right.lenet_counts(*a)[1]},
            hint="How many different numbers are there to learn? One map, one kernel.",
        ),
        Misconception(
            "counted a kernel with a single slice",
            lambda maps, rows, columns, size, seen: right.lenet_counts(
                maps, rows, columns, size, 1
            ),
            hint="The kernel needs weights for each of the maps that it looks at.",
        ),
    ),
    read=COUNTING,
)

REJECT = Check(
    reference=right.reject,
    ordinary=inputs.answers,
    outputs=("the rejected share", "the mistakes that remain"),
    edge_cases={
        "no mistake is allowed": partial(inputs.answers, rate=0.0),
        "everything must be rejected": inputs.hopeless_answers,
        "nothing must be rejected": partial(inputs.answers, rate=1.0),
    },
    misconceptions=(
        Misconception(
            "ranked by the largest output alone",
            partial(mistakes.rejected, sureness=lambda ranked: ranked[:, -1]),
            hint="A large output is no sign of being sure if another one is as large.",
        ),
        Misconception(
            "rejected those that are sure",
            partial(mistakes.rejected, sureness=lambda ranked: ranked[:, -2] - ranked[:, -1]),
            hint="Who goes to the clerk: a letter that is easy to read, or one that is not?",
        ),
        Misconception(
            "returned the share that is kept",
            mistakes.kept,
            hint="Kept and rejected make up everything; asked for is the other one.",
        ),
        Misconception(
            "compared the mistakes with all digits",
            partial(mistakes.rejected, of_all=True),
            hint="The rate is that of the digits that the machine reads, not of all that come.",
        ),
        Misconception(
            "stopped at the first mistake too many",
            partial(mistakes.rejected, first_only=True),
            hint="One mistake too many may be made up for by right answers that follow.",
        ),
    ),
    read=REJECTION,
)

CHECKS = {
    "prepare": PREPARE,
    "h1": H1,
    "wiring": WIRING,
    "h2": H2,
    "lenet_counts": LENET_COUNTS,
    "reject": REJECT,
}
