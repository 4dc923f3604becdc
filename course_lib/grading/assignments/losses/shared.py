"""Mistakes in averaging, and with exponentials, which several losses share."""

from course_lib.grading.checks import Misconception

STABLE = "backpropagation/losses#logits-not-probabilities"
# What people add to a probability or clip it to, before they take its logarithm.
GUARDS = (1e-15, 1e-12, 1e-10, 1e-8, 1e-7)


def averages(reference, outputs=True):
    """Mistakes in dividing by the number of samples, for losses and gradients of any kind.

    Parameters
    ----------
    reference : callable
        Returns a tuple; its first argument has one row for each sample.
    outputs : bool
        Whether that argument has a column for each output, over which one may average by mistake.
    """

    def scaled(factor):
        return lambda first, *rest: tuple(
            factor(first) * value for value in reference(first, *rest)
        )

    found = [
        Misconception(
            "forgotten to divide by the number of samples",
            scaled(len),
            hint="Give your function the same batch twice over. Should the result change?",
        ),
        Misconception(
            "averaged twice",
            scaled(lambda first: 1 / len(first)),
            hint="The mean over the samples is taken once, wherever you like. Look for the second"
            " division.",
        ),
    ]
    if outputs:
        columns = Misconception(
            "averaged over the outputs as well",
            scaled(lambda first: 1 / first.shape[1]),
            hint="What np.mean divides by is the number of all elements. By what should it be?",
            more="Errors of the outputs of one sample add up.",
        )
        found.insert(0, columns)
    return tuple(found)


def rounded(*returns):
    """Logarithms of probabilities that rounding has made 0."""
    return tuple(
        Misconception(
            "taken the logarithm of a probability that rounded to 0",
            each,
            hint="A network can be so sure that in floating point the other answer has probability"
            " 0. What does your logarithm say then?",
            more="Write the loss in terms of z, and simplify before you let the computer round.",
            read=STABLE,
        )
        for each in returns
    )


def guarded(*returns):
    """Probabilities that are kept away from 0, so that the loss of a sure network is wrong."""
    return tuple(
        Misconception(
            "kept the probabilities away from 0",
            each,
            hint="There is no NaN, but the loss no longer grows with the potential. A network that"
            " is off by 10000 should cost more than one that is off by 50.",
            more="Don't mend the probability: write the loss in terms of z.",
            read=STABLE,
        )
        for each in returns
    )


def overflow(*returns):
    """Exponentials of large potentials."""
    return tuple(
        Misconception(
            "let the exponential overflow",
            each,
            hint="Try your function on potentials of 1000 and -1000. Which exponential gets too"
            " large?",
            more="Rewrite the formula so that no exponent is ever positive.",
            read=STABLE,
        )
        for each in returns
    )
