"""Functions that a check hands to a student's function, and that the sandbox has as well.

Such a function goes into the sandbox as its name and its numbers. Any other is a callback: each of
its calls comes out to the examiner and goes back. What the submission makes of it there is its own
affair; the check judges the result.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Waves:
    """A smooth function of an array of one shape, bent enough to tell differences apart.

    Attributes
    ----------
    a, b : array
        The slope is ``2 a cos(2 x) + 6 b sum(b x)``.
    """

    a: np.ndarray
    b: np.ndarray

    def __call__(self, x):
        """A number."""
        x, shape = np.asarray(x, dtype=float), self.a.shape
        if x.shape != shape:
            raise ValueError(f"f takes an array of shape {shape}, got one of shape {x.shape}")
        return float(np.sum(self.a * np.sin(2 * x)) + 3 * np.sum(self.b * x) ** 2)
