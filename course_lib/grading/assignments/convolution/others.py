"""Checks of pooling, of counting, and of the convolution as one large matrix."""

from functools import partial

from course_lib.grading.assignments.convolution import inputs, mistakes
from course_lib.grading.assignments.convolution import references as right
from course_lib.grading.assignments.convolution.layers import FLIPPED, SIZES
from course_lib.grading.checks import Check, Misconception

POOLING = "convolution/convolution#pooling"
BLAME = "convolution/learning-kernels#backward-through-a-pooling"
SHARING = "convolution/learning-kernels#the-same-weights-everywhere"

MAX_POOL = Check(
    reference=right.max_pool,
    ordinary=inputs.overlapping_maps,
    outputs=("the array of pooled maps",),
    edge_cases={
        "the windows lie side by side": inputs.maps,
        "all pixels are negative": partial(inputs.maps, lower=True),
        "some pixels are seen by no window": partial(inputs.maps, shape=(7, 9)),
        "there are gaps between the windows": partial(inputs.maps, stride=3),
    },
    misconceptions=(
        Misconception(
            "laid the windows side by side, whatever the stride",
            mistakes.pooled_next_to_each_other,
            hint="The size of a window and the step to the next are two different numbers.",
            read=SIZES,
        ),
        Misconception(
            "taken the average instead of the largest",
            mistakes.pooled_average,
            hint="Is the feature there at all? One strong pixel is enough of an answer.",
        ),
        Misconception(
            "begun the search for the largest at 0",
            mistakes.pooled_from_zero,
            hint="What is the largest of -3, -1 and -2? And what does your search say?",
        ),
        Misconception(
            "compared absolute values",
            mistakes.pooled_sizes,
            hint="-5 is smaller than 1, however far it is from 0.",
        ),
        Misconception(
            "pooled over the channels as well",
            mistakes.pooled_over_channels,
            hint="Every map is pooled by itself: there are as many maps afterwards as before.",
        ),
    ),
    read=POOLING,
)

MAX_POOL_BACKWARD = Check(
    reference=right.max_pool_backward,
    ordinary=inputs.blamed(inputs.maps),
    outputs=("the gradient of x",),
    edge_cases={
        "pixels of a window are equally large": inputs.blamed(inputs.maps_with_ties),
        "a pixel wins in several windows": inputs.blamed(inputs.overlapping_winners),
        "all pixels are negative": inputs.blamed(partial(inputs.maps, lower=True)),
        "some pixels are seen by no window": inputs.blamed(partial(inputs.maps, shape=(7, 9))),
    },
    misconceptions=(
        Misconception(
            "let all of the largest win",
            partial(mistakes.won, share=mistakes.all_tied),
            hint="In a window of zeros, how much blame do you hand out in all?",
        ),
        Misconception(
            "let the largest share",
            partial(mistakes.won, share=mistakes.shared_among_tied),
            hint="Of pixels that are equally large, the exercise names one winner.",
        ),
        Misconception(
            "let the last of the largest win",
            partial(mistakes.won, share=mistakes.last_tied),
            hint="In a tie, which of the largest does the exercise want? Mind <= and <.",
        ),
        Misconception(
            "let later windows overwrite earlier ones",
            partial(mistakes.won, share=mistakes.first, add=False),
            hint="A pixel may win in several windows. What of it is left after the last of them?",
        ),
        Misconception(
            "shared it out evenly",
            lambda d, x, size, stride: mistakes.won(
                d / size**2, x, size, stride, mistakes.everybody
            ),
            hint="That is right for average pooling. Who is to blame for a maximum?",
        ),
        Misconception(
            "handed it to every pixel of the window",
            partial(mistakes.won, share=mistakes.everybody),
            hint="If a pixel that is not the largest grows a little, does the output change?",
        ),
    ),
    read=BLAME,
)

COUNT = Check(
    reference=right.count,
    ordinary=inputs.layer,
    outputs=("the shape", "the units", "the connections", "the parameters"),
    edge_cases={
        "there is one channel": partial(inputs.layer, channels=1),
        "there is no padding": partial(inputs.layer, padding=0),
        "the windows do not fit evenly": partial(inputs.layer, height=18, size=5, stride=3),
    },
    misconceptions=(
        Misconception(
            "forgotten the biases",
            lambda c, h, w, k, size, s, p: {
                "the connections": right.count(c, h, w, k, size, s, p)[1] * c * size**2,
                "the parameters": k * c * size**2,
            },
            hint="A unit adds up one number more than there are pixels in its window.",
        ),
        Misconception(
            "counted a bias for each unit",
            lambda *a: {"the parameters": right.count(*a)[3] - a[3] + right.count(*a)[1]},
            hint="So did LeNet in 1989. But here the units of a map share their bias, too.",
        ),
        Misconception(
            "forgotten that weights are shared",
            lambda *a: {"the parameters": right.count(*a)[2]},
            hint="How many different numbers are there to learn? One map, one kernel.",
        ),
        Misconception(
            "counted a kernel with a single slice",
            lambda c, h, w, k, size, s, p: {
                "the connections": right.count(c, h, w, k, size, s, p)[1] * (size**2 + 1),
                "the parameters": k * (size**2 + 1),
            },
            hint="The kernel needs weights for each of the channels that it looks at.",
        ),
        Misconception(
            "counted a bias for each channel of a kernel",
            lambda c, h, w, k, size, s, p: {"the parameters": k * c * (size**2 + 1)},
            hint="A kernel has a slice for each channel. Does it have as many biases?",
        ),
        Misconception(
            "counted every unit as connected to every pixel",
            lambda *a: {"the connections": right.count(*a)[1] * (a[0] * a[1] * a[2] + 1)},
            hint="That would be a fully connected layer. What does one unit see?",
        ),
        Misconception(
            "padded on one side only",
            lambda c, h, w, k, size, s, p: right.count(c, h + p, w + p, k, size, s, 0),
            hint="The border goes all around: how many rows does it add?",
            read=SIZES,
        ),
        Misconception(
            "left out the last place",
            lambda c, h, w, k, size, s, p: right.count(c, h - s, w - s, k, size, s, p),
            hint="Count on paper: how many windows of 3 fit into 7 pixels, 2 apart?",
            read=SIZES,
        ),
        Misconception(
            "rounded up",
            lambda c, h, w, k, size, s, p: right.count(c, h + s - 1, w + s - 1, k, size, s, p),
            hint="A window that hangs over the border does not count.",
            read=SIZES,
        ),
    ),
    read=SHARING,
)

AS_MATRIX = Check(
    reference=right.as_matrix,
    ordinary=inputs.kernel_and_size,
    outputs=("the matrix",),
    edge_cases={
        "the kernel has one weight": partial(inputs.kernel_and_size, size=(1, 1)),
        "the kernel is as large as the image": partial(inputs.kernel_and_size, size=(4, 6)),
        "the kernel has one row": partial(inputs.kernel_and_size, size=(1, 4)),
    },
    misconceptions=(
        Misconception(
            FLIPPED,
            lambda w, height, width: right.as_matrix(w[::-1, ::-1], height, width),
            hint="The first weight should meet the first pixel. Which one does yours meet?",
        ),
        Misconception(
            "let windows run across the end of a row",
            mistakes.wrapped,
            hint="How many windows fit next to each other, before the next row of them begins?",
        ),
        Misconception(
            "put the rows of the kernel right behind each other",
            mistakes.rows_too_long,
            hint="In the long vector, how far is a pixel from the one below it?",
        ),
        Misconception(
            "counted the pixels column by column",
            lambda w, height, width: right.as_matrix(w.T, width, height),
            hint="`ravel` goes through an image row by row.",
        ),
    ),
    read=SHARING,
)
