"""The checks of the assignment ``metrics``: from a confusion matrix to cross-validation."""

import numpy as np

from course_lib.grading.assignments.metrics import folds, inputs, mistakes, references
from course_lib.grading.checks import Check

CHECKS = {
    "confusion_matrix": Check(
        reference=references.confusion_matrix,
        ordinary=inputs.labels,
        outputs=("the matrix",),
        edge_cases={
            "a class never occurs": inputs.labels_of_two,
            "there are no samples": inputs.no_labels,
        },
        misconceptions=mistakes.CONFUSION_MATRIX,
        read="measuring/classification#four-things-can-happen",
    ),
    "accuracy": Check(
        reference=references.accuracy,
        ordinary=inputs.matrix,
        outputs=("the accuracy",),
        edge_cases={"there are no samples": lambda rng: (np.zeros((2, 2), int),)},
        misconceptions=mistakes.ACCURACY,
        read="measuring/classification#what-is-wrong-with-accuracy-alone",
    ),
    "precision_recall": Check(
        reference=references.precision_recall,
        ordinary=inputs.two_by_two,
        outputs=("the precision", "the recall"),
        edge_cases={
            "nothing is predicted positive": inputs.nothing_predicted,
            "nothing is positive": inputs.nothing_positive,
        },
        misconceptions=mistakes.PRECISION_RECALL,
        read="measuring/classification#precision-and-recall",
    ),
    "f_beta": Check(
        reference=references.f_beta,
        ordinary=inputs.rates,
        outputs=("the F-beta score",),
        edge_cases={
            "precision and recall are 0": lambda rng: (np.float64(0.0), np.float64(0.0), 1.5)
        },
        misconceptions=mistakes.F_BETA,
        read="measuring/classification#f-beta-when-one-kind-of-mistake-costs-more",
    ),
    "best_threshold": Check(
        reference=references.best_threshold,
        ordinary=inputs.scored,
        outputs=("the threshold", "the F1 score"),
        edge_cases={
            "scores are tied": lambda rng: inputs.scored(rng, decimals=0),
            "all samples are positive": inputs.all_positive,
            "two thresholds are equally good": inputs.two_best,
        },
        misconceptions=mistakes.BEST_THRESHOLD,
        read="measuring/classification#a-threshold-trades-one-for-the-other",
    ),
    "k_fold": Check(
        reference=references.k_fold,
        ordinary=inputs.samples_and_folds,
        outputs=("training", "validation"),
        edge_cases={
            "k divides the number of samples": inputs.folds_of_one_length,
            "every fold is a single sample": inputs.folds_of_one_sample,
        },
        misconceptions=folds.K_FOLD,
        read="measuring/splits#k-fold-cross-validation",
    ),
    "roc_auc": Check(
        reference=references.roc_auc,
        ordinary=inputs.ranked,
        outputs=("the area",),
        edge_cases={
            "no two scores are equal": inputs.untied,
            "all scores are equal": inputs.equal_scores,
        },
        misconceptions=mistakes.ROC_AUC,
        read="measuring/classification#roc-the-other-curve",
    ),
}
