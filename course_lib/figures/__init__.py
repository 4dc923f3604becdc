"""Pictures for the book: one style, alt text for every one, and sliders that need no kernel."""

from course_lib.figures.alexnet import cost_figure, errors_figure, layer_costs
from course_lib.figures.backflow import gradient_flow
from course_lib.figures.classification import (
    draw_confusion_matrix,
    draw_precision_recall,
    draw_scores,
    fbeta_figure,
    imbalance_figure,
    threshold_figure,
)
from course_lib.figures.convolution import (
    draw_cells,
    draw_window,
    filter_figure,
    filtered,
    one_dimensional_figure,
    pooling_figure,
    sliding_figure,
    stride_padding_figure,
)
from course_lib.figures.descent import (
    cloud_figure,
    draw_surface,
    parabola_figure,
    paths_figure,
)
from course_lib.figures.detection import (
    draw_box,
    draw_masks,
    iou_figure,
    levels_figure,
    scene_figure,
    staircase_figure,
)
from course_lib.figures.flipbook import flipbook, flipbook_grid
from course_lib.figures.kernels import feature_map, learned_kernel_figure, shift_figure
from course_lib.figures.lenet import draw_picture, h1_figure, maps_figure, mistakes_figure
from course_lib.figures.losses import draw_slopes, softmax_figure, stall_figure
from course_lib.figures.mlp import fold_figure, heads_figure, layer_figure, tomorrow_figure
from course_lib.figures.network import draw_network, edges, layer_text, unit_positions
from course_lib.figures.neurons import activation_figure, line_figure, neuron_figure
from course_lib.figures.series import prediction_figure, series_figure, surface_figure
from course_lib.figures.splits import (
    SUBSETS,
    draw_subsets,
    folds_figure,
    stopping_figure,
    winner_figure,
)
from course_lib.figures.style import COLORS, keep_colors, show, use_style
from course_lib.figures.training import boundary_figure, stage_figure, training_stages

__all__ = [
    "flipbook",
    "flipbook_grid",
    "show",
    "use_style",
    "keep_colors",
    "COLORS",
    "draw_confusion_matrix",
    "draw_scores",
    "draw_precision_recall",
    "threshold_figure",
    "fbeta_figure",
    "imbalance_figure",
    "SUBSETS",
    "draw_subsets",
    "stopping_figure",
    "winner_figure",
    "folds_figure",
    "draw_box",
    "draw_masks",
    "scene_figure",
    "iou_figure",
    "staircase_figure",
    "levels_figure",
    "draw_cells",
    "draw_window",
    "one_dimensional_figure",
    "sliding_figure",
    "stride_padding_figure",
    "filter_figure",
    "filtered",
    "pooling_figure",
    "learned_kernel_figure",
    "shift_figure",
    "feature_map",
    "draw_picture",
    "h1_figure",
    "maps_figure",
    "mistakes_figure",
    "layer_costs",
    "cost_figure",
    "errors_figure",
    "draw_network",
    "layer_text",
    "unit_positions",
    "edges",
    "neuron_figure",
    "activation_figure",
    "line_figure",
    "fold_figure",
    "tomorrow_figure",
    "heads_figure",
    "layer_figure",
    "series_figure",
    "surface_figure",
    "prediction_figure",
    "training_stages",
    "stage_figure",
    "boundary_figure",
    "draw_slopes",
    "stall_figure",
    "softmax_figure",
    "cloud_figure",
    "draw_surface",
    "paths_figure",
    "parabola_figure",
    "gradient_flow",
]
