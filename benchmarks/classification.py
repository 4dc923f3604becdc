"""Classification metrics beside scikit-learn and torchmetrics, on a million samples."""

import numpy as np
import sklearn.metrics as sklearn
import torch
import torchmetrics.functional.classification as torchmetrics

from benchmarks.harness import Row, cpu_seconds, version
from course_lib import metrics

SIZE = "10⁶ samples"


def rows():
    torch.set_num_threads(1)
    rng = np.random.default_rng(596)
    truth, prediction = rng.integers(0, 2, (2, 10**6))
    score = rng.random(10**6)
    many_truth, many_prediction = rng.integers(0, 10, (2, 10**6))
    torch_truth, torch_score = torch.from_numpy(truth), torch.from_numpy(score)

    for name, peer in (
        ("precision", torchmetrics.binary_precision),
        ("recall", torchmetrics.binary_recall),
        ("f1", torchmetrics.binary_f1_score),
    ):
        yield from compare(
            f"{name}_score",
            (truth, prediction),
            lambda peer=peer: peer(torch.from_numpy(prediction), torch_truth),
            targets=(30, 10),
        )
    yield from compare(
        "f1_score",
        (many_truth, many_prediction),
        lambda: torchmetrics.multiclass_f1_score(
            torch.from_numpy(many_prediction), torch.from_numpy(many_truth), num_classes=10
        ),
        what=", 10 classes",
        average="macro",
    )
    for name, peer in (
        ("precision_recall_curve", torchmetrics.binary_precision_recall_curve),
        ("average_precision_score", torchmetrics.binary_average_precision),
        ("roc_curve", torchmetrics.binary_roc),
        ("roc_auc_score", torchmetrics.binary_auroc),
    ):
        yield from compare(
            name,
            (truth, score),
            lambda peer=peer: peer(torch_score, torch_truth),
            targets=(None if name == "roc_curve" else 4, None),
        )


def compare(name, arrays, torch_peer, *, targets=(None, None), what="", **options):
    """Our function beside scikit-learn's of the same name, and beside one of torchmetrics."""
    ours, theirs, torchs = cpu_seconds(
        lambda: getattr(metrics, name)(*arrays, **options),
        lambda: getattr(sklearn, name)(*arrays, **options),
        torch_peer,
    )
    yield Row(name, SIZE + what, version("scikit-learn"), ours, theirs, targets[0])
    yield Row(name, SIZE + what, version("torchmetrics"), ours, torchs, targets[1])
