"""What the functions of the assignment ``convolution`` are tried with.

Samples, channels, kernels, rows and columns always differ in number, so that no axis passes for
another.
"""

import numpy as np

from course_lib.grading.assignments.convolution import references as right


def signal(rng, length=None, kernel=None, scale=1.0):
    """A signal (L,) and a shorter kernel (l,)."""
    kernel = kernel or int(rng.integers(3, 5))
    return scale * rng.normal(size=length or int(rng.integers(7, 10))), rng.normal(size=kernel)


def signal_of_one_window(rng):
    """A kernel as long as the signal."""
    return signal(rng, length=5, kernel=5)


def images(
    rng, samples=2, channels=3, stride=None, padding=1, scale=1.0, size=(3, 2), shape=(7, 9)
):
    """Images, kernels, biases; stride and padding."""
    x = scale * rng.normal(size=(samples, channels, *shape))
    stride = stride or int(rng.integers(2, 4))
    return x, rng.normal(size=(4, channels, *size)), rng.normal(size=4), stride, padding


def images_with_unseen_pixels(rng):
    """Images whose last row and last column no window sees."""
    return images(rng, stride=2, padding=0, size=(3, 3), shape=(6, 8))


def blamed_images(rng, **settings):
    """What is handed down to the maps; the images, kernels, stride and padding that made them."""
    x, weight, bias, stride, padding = images(rng, **settings)
    delta = rng.normal(size=right.conv2d(x, weight, bias, stride, padding).shape)
    return delta, x, weight, stride, padding


def blamed_images_with_unseen_pixels(rng):
    """The same where the last row and column of the images have no part in any map."""
    x, weight, bias, stride, padding = images_with_unseen_pixels(rng)
    delta = rng.normal(size=right.conv2d(x, weight, bias, stride, padding).shape)
    return delta, x, weight, stride, padding


def maps(rng, size=2, stride=2, shape=(6, 8), lower=False):
    """Feature maps; size and stride of the windows."""
    x = rng.normal(size=(2, 3, *shape))
    return (-1 - np.abs(x) if lower else x), size, stride


def maps_with_ties(rng):
    """Maps as a rectifier leaves them: many zeros, so that many windows have no single winner."""
    x = np.maximum(rng.normal(size=(2, 3, 6, 8)) - 0.5, 0)
    x[:, :, :2, :2] = 0.0
    x[:, :, 4:, 6:] = 2.0
    return x, 2, 2


def blamed(draw):
    """``draw`` with what is handed down to the windows in front."""

    def drawn(rng):
        x, size, stride = draw(rng)
        return rng.normal(size=right.max_pool(x, size, stride).shape), x, size, stride

    return drawn


def overlapping_maps(rng):
    """Windows of 3 x 3, two pixels apart, as AlexNet has them."""
    return maps(rng, size=3, stride=2, shape=(7, 9))


def overlapping_winners(rng):
    """The same, with pixels at the overlaps that win in several windows."""
    x, size, stride = overlapping_maps(rng)
    x[:, :, 2, 2] = x[:, :, 4, 6] = 9.0
    return x, size, stride


def layer(rng, **fixed):
    """Channels, height and width of an image; kernels, their size, stride and padding."""
    drawn = {
        "channels": rng.integers(3, 7),
        "height": 16 + 2 * rng.integers(0, 3),
        "width": 27 + 2 * rng.integers(0, 3),
        "kernels": rng.integers(8, 13),
        "size": rng.choice([3, 5]),
        "stride": rng.choice([2, 3]),
        "padding": rng.integers(1, 3),
    }
    return tuple(int(value) for value in {**drawn, **fixed}.values())


def kernel_and_size(rng, size=(2, 3), shape=(4, 6)):
    """A kernel (h, w), and height and width of the images that it is for."""
    return rng.normal(size=size), *shape
