"""How good is a model: classification metrics, overlap of boxes and masks, detection."""

from course_lib.metrics.classification import (
    UndefinedMetricWarning,
    accuracy_score,
    confusion_matrix,
    f1_score,
    fbeta_score,
    precision_score,
    recall_score,
)
from course_lib.metrics.curves import precision_recall_curve

__all__ = [
    "confusion_matrix",
    "accuracy_score",
    "precision_score",
    "recall_score",
    "f1_score",
    "fbeta_score",
    "UndefinedMetricWarning",
    "precision_recall_curve",
]
