"""The numbers that COCO's evaluation ends with, and its table."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from course_lib.arrays import Array, to_numpy


@dataclass(frozen=True)
class CocoResult:
    """What a detector is worth, by COCO's rules; ``print`` shows COCO's table.

    Attributes
    ----------
    precision : array, shape (T, R, K, A, M)
        By IoU threshold, recall, class, area range and number of detections; -1 where a class has
        no targets.
    recall : array, shape (T, K, A, M)
        The highest recall reached.
    iou_thresholds, max_detections : tuples
    area_ranges : dict from label to the lowest and highest area
    classes : tuple of str
        Names of the classes.
    """

    precision: Array
    recall: Array
    iou_thresholds: tuple[float, ...]
    area_ranges: dict[str, tuple[float, float]]
    max_detections: tuple[int, ...]
    classes: tuple[str, ...]

    @cached_property
    def stats(self):
        """The numbers of the table, NumPy, shape (12,) by default; -1 where there are no targets.

        Notes
        -----
        In order: AP over all thresholds, at 0.5, at 0.75, of small, medium and large targets; AR
        with 1, 10 and 100 detections an image, of small, medium and large targets. With other
        settings: AP in the first area range, at 0.5, at 0.75, in the other ranges; AR for each
        number of detections, in the other ranges. All but those for each number of detections use
        the highest number (pycocotools gives -1 unless that is 100).
        """
        return np.array([self._mean(*line) for line in self._lines()])

    @property
    def class_average_precision(self):
        """AP of each class by name, over all thresholds, in the first area range; -1 if undefined.

        The mean of those that are defined is the first of :attr:`stats`.
        """
        table = to_numpy(self.precision)[:, :, :, 0, -1]
        return {name: float(table[:, :, k].mean()) for k, name in enumerate(self.classes)}

    def as_dict(self):
        """All numbers by name, for a JSON file: ``stats`` and, by class, ``AP``.

        The names are AP, AP50, AP75, AP_small, ..., AR@1, AR@10, ..., AR_small, ...
        """
        names = []
        for kind, iou, area, most in self._lines():
            name = {"precision": "AP", "recall": "AR"}[kind]
            if iou is not None:
                name += f"{100 * iou:.0f}"
            elif area != next(iter(self.area_ranges)):
                name += f"_{area}"
            elif kind == "recall":
                name += f"@{most}"
            names.append(name)
        stats = dict(zip(names, self.stats.tolist()))
        return {"stats": stats, "AP": self.class_average_precision}

    def __str__(self):
        """COCO's table."""
        names = {"precision": "Average Precision  (AP)", "recall": "Average Recall     (AR)"}
        span = f"{self.iou_thresholds[0]:.2f}:{self.iou_thresholds[-1]:.2f}"
        return "\n".join(
            f" {names[kind]} @[ IoU={span if iou is None else f'{iou:.2f}':<9} | area={area:>6s} "
            f"| maxDets={most:>3d} ] = {value:.3f}"
            for (kind, iou, area, most), value in zip(self._lines(), self.stats)
        )

    def _lines(self):
        """What the lines of the table are about: kind, IoU threshold, area range, detections."""
        most = self.max_detections[-1]
        overall, *others = self.area_ranges
        return [
            ("precision", None, overall, most),
            ("precision", 0.5, overall, most),
            ("precision", 0.75, overall, most),
            *(("precision", None, area, most) for area in others),
            *(("recall", None, overall, number) for number in self.max_detections),
            *(("recall", None, area, most) for area in others),
        ]

    def _mean(self, kind, iou, area, most):
        """Mean over classes with targets. NumPy adds, in pycocotools' order, for equal bits."""
        a, m = list(self.area_ranges).index(area), self.max_detections.index(most)
        values = to_numpy(getattr(self, kind))[..., a, m]
        if iou is not None:
            values = values[np.array(self.iou_thresholds) == iou]
        defined = values[values > -1]
        return defined.mean() if defined.size else -1.0
