"""The checks of the assignment ``detection``: from a pair of boxes to COCO's average precision."""

from course_lib.grading.assignments.detection import areas, inputs, mistakes, references
from course_lib.grading.checks import Check

CHECKS = {
    "box_iou": Check(
        reference=references.box_iou,
        ordinary=inputs.two_sets,
        outputs=("the IoU",),
        edge_cases={
            "all boxes are apart": inputs.apart,
            "boxes have no area": inputs.empty_box,
            "there are no boxes": inputs.no_boxes,
            "coordinates are large": lambda rng: inputs.two_sets(rng, scale=1e6),
        },
        misconceptions=mistakes.BOX_IOU,
        read="measuring/detection#intersection-over-union",
    ),
    "greedy_matching": Check(
        reference=references.greedy_matching,
        ordinary=inputs.crowded,
        outputs=("match",),
        edge_cases={
            "there are no targets": inputs.no_targets,
            "there are no detections": inputs.no_detections,
            "an IoU equals the threshold": inputs.at_the_threshold,
        },
        misconceptions=mistakes.GREEDY_MATCHING,
        read="measuring/detection#who-gets-the-target",
    ),
    "detection_curve": Check(
        reference=references.detection_curve,
        ordinary=inputs.hits,
        outputs=("the recall", "the precision"),
        edge_cases={
            "nothing is right": inputs.nothing_right,
            "there are no targets": inputs.no_targets_at_all,
            "there are no detections": lambda rng: (inputs.empty_curve(rng)[0] > 0, 3),
        },
        misconceptions=mistakes.DETECTION_CURVE,
        read="measuring/detection#the-staircase",
    ),
    "average_precision": Check(
        reference=references.average_precision,
        ordinary=inputs.curve,
        outputs=("the average precision",),
        edge_cases={
            "every target is found": inputs.complete_curve,
            "every detection is right": inputs.perfect,
            "nothing is right": inputs.nothing_found,
            "there are no detections": inputs.empty_curve,
        },
        misconceptions=areas.AVERAGE_PRECISION,
        read="measuring/detection#the-staircase",
    ),
    "sampled_average_precision": Check(
        reference=references.sampled_average_precision,
        ordinary=inputs.sampled(inputs.curve),
        outputs=("the average precision",),
        edge_cases={
            "every target is found": inputs.sampled(inputs.complete_curve),
            "nothing is right": inputs.sampled(inputs.nothing_found),
            "there are no detections": inputs.sampled(inputs.empty_curve),
        },
        misconceptions=areas.SAMPLED,
        read="measuring/detection#three-rules-one-area",
    ),
    "mean_average_precision": Check(
        reference=references.mean_average_precision,
        ordinary=inputs.judged,
        outputs=("the AP of each class", "the mAP"),
        edge_cases={
            "a class has no targets": inputs.class_without_targets,
            "a class has no detections": inputs.class_without_detections,
        },
        misconceptions=areas.MEAN_AP,
        read="measuring/detection#map-many-classes",
    ),
    "coco_average_precision": Check(
        reference=references.coco_average_precision,
        ordinary=inputs.images,
        outputs=("the average precision",),
        edge_cases={
            "an image has no targets": inputs.image_without_targets,
            "an image has no detections": inputs.image_without_detections,
            "no detection is in place": inputs.nothing_in_place,
        },
        misconceptions=areas.COCO,
        read="measuring/detection#coco-ten-thresholds",
    ),
}
