"""Detection metrics beside pycocotools, faster-coco-eval (C++) and two evaluators in Rust."""

import contextlib
import io
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import faster_coco_eval
import hotcoco
import numpy as np
import torch
import ultrafast_pycocotools as ultrafast
from pycocotools import mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from benchmarks.harness import Row, cpu_seconds, version
from benchmarks.networks import wall_seconds
from course_lib.metrics import box_iou, coco_evaluate

CLASSES = 80
PER_IMAGE = 75


def rows():
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        yield from quietly(coco_rows(Path(folder)))
    yield from iou_rows()


def quietly(rows):
    """The same rows, without what the peers print while they are made."""
    while True:
        with contextlib.redirect_stdout(io.StringIO()):
            row = next(rows, None)
        if row is None:
            return
        yield row


def random_scene(images, seed=596):
    """Ground truth and detections as columns, like those of a fair detector on COCO's val2017.

    7.3 objects an image, frequent and rare classes, sizes from 4 to 400 pixels. Three of five
    detections are an object more or less displaced, the others are anywhere and score less.
    """
    rng = np.random.default_rng(seed)
    frequency = 1 / np.arange(1, CLASSES + 1)
    frequency /= frequency.sum()
    number = rng.poisson(7.3, images)
    g, d = number.sum(), images * PER_IMAGE
    size = np.exp(rng.normal(4, 1, (g, 2))).clip(4, 400)
    truth = {
        "image_id": np.repeat(np.arange(images), number) + 1,
        "category_id": rng.choice(CLASSES, g, p=frequency) + 1,
        "bbox": np.concatenate([rng.uniform(0, 1, (g, 2)) * (640 - size), size], axis=1).round(2),
        "iscrowd": (rng.random(g) < 0.01).astype(int),
    }
    truth["area"] = (truth["bbox"][:, 2] * truth["bbox"][:, 3] * rng.uniform(0.4, 1, g)).round(4)
    image = np.repeat(np.arange(images), PER_IMAGE)
    source = (np.cumsum(number) - number)[image] + rng.integers(0, np.maximum(number, 1)[image])
    source = np.minimum(source, g - 1)
    near = (rng.random(d) < 0.6) & (number[image] > 0)
    spread = rng.choice([0.015, 0.05, 0.15], d)[:, None]
    object_ = truth["bbox"][source]
    shifted = object_ + np.tile(object_[:, 2:], 2) * spread * rng.normal(size=(d, 4))
    anywhere = np.concatenate(
        [rng.uniform(0, 500, (d, 2)), np.exp(rng.normal(4, 1, (d, 2)))], axis=1
    )
    box = np.where(near[:, None], shifted, anywhere)
    box[:, 2:] = box[:, 2:].clip(1)
    same_class = near & (rng.random(d) < 0.85)
    found = {
        "image_id": image + 1,
        "category_id": np.where(
            same_class, truth["category_id"][source], rng.choice(CLASSES, d, p=frequency) + 1
        ),
        "bbox": box.round(2),
        "score": np.where(
            near, rng.beta(2, 2, d) * (1 - 2 * spread[:, 0]), rng.beta(1, 5, d)
        ).round(5),
    }
    ids = {"images": np.arange(1, images + 1), "categories": np.arange(1, CLASSES + 1)}
    return truth | ids, found


def write_files(truth, found, folder):
    """The same as COCO's files."""

    def entries(columns, fields):
        lists = [columns[field].tolist() for field in fields]
        return [dict(zip(fields, values)) for values in zip(*lists)]

    truth = truth | {"id": np.arange(1, len(truth["image_id"]) + 1)}
    dataset = {
        "images": [{"id": i, "height": 640, "width": 640} for i in truth["images"].tolist()],
        "categories": [{"id": k, "name": f"class {k}"} for k in truth["categories"].tolist()],
        "annotations": entries(truth, ("id", "image_id", "category_id", "bbox", "area", "iscrowd")),
    }
    paths = folder / "annotations.json", folder / "results.json"
    paths[0].write_text(json.dumps(dataset))
    paths[1].write_text(json.dumps(entries(found, ("image_id", "category_id", "bbox", "score"))))
    return tuple(map(str, paths))


@dataclass(frozen=True)
class Peer:
    """An evaluator with pycocotools' classes; the ratios promised for evaluating and for all."""

    name: str
    dataset: type
    evaluator: type
    target: float
    target_from_files: float | None = None

    def load(self, paths):
        """The annotations and the results."""
        truth = self.dataset(paths[0])
        return truth, truth.loadRes(paths[1])

    def evaluate(self, loaded):
        """All that its own example does, the table included."""
        judge = self.evaluator(*loaded, "bbox")
        judge.evaluate()
        judge.accumulate()
        judge.summarize()


FAST = (
    Peer("ultrafast-pycocotools", ultrafast.COCO, ultrafast.COCOeval, 1, 1),
    Peer("hotcoco", hotcoco.COCO, hotcoco.COCOeval, 1, 1),
)
CPP = Peer("faster-coco-eval", faster_coco_eval.COCO, faster_coco_eval.COCOeval_faster, 8, 4)
OFFICIAL = Peer("pycocotools", COCO, COCOeval, 130)


def coco_rows(folder):
    columns = random_scene(5000)
    paths = write_files(*columns, folder)
    size = "5,000 images"
    work = "COCO mAP, full tensors"
    for peers, repeat in ((FAST, 5), ((CPP,), 3)):
        loaded = [peer.load(paths) for peer in peers]
        ours, *theirs = cpu_seconds(
            lambda: str(coco_evaluate(*columns)),
            *(lambda p=p, data=data: p.evaluate(data) for p, data in zip(peers, loaded)),
            repeat=repeat,
        )
        for peer, seconds in zip(peers, theirs):
            yield Row(work, size, version(peer.name), ours, seconds, peer.target)
        if peers is FAST and torch.cuda.is_available():
            (ours,) = wall_seconds(on_device(columns, "cuda"))
            for peer, seconds in zip(peers, theirs):
                yield Row(f"{work}, CUDA", size, f"{version(peer.name)}, CPU", ours, seconds, 10)
        del loaded
    loaded = OFFICIAL.load(paths)
    start = time.process_time()
    OFFICIAL.evaluate(loaded)
    once = time.process_time() - start
    del loaded
    (ours,) = cpu_seconds(lambda: str(coco_evaluate(*columns)), repeat=5)
    yield Row(work, size, f"{version(OFFICIAL.name)}, once", ours, once, OFFICIAL.target)

    many = random_scene(20000)
    ours, more = cpu_seconds(
        lambda: str(coco_evaluate(*columns)), lambda: str(coco_evaluate(*many)), repeat=5
    )
    yield Row(work, "20,000 images", "this one, 5,000 images, 5 times", more, 5 * ours, 1)

    work = f"JSON files to table (peak memory {peak_gigabytes(paths):.2f} GB)"
    for peers, repeat in ((FAST, 5), ((CPP,), 3)):
        ours, *theirs = cpu_seconds(
            lambda: str(coco_evaluate(*paths)),
            *(lambda p=p: p.evaluate(p.load(paths)) for p in peers),
            repeat=repeat,
        )
        for peer, seconds in zip(peers, theirs):
            yield Row(work, size, version(peer.name), ours, seconds, peer.target_from_files)


def on_device(columns, device):
    """The evaluation of columns that lie on the device already."""
    truth, found = (
        {field: torch.as_tensor(column, device=device) for field, column in part.items()}
        for part in columns
    )
    return lambda: str(coco_evaluate(truth, found))


def peak_gigabytes(paths):
    """Highest memory of a process that reads the files and evaluates them, everything included."""
    code = (
        "import sys; from pathlib import Path; from course_lib.metrics import coco_evaluate;"
        "str(coco_evaluate(*sys.argv[1:])); print(Path('/proc/self/status').read_text())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *paths], capture_output=True, text=True, check=True
    )
    # Not getrusage, in which a new process starts with the peak of the one that it comes from.
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 2**20


def iou_rows():
    work, size = "IoU of boxes", "5,000 × 5,000, float32"
    rng = np.random.default_rng(596)
    corner, extent = rng.uniform(0, 500, (2, 5000, 2)), rng.uniform(1, 100, (2, 5000, 2))
    boxes = np.concatenate([corner, corner + extent], axis=2).astype(np.float32)
    tensors = torch.from_numpy(boxes)
    sizes = np.concatenate([corner, extent], axis=2)
    ours, torchs, theirs = cpu_seconds(
        lambda: box_iou(*boxes),
        lambda: torchvision_formula(*tensors),
        lambda: mask.iou(*sizes, np.zeros(5000, dtype=np.uint8)),
    )
    peer = f"torchvision's formula, {version('torch')}"
    yield Row(work, size, peer, ours, torchs, 8)
    yield Row(work, size, version("pycocotools"), ours, theirs, 4)


def torchvision_formula(boxes1, boxes2):
    """torchvision.ops.box_iou, written out: torchvision has no build for this torch here."""
    area1, area2 = ((b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1]) for b in (boxes1, boxes2))
    low = torch.max(boxes1[:, None, :2], boxes2[:, :2])
    high = torch.min(boxes1[:, None, 2:], boxes2[:, 2:])
    extent = (high - low).clamp(min=0)
    common = extent[:, :, 0] * extent[:, :, 1]
    return common / (area1[:, None] + area2 - common)
