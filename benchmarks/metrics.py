"""Metrics: classification beside scikit-learn and torchmetrics, detection beside four evaluators."""

from itertools import chain

from benchmarks import classification, detection


def rows():
    return chain(detection.rows(), classification.rows())
