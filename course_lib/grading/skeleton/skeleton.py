"""The checks of the assignment ``skeleton``."""

from course_lib.grading.checks import Check, Misconception


def skeleton_center(x):
    """Each column of ``x`` (N, D) minus its mean over the samples: (N, D)."""
    return x - x.mean(axis=0)


def _samples(rng, n=7):
    return (rng.normal(size=(n, 3)),)


CHECKS = {
    "skeleton_center": Check(
        reference=skeleton_center,
        ordinary=_samples,
        outputs=("the centred array",),
        edge_cases={"there is one sample": lambda rng: _samples(rng, n=1)},
        misconceptions=(
            Misconception(
                "averaged over the wrong axis",
                lambda x: x - x.mean(axis=1, keepdims=True),
                hint="What should have mean 0 afterwards: a column or a row?",
                more="Which axis counts the samples? That is the one that disappears in a mean.",
            ),
        ),
        read="neurons/mlp",
    ),
}
