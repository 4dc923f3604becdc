"""Metrics: detection, then classification."""

from itertools import chain

from benchmarks import classification, detection


def rows():
    return chain(detection.rows(), classification.rows())
