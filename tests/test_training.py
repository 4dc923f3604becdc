"""The training loop against one written out by hand, torch's, and runs without interruption."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
import torch

from course_lib.arrays import to_numpy
from course_lib.nn import (
    Dropout,
    Linear,
    ReLU,
    Sequential,
    cross_entropy,
    l2_loss,
    l2_loss_backward,
    losses,
    mlp,
)
from course_lib.optim import SGD, Adam, Momentum
from course_lib.training import DivergenceError, History, evaluate, fit
from course_lib.validation import EarlyStopping


def problem(rng, samples=23):
    """Inputs and targets of a noisy linear map, (N, 3) and (N, 2)."""
    x = rng.standard_normal((samples, 3))
    target = x @ rng.standard_normal((3, 2)) + 0.1 * rng.standard_normal((samples, 2))
    return x, target


def weights(model):
    return [to_numpy(p).copy() for p in model.parameters]


def assert_same(first, second):
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("batch_size", [1, 5, 23, 100, None])
def test_batches_follow_the_loop_of_the_lecture(lib, batch_size):
    """Pattern by pattern, mini-batch and full batch, with gradients of a linear map by hand."""
    x, target = problem(np.random.default_rng(1))
    model = mlp([3, 2], rng=np.random.default_rng(2)).to(lib(np.zeros(1)))
    w, b = weights(model)
    history = fit(
        model,
        l2_loss,
        SGD(lr=0.1),
        (lib(x), lib(target)),
        epochs=3,
        batch_size=batch_size,
        rng=np.random.default_rng(3),
        validation=(lib(x[:4]), lib(target[:4])),
    )
    rng, losses, validation_losses = np.random.default_rng(3), [], []
    for _ in range(3):
        size = batch_size or len(x)
        order = rng.permutation(len(x)) if size < len(x) else np.arange(len(x))
        total = 0.0
        for start in range(0, len(x), size):
            chosen = order[start : start + size]
            error = x[chosen] @ w.T + b - target[chosen]
            total += 0.5 * (error**2).sum()
            w -= 0.1 * error.T @ x[chosen] / len(chosen)
            b -= 0.1 * error.mean(axis=0)
        losses.append(total / len(x))
        validation_losses.append(0.5 * ((x[:4] @ w.T + b - target[:4]) ** 2).sum() / 4)
    for ours, by_hand in zip(model.parameters, (w, b)):
        np.testing.assert_allclose(lib.numpy(ours), by_hand, rtol=1e-12)
    np.testing.assert_allclose(history.loss, losses, rtol=1e-12)
    np.testing.assert_allclose(history.validation_loss, validation_losses, rtol=1e-12)
    assert not history.stopped_early


def test_a_classifier_follows_torch(rng):
    x, labels = rng.standard_normal((40, 6)), rng.integers(0, 3, 40)
    model = mlp([6, 5, 3], rng=rng)
    w1, b1, w2, b2 = (torch.from_numpy(w).requires_grad_() for w in weights(model))
    fit(model, cross_entropy, Adam(lr=0.01), (x, labels), epochs=5, batch_size=8, rng=None)
    optimizer = torch.optim.Adam([w1, b1, w2, b2], lr=0.01)
    for _ in range(5):
        for start in range(0, 40, 8):
            hidden = torch.sigmoid(torch.from_numpy(x[start : start + 8]) @ w1.T + b1)
            logits = hidden @ w2.T + b2
            target = torch.from_numpy(labels[start : start + 8])
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(logits, target).backward()
            optimizer.step()
    for ours, theirs in zip(model.parameters, (w1, b1, w2, b2)):
        np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=1e-9, atol=1e-12)


def test_the_same_seed_gives_the_same_weights(rng):
    data = problem(rng)

    def train(seed):
        rng = np.random.default_rng(seed)
        layers = Linear(3, 4, rng=rng), ReLU(), Dropout(0.3, rng=rng), Linear(4, 2, rng=rng)
        model = Sequential(*layers)
        fit(model, l2_loss, Adam(lr=0.01), data, epochs=3, batch_size=5, rng=rng)
        return weights(model)

    assert_same(train(1), train(1))
    assert not np.array_equal(train(1)[0], train(2)[0])


def test_evaluate_does_not_depend_on_its_batches_and_drops_nothing(rng):
    x, target = problem(rng)
    model = Sequential(Linear(3, 2, rng=rng), Dropout(0.9, rng=rng))
    w, b = model.parameters
    expected = 0.5 * ((x @ w.T + b - target) ** 2).sum() / len(x)
    for batch_size in (1, 7, 23, 1024):
        value = evaluate(model, l2_loss, (x, target), batch_size=batch_size)
        np.testing.assert_allclose(value, expected, rtol=1e-12)


def test_a_loss_may_come_with_its_gradient(rng):
    data = problem(rng)

    def train(loss):
        model = mlp([3, 2], rng=np.random.default_rng(0))
        fit(model, loss, SGD(lr=0.1), data, epochs=2, batch_size=None, rng=None)
        return weights(model)

    def half(output, target):
        return l2_loss(output, target) / 2

    def half_gradient(output, target):
        return l2_loss_backward(output, target) / 2

    assert not np.array_equal(train((half, half_gradient))[0], train(l2_loss)[0])
    assert_same(train((l2_loss, l2_loss_backward)), train(l2_loss))
    with pytest.raises(
        ValueError, match=r"no function half_backward beside the loss; give the pair"
    ):
        train(half)


def half_loss(output, target):
    return l2_loss(output, target) / 2


def half_loss_backward(output, target):
    return l2_loss_backward(output, target) / 2


def test_a_loss_may_stand_beside_its_gradient(rng):
    data = problem(rng)

    def train(loss):
        model = mlp([3, 2], rng=np.random.default_rng(0))
        fit(model, loss, SGD(lr=0.1), data, epochs=2, batch_size=5, rng=None)
        return weights(model)

    assert_same(train(half_loss), train((half_loss, half_loss_backward)))


@pytest.mark.parametrize("name", ["l2_loss", "binary_cross_entropy_with_logits", "cross_entropy"])
def test_a_step_asks_once_for_value_and_gradient(rng, monkeypatch, name):
    data = rng.random((23, 3)), np.full((23, 2), 0.5)
    loss, gradient = getattr(losses, name), getattr(losses, name + "_backward")

    def train(loss):
        model = mlp([3, 2], rng=np.random.default_rng(0))
        settings = {"epochs": 3, "batch_size": 5, "rng": np.random.default_rng(1)}
        history = fit(model, loss, SGD(lr=0.1), data, **settings)
        return weights(model), history.loss

    def refuse(output, target):
        raise AssertionError("the gradient alone was asked for")

    by_pair = train((loss, gradient))
    monkeypatch.setattr(losses, name + "_backward", refuse)
    for ours, expected in zip(train(loss), by_pair):
        for a, b in zip(ours, expected, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)


def test_early_stopping_ends_the_run_with_the_weights_of_the_best_epoch(rng):
    x, target = problem(rng)
    validation = x[:6], target[:6] + rng.standard_normal((6, 2))
    seen = []

    class Spy(EarlyStopping):
        def update(self, loss, parameters):
            seen.append([p.copy() for p in parameters])
            return super().update(loss, parameters)

    def train(epochs):
        seen.clear()
        model, stopper = mlp([3, 8, 2], rng=np.random.default_rng(0)), Spy(patience=3)
        history = fit(
            model,
            l2_loss,
            Adam(lr=0.05),
            (x, target),
            epochs=epochs,
            batch_size=4,
            rng=np.random.default_rng(0),
            validation=validation,
            early_stopping=stopper,
        )
        assert len(seen) == len(history.loss) == len(history.validation_loss)
        assert int(np.argmin(history.validation_loss)) == stopper.best_epoch
        assert_same(weights(model), seen[stopper.best_epoch])
        np.testing.assert_allclose(
            evaluate(model, l2_loss, validation), min(history.validation_loss), rtol=1e-12
        )
        return history, stopper

    history, stopper = train(200)
    assert history.stopped_early
    assert len(history.loss) == stopper.best_epoch + 1 + 3 < 200
    history, _ = train(stopper.best_epoch + 2)  # ends before patience does
    assert not history.stopped_early


class Interruption(Exception):
    pass


def run(path, epochs, *, data, validation, die_at=None, bits=np.random.PCG64, optimizer=Adam):
    """A run with everything that has a state: Adam, dropout with its own rng, early stopping."""
    shuffle, drop = (np.random.Generator(bits(seed)) for seed in (1, 2))
    initial = np.random.default_rng(3)
    layers = [Linear(3, 6, rng=initial), ReLU(), Sequential(Dropout(0.2, rng=drop))]
    model = Sequential(*layers, Linear(6, 2, rng=initial))
    calls = 0

    def loss(output, target):
        nonlocal calls
        calls += 1
        if calls == die_at:
            raise Interruption
        return l2_loss(output, target)

    history = fit(
        model,
        (loss, l2_loss_backward),
        optimizer(lr=0.02),
        data,
        epochs=epochs,
        batch_size=5,
        rng=shuffle,
        validation=validation,
        early_stopping=EarlyStopping(patience=4),
        checkpoint=path,
    )
    return weights(model), history


@pytest.mark.parametrize("bits", [np.random.PCG64, np.random.MT19937, np.random.Philox])
def test_a_resumed_run_arrives_at_the_same_weights(tmp_path, rng, bits):
    settings = {"data": problem(rng), "validation": problem(rng, 7), "bits": bits}
    expected, history = run(None, 12, **settings)
    path = tmp_path / "run.npz"
    run(path, 3, **settings)
    with pytest.raises(Interruption):  # in the third step of the sixth epoch: 6 calls an epoch
        run(path, 12, **settings, die_at=2 * 6 + 3)
    resumed, resumed_history = run(path, 12, **settings)
    assert_same(resumed, expected)
    assert resumed_history == history
    assert [p.name for p in tmp_path.iterdir()] == ["run.npz"]
    assert_same(run(path, 12, **settings, die_at=1)[0], expected)  # nothing is left to do


def test_a_resumed_run_stays_stopped(tmp_path, rng):
    (x, target), path = problem(rng), tmp_path / "run.npz"
    settings = {"data": (x, target), "validation": (x[:5], -target[:5])}
    expected, history = run(path, 50, **settings)
    assert history.stopped_early
    resumed, resumed_history = run(path, 50, **settings, die_at=1)
    assert_same(resumed, expected)
    assert resumed_history == history


def test_a_checkpoint_goes_back_to_the_library_it_came_from(lib, tmp_path):
    x, target = problem(np.random.default_rng(1))

    def train(epochs, path):
        model = mlp([3, 4, 2], rng=np.random.default_rng(2)).to(lib(np.zeros(1)))
        settings = {"batch_size": 6, "rng": np.random.default_rng(3), "checkpoint": path}
        data = lib(x), lib(target)
        fit(model, l2_loss, Momentum(lr=0.02), data, epochs=epochs, **settings)
        return [lib.numpy(p) for p in model.parameters]

    path = tmp_path / "run.npz"
    train(2, path)
    assert_same(train(5, path), train(5, None))


def test_a_checkpoint_is_whole_whenever_writing_ends(tmp_path, rng, monkeypatch):
    settings = {"data": problem(rng), "validation": problem(rng, 7)}
    path = tmp_path / "run.npz"
    run(path, 2, **settings)
    before = path.read_bytes()

    def disk_full(file, **arrays):
        file.write(b"half of it")
        raise OSError("No space left on device")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space left"):
        patch.setattr(np, "savez", disk_full)
        run(path, 4, **settings)
    assert path.read_bytes() == before
    assert_same(run(path, 4, **settings)[0], run(None, 4, **settings)[0])


def test_a_checkpoint_of_another_run_is_refused(tmp_path, rng):
    path = tmp_path / "run.npz"
    settings = {"data": problem(rng), "validation": problem(rng, 7)}
    run(path, 1, **settings)
    with pytest.raises(ValueError, match="the checkpoint has optimizer Adam, this run Momentum"):
        run(path, 2, **settings, optimizer=Momentum)
    with pytest.raises(ValueError, match=r"has generators \['PCG64', 'PCG64'\], this run"):
        run(path, 2, **settings, bits=np.random.Philox)

    def other(sizes, early_stopping):
        model = Sequential(*mlp(sizes, rng=rng).layers, Dropout(0.1, rng=rng))
        before = weights(model)
        with pytest.raises(ValueError) as caught:
            fit(
                model,
                l2_loss,
                Adam(),
                settings["data"],
                epochs=2,
                batch_size=5,
                rng=rng,
                validation=settings["validation"],
                early_stopping=early_stopping,
                checkpoint=path,
            )
        assert_same(weights(model), before)
        return str(caught.value)

    assert other([3, 6, 2], None).endswith("has early_stopping True, this run False")
    assert other([3, 5, 2], EarlyStopping()).endswith(
        "parameter 0 is (6, 3) in the checkpoint, (5, 3) in this run"
    )
    assert other([3, 2], EarlyStopping()).endswith(
        "parameter 0 is (6, 3) in the checkpoint, (2, 3) in this run"
    )


def test_a_checkpoint_of_another_format_is_refused(tmp_path, rng):
    path = tmp_path / "run.npz"
    settings = {"data": problem(rng), "validation": problem(rng, 7)}
    run(path, 1, **settings)
    with np.load(path) as file:
        arrays = dict(file)
    about = json.loads(str(arrays.pop("about")))
    for other in ({**about, "format": about.pop("format") - 1}, about):  # before there were formats
        np.savez(path, about=np.array(json.dumps(other)), **arrays)
        with pytest.raises(ValueError, match=r"run.npz: .* by another version of course_lib"):
            run(path, 2, **settings)


@pytest.mark.parametrize(
    "damage", [lambda b: b"", lambda b: b[:-20], lambda b: b"PK" + b[7:], lambda b: b"no archive"]
)
def test_a_damaged_checkpoint_is_refused(tmp_path, rng, damage):
    path = tmp_path / "run.npz"
    settings = {"data": problem(rng), "validation": problem(rng, 7)}
    run(path, 1, **settings)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=r"run.npz: not a checkpoint of fit, or a damaged one"):
        run(path, 2, **settings)
    np.savez(path, weights=np.ones(3))
    with pytest.raises(ValueError, match=r"run.npz: not a checkpoint of fit"):
        run(path, 2, **settings)


def test_divergence_stops_and_keeps_the_last_good_weights(lib):
    """With curvature 1 and lr 1e150 the loss is finite twice; by hand: 0.5, 5e299, then inf."""
    model = mlp([1, 1], rng=np.random.default_rng(0)).to(lib(np.zeros(1)))
    for parameter in model.parameters:
        parameter[...] = 0.0
    data = lib([[0.0]]), lib([[1.0]])
    with pytest.raises(DivergenceError) as caught:
        fit(model, l2_loss, SGD(lr=1e150), data, epochs=9, batch_size=None, rng=None)
    assert "the loss is inf at step 3 (epoch 3)" in str(caught.value)
    assert caught.value.step == 3
    assert len(caught.value.history.loss) == 2
    np.testing.assert_array_equal(lib.numpy(model.parameters[1]), [1e150])


def test_a_nan_in_the_data_does_not_reach_the_weights(rng):
    x, target = problem(rng)
    clean = mlp([3, 2], rng=np.random.default_rng(0))
    fit(clean, l2_loss, SGD(lr=0.1), (x[:5], target[:5]), epochs=1, batch_size=5, rng=None)
    x[12, 1] = np.nan
    model = mlp([3, 2], rng=np.random.default_rng(0))
    with pytest.raises(DivergenceError, match=r"the loss is nan at step 3 \(epoch 1\).* smaller"):
        fit(model, l2_loss, SGD(lr=0.1), (x, target), epochs=2, batch_size=5, rng=None)
    # The weights after the second step have no finite loss; those after the first do.
    assert_same(weights(model), weights(clean))


def test_no_gradient_of_a_loss_that_is_not_finite(rng):
    def gradient(output, target):
        assert np.isfinite(output).all()
        return l2_loss_backward(output, target)

    x, target = problem(rng)
    data, settings = (x * np.nan, target), {"epochs": 1, "batch_size": 5, "rng": rng}
    with pytest.raises(DivergenceError, match=r"the loss is nan at step 1 .* look at the data"):
        fit(mlp([3, 2], rng=rng), (l2_loss, gradient), SGD(lr=0.1), data, **settings)


def test_divergence_in_the_last_step_or_in_validation_is_seen(rng):
    x, target = problem(rng)
    model = mlp([3, 2], rng=rng)
    before = weights(model)
    with pytest.raises(DivergenceError, match=r"sum of a layer's weights is (nan|-?inf) at step 1"):
        fit(model, l2_loss, SGD(lr=1e308), (x, 1e5 * target), epochs=1, batch_size=None, rng=None)
    assert_same(weights(model), before)
    settings = {"epochs": 1, "batch_size": None, "rng": None}
    with pytest.raises(DivergenceError, match=r"validation loss is nan at step 1 \(epoch 1\)"):
        fit(model, l2_loss, SGD(lr=0.1), (x, target), **settings, validation=(x, target * np.nan))


DATA = np.ones((4, 3)), np.ones((4, 2))


@pytest.mark.parametrize(
    "change, error, sentence",
    [
        ({"data": DATA[0]}, TypeError, r"data must be a pair \(inputs, targets\), got ndarray$"),
        ({"validation": (1, 2, 3)}, TypeError, "validation must be a pair .*, got tuple of 3$"),
        ({"data": (DATA[0], DATA[1][:3])}, ValueError, "data has 4 inputs and 3 targets"),
        ({"data": (DATA[0][:0], DATA[1][:0])}, ValueError, "data has 0 inputs and 0 targets"),
        ({"data": (DATA[0], torch.ones(4, 2))}, TypeError, "arrays of different libraries"),
        ({"epochs": 0}, ValueError, "epochs must be at least 1, got 0"),
        ({"batch_size": -2}, ValueError, "batch_size must be at least 1, got -2"),
        ({"batch_size": 2.5}, TypeError, "float"),
        ({"rng": 7}, TypeError, r"rng must be a numpy.random.Generator or None, got 7"),
        (
            {"early_stopping": EarlyStopping()},
            ValueError,
            "early_stopping looks at the validation loss, give validation too",
        ),
    ],
)
def test_bad_input_gets_one_sentence(rng, change, error, sentence):
    settings = {"data": DATA, "epochs": 1, "batch_size": 2, "rng": rng, **change}
    with pytest.raises(error, match=sentence):
        fit(mlp([3, 2], rng=rng), l2_loss, SGD(lr=0.1), settings.pop("data"), **settings)


SCRIPT = """
import numpy as np
from course_lib.nn import l2_loss, mlp
from course_lib.optim import SGD
from course_lib.training import fit
x = np.ones((4, 3))
model = mlp([3, 3], rng=np.random.default_rng(0))
history = fit(model, l2_loss, SGD(lr=0.1), (x, x), epochs=5, batch_size=2, rng=None)
"""


def test_no_bar_where_nobody_looks():
    out = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert out.stdout == out.stderr == ""


@pytest.mark.parametrize("ci", ["", "true"])
def test_a_bar_in_a_terminal_but_not_in_ci(ci):
    pty = pytest.importorskip("pty", reason="no pseudo-terminals on this system")
    termios = pytest.importorskip("termios", reason="no pseudo-terminals on this system")
    reader, writer = pty.openpty()
    termios.tcsetwinsize(writer, (24, 80))
    environment = {**os.environ, "CI": ci, "TERM": "dumb"}
    subprocess.run([sys.executable, "-c", SCRIPT], stderr=writer, check=True, env=environment)
    os.close(writer)
    shown = b""
    with os.fdopen(reader, "rb", buffering=0) as stream:
        try:
            while piece := stream.read(4096):
                shown += piece
        except OSError:  # Linux's way to say that the other end is closed
            pass
    if ci:
        assert shown == b""
    else:
        assert b"10/10" in shown and b"loss" in shown


def test_a_bar_in_a_notebook(monkeypatch):
    import nbformat
    from nbclient import NotebookClient

    monkeypatch.delenv("CI", raising=False)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(SCRIPT)])
    NotebookClient(notebook, kernel_name="python3").execute()
    (output,) = notebook.cells[0].outputs
    assert "application/vnd.jupyter.widget-view+json" in output.data


def test_a_history_prints_in_one_line():
    assert repr(History()) == "History(0 epochs)"
    assert repr(History(loss=[2.0, 1.0, 0.12345])) == "History(3 epochs, loss 2 to 0.123)"
