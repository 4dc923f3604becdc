"""How good is a model: classification metrics, overlap of boxes and masks, detection."""

from course_lib.metrics.areas import average_precision_score, roc_auc_score
from course_lib.metrics.boxes import box_iou, crowd_iou, mask_iou
from course_lib.metrics.classification import (
    accuracy_score,
    confusion_matrix,
    f1_score,
    fbeta_score,
    precision_score,
    recall_score,
)
from course_lib.metrics.coco import coco_evaluate
from course_lib.metrics.curves import precision_recall_curve, roc_curve
from course_lib.metrics.detection import average_precision, detection_curve, voc_evaluate
from course_lib.metrics.targets import UndefinedMetricWarning

__all__ = [
    "confusion_matrix",
    "accuracy_score",
    "precision_score",
    "recall_score",
    "f1_score",
    "fbeta_score",
    "precision_recall_curve",
    "average_precision_score",
    "roc_curve",
    "roc_auc_score",
    "UndefinedMetricWarning",
    "box_iou",
    "mask_iou",
    "crowd_iou",
    "detection_curve",
    "average_precision",
    "voc_evaluate",
    "coco_evaluate",
]
