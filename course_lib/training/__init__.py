"""The training loop: batches, history, early stopping, progress bar, checkpoints."""

from course_lib.training.loop import DivergenceError, History, evaluate, fit

__all__ = ["fit", "evaluate", "History", "DivergenceError"]
