"""Pictures for the book: one style, alt text for every one, and sliders that need no kernel."""

from course_lib.figures.classification import (
    draw_confusion_matrix,
    draw_precision_recall,
    draw_scores,
    fbeta_figure,
    threshold_figure,
)
from course_lib.figures.flipbook import flipbook, flipbook_grid
from course_lib.figures.losses import draw_slopes, softmax_figure, stall_figure
from course_lib.figures.network import draw_network, edges, layer_text, unit_positions
from course_lib.figures.style import COLORS, show, use_style
from course_lib.figures.training import boundary_figure, stage_figure, training_stages

__all__ = [
    "flipbook",
    "flipbook_grid",
    "show",
    "use_style",
    "COLORS",
    "draw_confusion_matrix",
    "draw_scores",
    "draw_precision_recall",
    "threshold_figure",
    "fbeta_figure",
    "draw_network",
    "layer_text",
    "unit_positions",
    "edges",
    "training_stages",
    "stage_figure",
    "boundary_figure",
    "draw_slopes",
    "stall_figure",
    "softmax_figure",
]
