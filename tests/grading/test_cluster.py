"""Examining on Dask workers: the same results as here, also when workers die."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import dask
import pytest
import yaml
from distributed import LocalCluster
from distributed.cli import dask_scheduler, dask_worker

from course_lib.grading import admission, cluster, demo
from course_lib.grading import plan as plans
from course_lib.grading.parcel import Parcel

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def workers():
    """Two workers with a thread each, on this machine."""
    settings = {"distributed.worker.daemon": False, "distributed.comm.timeouts.connect": "10s"}
    with (
        dask.config.set(settings),
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as started,
    ):
        yield started


@pytest.fixture
def course(tmp_path):
    """A course into which some of the demo class have handed in, and the plan for it."""
    demo.hand_in(ROOT, tmp_path)
    api = demo.open_course(ROOT, tmp_path)
    return tmp_path / "submitted", plans.plan(api, "metrics")


def comparable(result: dict) -> dict:
    """A result, by way of JSON, without what differs from run to run: seconds and cell ids."""
    kept = json.loads(json.dumps({key: value for key, value in result.items() if key != "seconds"}))
    for part in kept["notebooks"].values():
        for cell in part["notebook"]["cells"]:
            cell.pop("id")
    return kept


STUDENTS = ("all-right", "swapped", "blank", "syntax-error")


def test_results_are_those_of_this_machine(sandboxed, workers, course, monkeypatch):
    submitted, plan = course
    monkeypatch.setattr(cluster, "IN_FLIGHT", 2)
    with cluster.Cluster(workers.scheduler_address) as dask_workers:
        for student in STUDENTS:
            dask_workers.submit(student, plan, student, submitted / student / "metrics")
        found, sent = {}, []
        for student, result in dask_workers.results():
            found[student] = result
            sent.append(len(dask_workers.keys))
    assert sorted(found) == sorted(STUDENTS)
    assert sent == [1, 1, 1, 0]  # besides the one that has come back: never more than two at once
    for student in STUDENTS:
        here = plans.examine(plan, student, submitted / student / "metrics")
        assert comparable(found[student]) == comparable(here)


def test_a_worker_that_is_killed_costs_nothing(sandboxed, workers, course):
    submitted, plan = course
    with cluster.Cluster(workers.scheduler_address) as dask_workers:
        for number in range(6):
            dask_workers.submit(number, plan, "swapped", submitted / "swapped" / "metrics")
        victims = [
            worker["pid"]
            for worker in dask_workers.client.run(lambda: {"pid": os.getpid()}).values()
        ]
        coming = dask_workers.results()
        found = dict([next(coming)])  # now the workers are at the others
        os.kill(victims[0], signal.SIGKILL)
        found.update(coming)
    assert sorted(found) == list(range(6))
    assert all(not isinstance(value, Exception) for value in found.values())
    assert len({json.dumps(comparable(value), sort_keys=True) for value in found.values()}) == 1


def test_a_folder_that_is_a_link_is_not_sent(workers, course, tmp_path):
    submitted, plan = course
    (tmp_path / "link").symlink_to(submitted / "blank" / "metrics")
    with cluster.Cluster(workers.scheduler_address) as dask_workers:
        dask_workers.submit(1, plan, "x", tmp_path / "link")
        ((_, value),) = dask_workers.results()
    assert "is a link; it is not followed" in value["problem"]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("tcp://192.0.2.7:8786", "would send submissions and tests unencrypted"),
        ("192.0.2.7:8786", "would send submissions and tests unencrypted"),
        ("http://localhost:8786", "is no scheduler's address"),
        ("tcp://127.0.0.1:9", "no scheduler answers at tcp://127.0.0.1:9"),
        ("tls://127.0.0.1:9", "no scheduler answers at tls://127.0.0.1:9"),
    ],
)
def test_addresses_that_cannot_be_used(address, said, monkeypatch):
    monkeypatch.setattr(cluster, "ANSWER_SECONDS", 1)
    with pytest.raises(cluster.ClusterError) as error:
        cluster.Cluster(address)
    assert said in str(error.value) and "\n" not in str(error.value)


@pytest.fixture
def encrypted(tmp_path, monkeypatch):
    """Address of a scheduler that speaks TLS only, with the certificates of the book's page."""
    page = (ROOT / "book" / "back" / "grading-at-scale.md").read_text(encoding="utf-8")
    command = re.search(r"^openssl .*?cert\.pem$", page, re.MULTILINE | re.DOTALL)
    subprocess.run(["sh", "-c", command[0]], cwd=tmp_path, check=True, stderr=subprocess.DEVNULL)
    names = {"cert": str(tmp_path / "cert.pem"), "key": str(tmp_path / "key.pem")}
    client = {f"distributed.comm.tls.client.{kind}": path for kind, path in names.items()}
    client["distributed.comm.tls.ca-file"] = names["cert"]
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TLS__CA_FILE", names["cert"])
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TLS__SCHEDULER__CERT", names["cert"])
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TLS__SCHEDULER__KEY", names["key"])
    where = tmp_path / "scheduler.json"
    settings = ["--protocol", "tls", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", *settings]
    process = subprocess.Popen(
        [*command, "--scheduler-file", str(where)], stderr=subprocess.DEVNULL
    )
    while not where.exists() or not where.read_text().endswith("}"):
        assert process.poll() is None
        time.sleep(0.1)
    with dask.config.set(client):
        yield json.loads(where.read_text())["address"]
    process.terminate()
    process.wait()


def test_a_scheduler_without_workers_and_encryption(encrypted):
    assert encrypted.startswith("tls://")
    with pytest.raises(cluster.ClusterError, match="has no workers; start some first"):
        cluster.Cluster(encrypted)
    with (
        dask.config.set({"distributed.comm.tls.ca-file": None}),
        pytest.raises(cluster.ClusterError, match="no scheduler answers at tls://"),
    ):
        cluster.Cluster(encrypted)


def test_the_pods_of_the_page_are_given_what_they_name():
    """Of Kubernetes this is all that can be tried without one."""
    page = (ROOT / "book" / "back" / "grading-at-scale.md").read_text(encoding="utf-8")
    (manifest,) = re.findall(r"^```yaml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    made = set(re.findall(r"kubectl create (?:secret generic|configmap) (\S+)", page))
    folder = re.search(r'sed "s\|\$PWD\|(.*?)\|"', page)[1]
    service, *deployments = yaml.safe_load_all(manifest)
    for deployment in deployments:
        template = deployment["spec"]["template"]
        assert template["metadata"]["labels"] == deployment["spec"]["selector"]["matchLabels"]
        (pod,) = template["spec"]["containers"]
        dask_command, role, *arguments = pod["args"]
        assert dask_command == "dask"
        program = {"scheduler": dask_scheduler, "worker": dask_worker}[role].main
        program.make_context(role, [*arguments])  # it takes them out of the list
        (volume,), (mount,) = template["spec"]["volumes"], pod["volumeMounts"]
        (variables,) = pod["envFrom"]
        assert {volume["secret"]["secretName"], variables["configMapRef"]["name"]} == made
        assert (mount["name"], mount["mountPath"]) == (volume["name"], folder)
    assert service["spec"]["selector"] == deployments[0]["spec"]["selector"]["matchLabels"]
    port = service["spec"]["ports"][0]["port"]
    assert f"tls://{service['metadata']['name']}:{port}" in arguments  # the worker's
    for names in re.findall(r"^COPY (.*) \S+$", page, re.MULTILINE):
        assert all((ROOT / name).exists() for name in names.split())


def test_a_parcel_is_the_folder_again(tmp_path):
    folder = tmp_path / "submitted"
    (folder / "data" / "empty").mkdir(parents=True)
    (folder / "mine.ipynb").write_text("{}")
    (folder / "data" / "a.csv").write_bytes(b"1,2")
    (folder / "secret").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe")
    with (folder / "huge.bin").open("wb") as file:
        file.truncate((admission.FILE_MB << 20) + 1)
    admission.set_aside(folder)
    parcel = Parcel.of(folder)
    again = parcel.unpack(tmp_path / "again")
    admission.set_aside(again)
    assert admission.refused(again) == admission.refused(folder) == ["huge.bin", "pipe", "secret"]
    assert admission.plain_files(again).keys() == admission.plain_files(folder).keys()
    assert (again / "data" / "a.csv").read_bytes() == b"1,2"
    assert b"root:" not in b"".join(parcel.files.values())
    shutil.rmtree(again)
