"""Checks of correlation and convolution, and of a convolutional layer in both directions."""

from functools import partial

import numpy as np

from course_lib.grading.assignments.convolution import inputs, mistakes
from course_lib.grading.assignments.convolution import references as right
from course_lib.grading.checks import Check, Misconception

FLIP = "convolution/convolution#correlation-is-not-convolution"
BY_HAND = "convolution/convolution#one-dimension-by-hand"
TWO = "convolution/convolution#two-dimensions"
SIZES = "convolution/convolution#padding-and-stride"
BACKWARD = "convolution/learning-kernels#backward-through-a-convolution"

NO_STRIDE = "moved the window by one pixel, whatever the stride"
FLIPPED = "turned the kernel around"
NO_PADDING = "left out the padding"
AT_THE_END = "put the whole padding on one side"

SLIDE = Check(
    reference=right.slide,
    ordinary=inputs.signal,
    outputs=("the correlation", "the convolution"),
    edge_cases={
        "the kernel is as long as the signal": inputs.signal_of_one_window,
        "the kernel has one weight": partial(inputs.signal, kernel=1),
        "the values are large": partial(inputs.signal, scale=1e6),
    },
    misconceptions=(
        Misconception(
            "left out the flip",
            lambda x, w: {"the convolution": np.correlate(x, w, "valid")},
            hint="Send in a single 1: does your convolution answer with the kernel as it is?",
            more="Your two results are equal. Which index runs backwards in a convolution?",
            read=FLIP,
        ),
        Misconception(
            "mixed up correlation and convolution",
            lambda x, w: right.slide(x, w)[::-1],
            hint="In one of the two formulas both indices grow together. Which one is it?",
            read=FLIP,
        ),
        Misconception(
            "let the kernel hang over the ends",
            lambda x, w: (np.correlate(x, w, "full"), np.convolve(x, w, "full")),
            hint="Asked for are only the places where all of the kernel lies on the signal.",
            read=BY_HAND,
        ),
        Misconception(
            "let the kernel hang over the ends",
            lambda x, w: (np.correlate(x, w, "same"), np.convolve(x, w, "same")),
            hint="Asked for are only the places where all of the kernel lies on the signal.",
            read=BY_HAND,
        ),
        Misconception(
            "left out the last place",
            lambda x, w: tuple(y[:-1] for y in right.slide(x, w)),
            hint="Count the places on paper for a signal of 5 and a kernel of 3.",
            more="How many places are there if kernel and signal are equally long?",
            read=BY_HAND,
        ),
        Misconception(
            "turned the result around instead of the kernel",
            lambda x, w: {"the convolution": right.slide(x, w)[0][::-1]},
            hint="Turning around the answer is not the same as turning around the question.",
            read=FLIP,
        ),
        Misconception(
            "used one weight for the whole window",
            lambda x, w: tuple(
                w[np.arange(y.size) % w.size] * np.convolve(x, np.ones(w.size), "valid")
                for y in right.slide(x, w)
            ),
            hint="The weight must move along the window together with the value it belongs to.",
            read=BY_HAND,
        ),
    ),
    read=BY_HAND,
)

CONV2D = Check(
    reference=right.conv2d,
    ordinary=inputs.images,
    outputs=("the array of feature maps",),
    edge_cases={
        "there is one image of one channel": partial(inputs.images, samples=1, channels=1),
        "there is no padding": partial(inputs.images, padding=0),
        "some pixels are seen by no window": inputs.images_with_unseen_pixels,
        "the kernel is as large as the image": partial(inputs.images, size=(7, 9), padding=0),
    },
    misconceptions=(
        Misconception(
            FLIPPED,
            lambda x, w, b, s, p: right.conv2d(x, w[:, :, ::-1, ::-1], b, s, p),
            hint="That is a true convolution. Which of the two do networks compute?",
            read=FLIP,
        ),
        Misconception(
            NO_PADDING,
            lambda x, w, b, s, p: right.conv2d(x, w, b, s, 0),
            hint="Your maps are right for images without a border.",
            read=SIZES,
        ),
        Misconception(
            "left out the stride",
            lambda x, w, b, s, p: right.conv2d(x, w, b, 1, p),
            hint="Your windows stand at every pixel. How far apart should they be?",
            read=SIZES,
        ),
        Misconception(
            NO_STRIDE,
            mistakes.maps_in_corner,
            hint="You make as many windows as you should. But where does window number 2 begin?",
            read=SIZES,
        ),
        Misconception(
            "left out the bias",
            lambda x, w, b, s, p: right.conv2d(x, w, 0 * b, s, p),
            hint="Each map is off by one constant. Whose number is missing?",
        ),
        Misconception(
            "added the bias more than once",
            mistakes.bias_of_every_product,
            hint="Each map is off by a constant. Inside which loop do you add the bias?",
        ),
        Misconception(
            "added the bias more than once",
            mistakes.bias_of_every_channel,
            hint="Each map is off by a constant. Inside which loop do you add the bias?",
        ),
        Misconception(
            "used the first channel only",
            lambda x, w, b, s, p: right.conv2d(x[:, :1], w[:, :1], b, s, p),
            hint="A kernel has a slice for each channel, and adds up what all of them see.",
        ),
        Misconception(
            "left out the last place",
            mistakes.last_window_missing,
            hint="Some windows on the right and at the bottom fit in and are missing.",
            more="Count on paper: how many windows of 3 fit into 7 pixels, 2 apart?",
            read=SIZES,
        ),
        Misconception(
            AT_THE_END,
            mistakes.padded_at_the_end,
            hint="A border goes around the image: where does the first row of pixels end up?",
            read=SIZES,
        ),
        Misconception(
            "put the channels last",
            lambda *a: np.moveaxis(right.conv2d(*a), 1, -1),
            hint="The values are right. In which order does the exercise want the axes?",
        ),
    ),
    read=TWO,
)

CONV2D_BACKWARD = Check(
    reference=right.conv2d_backward,
    ordinary=inputs.blamed_images,
    outputs=("the gradient of x", "the gradient of the kernels", "the gradient of the biases"),
    edge_cases={
        "there is one image of one channel": partial(inputs.blamed_images, samples=1, channels=1),
        "there is no padding": partial(inputs.blamed_images, padding=0),
        "some pixels are seen by no window": inputs.blamed_images_with_unseen_pixels,
    },
    misconceptions=(
        Misconception(
            "let later windows overwrite earlier ones",
            mistakes.overwritten,
            hint="A pixel may lie in several windows. What of it is left after the last of them?",
        ),
        Misconception(
            "handed out the gradient of the border, too",
            mistakes.with_the_border,
            hint="The zeros around the image are not anybody's pixels.",
            more="Which shape must the gradient of x have?",
        ),
        Misconception(
            AT_THE_END,
            mistakes.cut_at_the_end,
            hint="You take the border off, but is it all at the bottom and on the right?",
        ),
        Misconception(
            AT_THE_END,
            mistakes.kernels_of_unpadded_images,
            hint="Where in the padded image does the first row of pixels lie?",
        ),
        Misconception(
            FLIPPED,
            mistakes.flipped_gradient,
            hint="If you add window by window, is there anything to flip? Follow one weight.",
            more="The pixel under weight (0, 0) acts on the output through that very weight.",
        ),
        Misconception(
            NO_STRIDE,
            mistakes.blame_next_to_each_other,
            hint="Where in the image did the window of the output (1, 1) begin?",
        ),
        Misconception(
            "averaged twice",
            mistakes.averaged,
            hint="If the error is a mean over the samples, who has divided by N already?",
            more="The gradient that you are given belongs to that error, whichever it is.",
        ),
        Misconception(
            "left out the sum over the positions",
            lambda d, *a: {"the gradient of the biases": d.sum(axis=0)},
            hint="One bias serves all the units of its map, and each of them has a say.",
        ),
        Misconception(
            "left out the sum over the samples",
            lambda d, *a: {"the gradient of the biases": d.sum(axis=(2, 3))},
            hint="There is one bias for each kernel, and every image has something to say to it.",
        ),
        Misconception(
            "averaged over the positions",
            lambda d, *a: {"the gradient of the biases": d.mean(axis=(2, 3)).sum(axis=0)},
            hint="A shared weight collects the blame of all the places where it is used.",
            read="convolution/learning-kernels#the-same-weights-everywhere",
        ),
    ),
    read=BACKWARD,
)
