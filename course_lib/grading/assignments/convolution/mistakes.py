"""The mistakes that people make in the assignment ``convolution``: what they return."""

import numpy as np

from course_lib import nn
from course_lib.grading.assignments.convolution import references as right


def maps_in_corner(x, weight, bias, stride, padding):
    """Mistake: as many windows as the stride allows, but next to each other."""
    shape = right.conv2d(x, weight, bias, stride, padding).shape
    return nn.conv2d(x, weight, bias, padding=padding)[:, :, : shape[2], : shape[3]]


def last_window_missing(x, weight, bias, stride, padding):
    """Mistake: the size without the 1, so that the last row and column of windows are lost."""
    return right.conv2d(x, weight, bias, stride, padding)[:, :, :-1, :-1]


def padded_at_the_end(x, weight, bias, stride, padding):
    """Mistake: both borders of zeros at the bottom and on the right."""
    border = ((0, 0), (0, 0), (0, 2 * padding), (0, 2 * padding))
    return right.conv2d(np.pad(x, border), weight, bias, stride, 0)


def bias_of_every_product(x, weight, bias, stride, padding):
    """Mistake: adds the bias once for each weight of the kernel."""
    return right.conv2d(x, weight, weight[0].size * bias, stride, padding)


def bias_of_every_channel(x, weight, bias, stride, padding):
    """Mistake: adds the bias once for each channel."""
    return right.conv2d(x, weight, weight.shape[1] * bias, stride, padding)


def spread(delta, x, weight, stride, padding, *, add=True, step=None):
    """The padded gradient of x, window by window; ``add`` says whether windows add up."""
    padded = np.zeros((*x.shape[:2], x.shape[2] + 2 * padding, x.shape[3] + 2 * padding))
    step = step or stride
    for i, j in np.ndindex(delta.shape[2:]):
        rows = slice(i * step, i * step + weight.shape[2])
        columns = slice(j * step, j * step + weight.shape[3])
        new = np.tensordot(delta[:, :, i, j], weight, axes=1)
        padded[:, :, rows, columns] = (padded[:, :, rows, columns] if add else 0) + new
    return padded


def cut(padded, padding):
    """``padded`` without its border."""
    end = -padding or None
    return padded[:, :, padding:end, padding:end]


def overwritten(delta, x, weight, stride, padding):
    """Mistake: each window replaces what others have left in the pixels that they share."""
    padded = spread(delta, x, weight, stride, padding, add=False)
    return {"the gradient of x": cut(padded, padding)}


def flipped_gradient(delta, x, weight, stride, padding):
    """Mistake: spreads the kernel the wrong way round."""
    flipped = weight[:, :, ::-1, ::-1]
    return {"the gradient of x": right.conv2d_backward(delta, x, flipped, stride, padding)[0]}


def with_the_border(delta, x, weight, stride, padding):
    """Mistake: hands out the gradient of the padded images."""
    return {"the gradient of x": spread(delta, x, weight, stride, padding)}


def cut_at_the_end(delta, x, weight, stride, padding):
    """Mistake: takes both borders off at the bottom and on the right."""
    padded = spread(delta, x, weight, stride, padding)
    return {"the gradient of x": padded[:, :, : x.shape[2], : x.shape[3]]}


def kernels_of_unpadded_images(delta, x, weight, stride, padding):
    """Mistake: takes the windows from the image before padding, moved to its corner."""
    border = ((0, 0), (0, 0), (0, 2 * padding), (0, 2 * padding))
    gradient = right.conv2d_backward(delta, np.pad(x, border), weight, stride, 0)[1]
    return {"the gradient of the kernels": gradient}


def blame_next_to_each_other(delta, x, weight, stride, padding):
    """Mistake: window (i, j) begins at pixel (i, j), whatever the stride."""
    border = ((0, 0), (0, 0), (padding, padding), (padding, padding))
    _, _, rows, columns = delta.shape
    seen = np.pad(x, border)[:, :, : rows + weight.shape[2] - 1, : columns + weight.shape[3] - 1]
    return {
        "the gradient of x": cut(spread(delta, x, weight, stride, padding, step=1), padding),
        "the gradient of the kernels": right.conv2d_backward(delta, seen, weight, 1, 0)[1],
    }


def averaged(delta, x, weight, stride, padding):
    """Mistake: divides by the number of samples once more."""
    _, grad_weight, grad_bias = right.conv2d_backward(delta, x, weight, stride, padding)
    return {
        "the gradient of the kernels": grad_weight / len(x),
        "the gradient of the biases": grad_bias / len(x),
    }


def pooled_next_to_each_other(x, size, stride):
    """Mistake: windows side by side, whatever the stride."""
    return right.max_pool(x, size, size)


def pooled_average(x, size, stride):
    """Mistake: the mean of each window."""
    return nn.avg_pool2d(x, kernel_size=size, stride=stride)


def pooled_from_zero(x, size, stride):
    """Mistake: begins the search for the largest at 0."""
    return np.maximum(right.max_pool(x, size, stride), 0)


def pooled_sizes(x, size, stride):
    """Mistake: the largest absolute value."""
    return right.max_pool(np.abs(x), size, stride)


def pooled_over_channels(x, size, stride):
    """Mistake: one map, the largest of all channels."""
    return right.max_pool(x, size, stride).max(axis=1)


def won(delta, x, size, stride, share, *, add=True):
    """Blame handed out window by window; ``share`` gives each pixel's part of a window's."""
    gradient = np.zeros(x.shape)
    for i, j in np.ndindex(delta.shape[2:]):
        rows, columns = slice(i * stride, i * stride + size), slice(j * stride, j * stride + size)
        window = x[:, :, rows, columns].reshape(*x.shape[:2], -1)
        new = (share(window) * delta[:, :, i, j, None]).reshape(*x.shape[:2], size, size)
        gradient[:, :, rows, columns] = (gradient[:, :, rows, columns] if add else 0) + new
    return gradient


def all_tied(window):
    """Mistake: every pixel that is as large as the largest."""
    return window == window.max(axis=-1, keepdims=True)


def shared_among_tied(window):
    """Mistake: those that are tied share."""
    return all_tied(window) / all_tied(window).sum(axis=-1, keepdims=True)


def first(window):
    """The first of the largest, as a row of zeros with a one."""
    return np.eye(window.shape[-1])[window.argmax(axis=-1)]


def last_tied(window):
    """Mistake: the last of the largest."""
    return first(window[..., ::-1])[..., ::-1]


def everybody(window):
    """Mistake: all pixels of the window."""
    return np.ones(window.shape)


def wrapped(w, height, width):
    """Mistake: a window wherever its first weight fits into the long vector, across row ends."""
    matrix = np.zeros(((height - w.shape[0] + 1) * (width - w.shape[1] + 1), height * width))
    for k, (i, j) in ((k, n) for k in range(len(matrix)) for n in np.ndindex(w.shape)):
        matrix[k, k + i * width + j] = w[i, j]
    return matrix


def rows_too_long(w, height, width):
    """Mistake: the kernel's rows follow each other in the matrix without the pixels between."""
    rows, columns = height - w.shape[0] + 1, width - w.shape[1] + 1
    matrix = np.zeros((rows * columns, height * width))
    for i, j in np.ndindex(rows, columns):
        start = i * width + j
        matrix[i * columns + j, start : start + w.size] = w.ravel()
    return matrix
