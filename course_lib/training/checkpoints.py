"""All that the future of a training run depends on, in one file, without pickle.

A checkpoint is a NumPy archive (npz) of the weights, the optimizer's memory and the weights of the
best epoch, and of a JSON text with the counters, the history and the states of the random numbers.
"""

import dataclasses
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from course_lib.arrays import device, namespace, to_numpy

FORMAT = 2  # counts up when an array of the same name and shape comes to mean something else


@dataclasses.dataclass
class Run:
    """A training run between two epochs."""

    model: Any
    optimizer: Any
    rng: np.random.Generator | None
    early_stopping: Any | None
    history: Any

    def arrays(self):
        """The run's arrays by name, those that a checkpoint holds."""
        stopping = self.early_stopping
        return {
            **{f"parameter {i}": p for i, p in enumerate(self.model.parameters)},
            **{
                f"optimizer {i} {j}": array
                for i, state in enumerate(self.optimizer.state)
                for j, array in enumerate(state)
            },
            **{f"best {i}": p for i, p in enumerate(stopping.best_parameters if stopping else ())},
        }

    def generators(self):
        """The random numbers that shuffle the samples, then those of the layers."""
        own = [] if self.rng is None else [self.rng]
        return own + list(_layer_generators(self.model))


def _layer_generators(layer):
    if hasattr(layer, "rng"):
        yield layer.rng
    for inner in getattr(layer, "layers", ()):
        yield from _layer_generators(inner)


def save(path, run):
    """Write the file; what was there before stays whole until the new one is."""
    stopping = run.early_stopping
    about = {
        "format": FORMAT,
        "optimizer": type(run.optimizer).__name__,
        "t": run.optimizer.t,
        "generators": [generator.bit_generator.state for generator in run.generators()],
        "history": dataclasses.asdict(run.history),
        "early_stopping": stopping
        and {name: getattr(stopping, name) for name in ("best_loss", "best_epoch", "epoch")},
    }
    text = json.dumps(about, default=lambda array: array.tolist())
    path = Path(path)
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        arrays = {name: to_numpy(array) for name, array in run.arrays().items()}
        np.savez(file, about=np.array(text), **arrays)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def resume(path, run):
    """Put ``run`` into the state of the file, if there is one.

    Raises
    ------
    ValueError
        If the file is damaged, of another format or of another run.
    """
    if not Path(path).exists():
        return
    try:
        with np.load(path) as file:
            arrays = dict(file)
        about = json.loads(str(arrays.pop("about")))
    except (ValueError, EOFError, KeyError, zipfile.BadZipFile):
        raise ValueError(f"{path}: not a checkpoint of fit, or a damaged one") from None
    if about.get("format") != FORMAT:
        raise ValueError(
            f"{path}: the checkpoint was written by another version of course_lib, which kept "
            "other numbers in it; remove it to begin anew"
        )
    _fill(path, run, arrays, about)
    run.optimizer.t = about["t"]
    for generator, state in zip(run.generators(), about["generators"]):
        generator.bit_generator.state = state
    for name, value in about["history"].items():
        setattr(run.history, name, value)
    for name, value in (about["early_stopping"] or {}).items():
        setattr(run.early_stopping, name, value)


def _fill(path, run, arrays, about):
    """Copy the checkpoint's arrays into those of the run, once it is clear that they fit."""
    kinds = {
        "optimizer": type(run.optimizer).__name__,
        "generators": [g.bit_generator.state["bit_generator"] for g in run.generators()],
        "early_stopping": run.early_stopping is not None,
    }
    found = {
        "optimizer": about["optimizer"],
        "generators": [state["bit_generator"] for state in about["generators"]],
        "early_stopping": about["early_stopping"] is not None,
    }
    for name, kind in kinds.items():
        if found[name] != kind:
            raise ValueError(f"{path}: the checkpoint has {name} {found[name]}, this run {kind}")
    run.optimizer.prepare(run.model.parameters)
    if run.early_stopping is not None:
        run.early_stopping.best_parameters = [
            namespace(p).asarray(p, copy=True) for p in run.model.parameters
        ]
    ours = run.arrays()
    shapes = {name: tuple(array.shape) for name, array in ours.items()}
    for name in {**shapes, **arrays}:
        theirs = arrays[name].shape if name in arrays else "missing"
        if theirs != shapes.get(name, "missing"):
            raise ValueError(
                f"{path}: {name} is {theirs} in the checkpoint, {shapes.get(name, 'missing')} in "
                "this run"
            )
    for name, array in ours.items():
        array[...] = namespace(array).asarray(arrays[name], device=device(array))
