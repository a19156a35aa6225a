"""Records of other tools become accelerator-hours, and nothing is counted twice without saying so.

Expected hours are added up by hand from the files under data/records: accelerators times hours.
"""

import json
import shutil
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest

from gateline.amounts import Amount
from gateline.chips.catalogue import Catalogue
from gateline.documents import read_document
from gateline.errors import InputError
from gateline.rules.specfiles import specs_folder
from gateline.training.records import detect, read_records
from gateline.training.records.instances import InstancesFile, default_instances, device_chip, machine, sku_machine
from gateline.training.records.model import UNNAMED
from gateline.training.records.text import MAXIMUM_DEPTH
from gateline.training.utilization import Recompute, Utilization, model_utilization

DATA = Path(__file__).parent / "data" / "records"
SACCT = "JobID|State|Start|End|ElapsedRaw|AllocTRES\n"
DCGM = "timestamp,UUID,modelName,DCGM_FI_DEV_GPU_UTIL\n"
CARBON = "timestamp,project_name,run_id,duration,gpu_count,gpu_model\n"
MLFLOW = "run_id,experiment_id,start_time,end_time,params.gpu_count,tags.mlflow.runName,tags.mlflow.parentRunId\n"


def write(folder: Path, text: str, name: str = "record.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def hours(records) -> dict[str, str | tuple[str, str]]:
    """Accelerator-hours as text: one value, or both ends."""
    return {
        name: str(amount.low) if amount.known else (str(amount.low), str(amount.high))
        for name, amount in records.chip_hours().items()
    }


def fates(records) -> dict[str, list[int]]:
    """Rows by what became of them."""
    rows: dict[str, list[int]] = {}
    for remark in records.remarks:
        rows.setdefault(remark.action, []).extend(remark.rows)
    return {action: sorted(lines) for action, lines in rows.items() if lines}


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as refused:
        read_records(path)
    message = str(refused.value)
    assert "\n" not in message
    return message.replace(f"{path.parent}/", "")


@pytest.mark.parametrize(
    ("name", "format_", "expected"),
    [
        # 16 × 25 h; 2 h + 0.5 h; 4 × (1 + 3 + 2) h + 8 × 0.5 h; (2 + 6) × 1 h
        ("sacct.txt", "slurm", {"nvidia-h100-sxm": "400", "h100": "5/2", UNNAMED: "28", "a100": "8"}),
        # 2 × 8 × 24 h; 64 chips × 10 h; 4 × 1.5 h
        ("generic.csv", "billing", {"nvidia-h100-sxm": "384", "google-tpu-v5p": "640", "NVIDIA A10G": "6"}),
        # 8 × 2 h, and 8 × 2 h more than the machine had; 8 × 0.5 h
        ("aws-cur.csv", "billing", {"nvidia-h100-sxm": ("16", "32"), "nvidia-a100-sxm-40": "4"}),
        # 8 GPU-hours; 7200 GPU-seconds
        ("gcp.csv", "billing", {"nvidia-h100-sxm": "8", "nvidia-a100-sxm-40": "2"}),
        # 8 × 24 h
        ("azure.csv", "billing", {"nvidia-h100-sxm": "192"}),
        # 3 × 15 min + 2 × 15 min; 2 × 15 min
        ("dcgm.csv", "dcgm", {"nvidia-h100-sxm": "7/4"}),
        # 2 × 60 s
        ("prometheus.csv", "dcgm", {"nvidia-a100-sxm-80": "1/30"}),
        # 4 × 2 h, 4 × 1 h; 4 × 2 h of a run at the same time
        ("emissions.csv", "codecarbon", {"nvidia-a100-sxm-80": ("12", "20")}),
        ("trainer_state.json", "trainer_state", {}),
        # 8 × 10 h, 8 × 4 h of its child; 2 × 1.5 h
        ("mlflow-runs.csv", "mlflow", {"nvidia-h100-sxm": ("80", "112"), UNNAMED: "3"}),
        # 2 × 2 h
        ("mlruns", "mlflow", {"nvidia-a100-sxm-40": "4"}),
        # 8 × 2 h; 0.5 h each
        ("wandb", "wandb", {"nvidia-h100-sxm": "16", "nvidia-l4": "1/2", "nvidia-l40s": "1/2"}),
    ],
)
def test_every_format_is_recognised_and_added_up(name, format_, expected):
    assert detect(DATA / name).format == format_
    records = read_records(DATA / name)
    assert (records.format, hours(records)) == (format_, expected)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sacct.txt", {"skipped": [8, 14], "merged": [3, 4, 5], "noted": [9, 10, 11, 15]}),
        ("generic.csv", {"skipped": [5], "open": [6]}),
        ("aws-cur.csv", {"merged": [3], "skipped": [6, 7, 9], "noted": [2, 4, 5]}),
        ("gcp.csv", {"skipped": [2, 3, 6, 7], "open": [8]}),
        ("azure.csv", {"skipped": [3, 4, 5]}),
        ("dcgm.csv", {"noted": [6]}),
        ("emissions.csv", {"merged": [2], "noted": [4], "skipped": [6]}),
        ("mlflow-runs.csv", {"merged": [4], "noted": [3], "open": [6, 7]}),
        ("wandb", {"merged": [2]}),
    ],
)
def test_every_row_that_is_not_simply_counted_is_told(name, expected):
    assert fates(read_records(DATA / name)) == expected


def test_an_entry_has_times_job_and_the_name_as_written():
    entry = read_records(DATA / "sacct.txt").entries[0]
    assert (entry.accelerator, entry.chip) == ("nvidia_h100_80gb_hbm3", "nvidia-h100-sxm")
    assert (entry.count, entry.hours, entry.job, entry.rows) == (16, Fraction(25), "101", (2,))
    assert (entry.start, entry.end) == (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, 1, tzinfo=UTC))


RUN = "2026-03-01T00:00:00|2026-03-01T01:00:00|3600|"


@pytest.mark.parametrize(
    ("rows", "expected", "told"),
    [
        # the job and its steps: 8 × 1 h, not 24
        (
            f"1|COMPLETED|{RUN}gres/gpu=8\n1.batch|COMPLETED|{RUN}gres/gpu=8\n1.0|COMPLETED|{RUN}gres/gpu=8\n",
            "8",
            "merged",
        ),
        # a total and its types are the same GPUs
        (f"1|COMPLETED|{RUN}gres/gpu=8,gres/gpu:h100=8\n", {"h100": "8"}, None),
        # a total above its types: the rest has no type
        (f"1|COMPLETED|{RUN}gres/gpu=8,gres/gpu:h100=6\n", {"h100": "6", UNNAMED: "2"}, None),
        # the same run in two exports, running and then done
        (f"1|RUNNING|2026-03-01T00:00:00|Unknown|1800|gres/gpu=8\n1|COMPLETED|{RUN}gres/gpu=8\n", "8", "merged"),
        # two runs that overlap by half an hour cannot both be true
        (
            f"1|REQUEUED|{RUN}gres/gpu=8\n1|COMPLETED|2026-03-01T00:30:00|2026-03-01T01:30:00|3600|gres/gpu=8\n",
            ("12", "16"),
            "noted",
        ),
        # without a row of the job, the step extern holds all of it
        (f"1.batch|COMPLETED|{RUN}gres/gpu=4\n1.extern|COMPLETED|{RUN}gres/gpu=8\n", "8", "noted"),
        # steps alone can share GPUs
        (f"1.0|COMPLETED|{RUN}gres/gpu=8\n1.1|COMPLETED|{RUN}gres/gpu=8\n", {}, "open"),
        # slices and shards of GPUs
        (f"1|COMPLETED|{RUN}gres/gpu:a100_1g.5gb=7,gres/gpu=7\n", {}, "open"),
        (f"1|COMPLETED|{RUN}gres/shard=4\n", {}, "open"),
        # a type that is written as none
        (f"1|COMPLETED|{RUN}gres/gpu:(null)=8,gres/gpu=8\n", "8", None),
        # a job that never ran
        ("1|CANCELLED|None|None|0|gres/gpu=8\n", {}, "skipped"),
        # other resources whose names start alike
        (f"1|COMPLETED|{RUN}gres/gpumem=80G,gres/gpu=2\n", "2", None),
    ],
)
def test_slurm_counts_an_allocation_once(tmp_path, rows, expected, told):
    records = read_records(write(tmp_path, SACCT + rows))
    assert hours(records) == (expected if isinstance(expected, dict) else {UNNAMED: expected})
    assert told is None or told in {remark.action for remark in records.remarks}


def test_a_raw_id_joins_two_ways_to_write_a_task(tmp_path):
    head = "JobID|JobIDRaw|State|Start|End|Elapsed|AllocTRES\n"
    time = "COMPLETED|2026-03-01T00:00:00|2026-03-01T01:00:00|01:00:00|gres/gpu=8\n"
    assert hours(read_records(write(tmp_path, f"{head}7_1|9|{time}9|9|{time}"))) == {UNNAMED: "8"}


def test_clusters_have_ids_of_their_own(tmp_path):
    head = "Cluster|JobID|Start|End|ElapsedRaw|AllocTRES\n"
    rows = "".join(f"{name}|1|2026-03-01T00:00:00|2026-03-01T01:00:00|3600|gres/gpu=8\n" for name in ("east", "west"))
    assert hours(read_records(write(tmp_path, head + rows))) == {UNNAMED: "16"}


@pytest.mark.parametrize(
    ("elapsed", "expected"),
    [("1-02:03:04", Fraction(93784, 3600)), ("02:03:04", Fraction(7384, 3600)), ("03:04", Fraction(184, 3600))],
)
def test_durations_of_slurm(tmp_path, elapsed, expected):
    text = f"JobID|Elapsed|AllocTRES\n1|{elapsed}|gres/gpu=1\n"
    assert read_records(write(tmp_path, text)).entries[0].hours == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # the same line twice: with a machine and a time it is one line, without it can be two machines
        ("instance_type,hours,id,start\n" + "p5.48xlarge,1,a,2026-03-01\n" * 2, "8"),
        ("instance_type,hours\n" + "p5.48xlarge,1\n" * 2, ("8", "16")),
        # two machines at one time are two
        (
            "instance_type,hours,id,start,end\np5.48xlarge,1,a,2026-03-01T00:00,2026-03-01T01:00\n"
            "p5.48xlarge,1,b,2026-03-01T00:00,2026-03-01T01:00\n",
            "16",
        ),
        # one machine cannot have two hours in one
        (
            "instance_type,hours,id,start,end\np5.48xlarge,1,a,2026-03-01T00:00,2026-03-01T01:00\n"
            "p5.48xlarge,0.5,a,2026-03-01T00:00,2026-03-01T01:00\n",
            ("8", "12"),
        ),
    ],
)
def test_a_machine_has_the_hours_of_the_clock(tmp_path, text, expected):
    assert hours(read_records(write(tmp_path, text))) == {"nvidia-h100-sxm": expected}


def test_a_table_may_name_accelerators_themselves(tmp_path):
    text = "accelerator,hours,count\nNVIDIA H100 80GB HBM3,10,16\nmystery,1,2\n"
    assert hours(read_records(write(tmp_path, text))) == {"nvidia-h100-sxm": "160", "mystery": "2"}


def test_utilization_is_named_and_the_most_telling_is_taken():
    entries = read_records(DATA / "dcgm.csv").entries
    assert [entry.utilization for entry in entries] == [
        Utilization("tensor_active", Fraction(2, 5)),
        Utilization("tensor_active", Fraction(1, 5)),
        Utilization("nvidia_smi", Fraction(17, 20)),
    ]
    active = read_records(DATA / "prometheus.csv").entries[0].utilization
    assert active == Utilization("sm_active", Fraction(1, 2))


def test_a_gpu_that_two_exporters_sample_is_one(tmp_path):
    rows = "".join(f"2026-03-01T00:0{minute}:00Z,GPU-a,NVIDIA L4,50\n" * 2 for minute in range(3))
    assert hours(read_records(write(tmp_path, DCGM + rows))) == {"nvidia-l4": "1/20"}


def test_a_divided_gpu_is_one_gpu(tmp_path):
    text = "timestamp,UUID,GPU_I_ID,DCGM_FI_PROF_SM_ACTIVE\n"
    rows = "".join(f"2026-03-01T0{hour}:00:00Z,GPU-a,{part},0.9\n" for hour in range(2) for part in range(7))
    records = read_records(write(tmp_path, text + rows))
    assert hours(records) == {UNNAMED: "2"}
    assert records.entries[0].utilization is None


def test_milliseconds_and_seconds_are_told_apart(tmp_path):
    rows = "1772323200000,GPU-a,NVIDIA L4,50\n1772323260,GPU-a,NVIDIA L4,50\n"
    assert hours(read_records(write(tmp_path, DCGM + rows))) == {"nvidia-l4": "1/30"}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # one run that is written as it goes: the longest row holds the others
        ("2026-03-01T01:00:00,p,r,3600,8,8 x NVIDIA H200\n2026-03-01T02:00:00,p,r,7200,8,8 x NVIDIA H200\n", "16"),
        # another rank, half an hour later: 4 h are new, 4 h may be counted already
        (
            "2026-03-01T01:00:00,p,r,3600,8,8 x NVIDIA H200\n2026-03-01T01:30:00,p,s,3600,8,8 x NVIDIA H200\n",
            ("12", "16"),
        ),
        # one run after the other
        ("2026-03-01T01:00:00,p,r,3600,8,8 x NVIDIA H200\n2026-03-01T02:00:00,p,s,3600,8,8 x NVIDIA H200\n", "16"),
    ],
)
def test_rows_and_ranks_of_codecarbon(tmp_path, rows, expected):
    assert hours(read_records(write(tmp_path, CARBON + rows))) == {"nvidia-h200-sxm": expected}


@pytest.mark.parametrize(
    ("count", "model", "expected"),
    [
        (3, "1 x NVIDIA L42 x NVIDIA L40S", {UNNAMED: "3"}),
        (3, "1 x NVIDIA L40S2 x NVIDIA L4", {"nvidia-l40s": "1", "nvidia-l4": "2"}),
        (2, "8 x NVIDIA L4", {"nvidia-l4": "2"}),
        (2, "", {UNNAMED: "2"}),
    ],
)
def test_several_sorts_of_gpu_in_one_cell(tmp_path, count, model, expected):
    """CodeCarbon writes sorts without anything between them; what does not add up is not split."""
    row = f"2026-03-01T01:00:00,p,r,3600,{count},{model}\n"
    assert hours(read_records(write(tmp_path, CARBON + row))) == expected


def test_tokens_of_a_resumed_run_are_a_range():
    """1.5 million after a fall from 2 million: from 2 million, if the rest was seen again, to 3.5 million."""
    figures = {figure.name: figure for figure in read_records(DATA / "trainer_state.json").figures}
    assert figures["num_input_tokens_seen"].amount == Amount(Fraction(2_000_000), Fraction(3_500_000))
    assert figures["train_runtime"].amount == Amount.exactly(Fraction("5400.5"))


@pytest.mark.parametrize("name", ["trainer_state.json", "wandb"])
def test_total_flos_carries_its_convention(name):
    figure = next(figure for figure in read_records(DATA / name).figures if figure.name.endswith("total_flos"))
    for trait in ("hf_total_flos", "padding", "every expert", "not a measurement"):
        assert trait in figure.convention


def test_a_resumed_run_may_hold_its_earlier_time(tmp_path):
    """Two folders of one run: the second counts on from the first, or it does not."""
    for day, runtime in (("20260301", 3600), ("20260302", 7200)):
        folder = tmp_path / f"run-{day}_000000-abcd" / "files"
        folder.mkdir(parents=True)
        started = f"2026-03-{day[-2:]}T00:00:00Z"
        write(
            folder,
            json.dumps({"startedAt": started, "host": "n", "gpu": "NVIDIA L4", "gpu_count": 1}),
            "wandb-metadata.json",
        )
        write(folder, json.dumps({"_runtime": runtime}), "wandb-summary.json")
    assert hours(read_records(tmp_path)) == {"nvidia-l4": ("2", "3")}


def test_a_link_to_the_latest_run_is_not_another_run(tmp_path):
    shutil.copytree(DATA / "wandb", tmp_path / "wandb")
    run = tmp_path / "wandb" / "run-20260301_000000-aaaa1111"
    (tmp_path / "wandb" / "latest-run").symlink_to(run)
    (tmp_path / "elsewhere").mkdir()
    for file in (run / "files").iterdir():
        (tmp_path / "elsewhere" / file.name).symlink_to(file)
    (tmp_path / "elsewhere").rename(tmp_path / "wandb" / "elsewhere")
    assert hours(read_records(tmp_path / "wandb")) == hours(read_records(DATA / "wandb"))


def test_a_run_without_a_length_is_open(tmp_path):
    folder = shutil.copytree(DATA / "wandb" / "run-20260302_000000-cccc3333", tmp_path / "run")
    (folder / "files" / "run-history.jsonl").unlink()
    records = read_records(folder)
    assert (hours(records), fates(records)) == ({}, {"open": [1]})


def test_two_histories_of_one_run_are_refused(tmp_path):
    folder = shutil.copytree(DATA / "wandb" / "run-20260302_000000-cccc3333", tmp_path / "run")
    write(folder / "files", "_runtime\n5\n", "history.csv")
    assert "has several histories (history.csv, run-history.jsonl)" in refusal(folder)


def test_a_metadata_file_alone_is_a_run():
    records = read_records(DATA / "wandb" / "run-20260302_000000-cccc3333" / "files" / "wandb-metadata.json")
    assert hours(records) == {"nvidia-l4": "1/2", "nvidia-l40s": "1/2"}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # ranks that each log a run of the same name
        (
            "a,1,2026-03-01T00:00,2026-03-01T02:00,8,bold,\nb,1,2026-03-01T00:00,2026-03-01T02:00,8,bold,\n",
            ("16", "32"),
        ),
        # runs of other names are other GPUs
        ("a,1,2026-03-01T00:00,2026-03-01T02:00,8,bold,\nb,1,2026-03-01T00:00,2026-03-01T02:00,8,calm,\n", "32"),
        # a parent that is a child of its child
        ("a,1,2026-03-01T00:00,2026-03-01T02:00,8,,b\nb,1,2026-03-01T03:00,2026-03-01T04:00,8,,a\n", "24"),
    ],
)
def test_ranks_and_children_of_mlflow(tmp_path, rows, expected):
    assert hours(read_records(write(tmp_path, MLFLOW + rows))) == {UNNAMED: expected}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "record.csv: is empty."),
        ("JobID|State\n1|DONE\n", "record.csv:1: the column alloctres is missing."),
        ("JobID|AllocTRES\n1|gres/gpu=1\n", "record.csv:1: a column ElapsedRaw or Elapsed is missing."),
        (SACCT, "record.csv: has a header but no rows."),
        (f"{SACCT}x|DONE|{RUN}gres/gpu=1\n", "record.csv:2: jobid: 'x' is not a job id"),
        (f"{SACCT}1|DONE|{RUN}gres/gpu=many\n", "record.csv:2: alloctres: 'gres/gpu=many' has no whole number of GPUs"),
        (f"{SACCT}1|DONE|{RUN}gres/gpu:=[red]=1\n", "no whole number of GPUs"),
        (f"{SACCT}1|DONE|{RUN}gres/gpu:[red]=1\n", "has a type of GPU that is no plain word"),
        (f"{SACCT}1|DONE|{RUN}gres/gpu=2,gres/gpu:h100=4\n", "has 4 GPUs by type but 2 in all."),
        (f"{SACCT}1|DONE|2026-03-01|2026-03-02|1e30|gres/gpu=1\n", "elapsedraw: '1e30' is not from 0 to"),
        (f"{SACCT}1|DONE|2026-03-02|2026-03-01|60|gres/gpu=1\n", "end: '2026-03-01' lies before Start."),
        (f"{SACCT}1|DONE|yesterday|2026-03-01|60|gres/gpu=1\n", "start: 'yesterday' is not a time"),
        (f"{SACCT}1|DONE|1970-01-01|2026-03-01|60|gres/gpu=1\n", "start: '1970-01-01' is not a time from 2000"),
        (f"{SACCT}1_[1-4]|DONE|{RUN}gres/gpu=1\n", "jobid: '1_[1-4]' stands for several tasks but has a time."),
        (f"{SACCT}1|DO|NE|{RUN}gres/gpu=1\n", "record.csv:2: has 7 cells, the header has 6."),
        ("JobID|Elapsed|AllocTRES\n1|99:99:99|gres/gpu=1\n", "elapsed: '99:99:99' is not a duration"),
        ("JobID|JobID|AllocTRES\n1|1|x\n", "record.csv:1: the heading 'jobid' stands twice"),
        ("instance_type,hours\np5.48xlarge,-1\n", "record.csv:2: hours: '-1' is not from 0 to"),
        ("instance_type,hours\np5.48xlarge,a lot\n", "record.csv:2: hours: 'a lot' is not a number of hours"),
        ("instance_type,hours,count\np5.48xlarge,1,1.5\n", "count: '1.5' is not a whole number"),
        ('instance_type,hours\n"p5.48xlarge,1\n', "record.csv:2: is not a table of text"),
        (f"instance_type,hours\n{'x' * 200_000},1\n", "record.csv:2: is not a table of text: field larger than"),
        (f"instance_type,hours\n{'x' * 300},1\n", "has 300 characters; a name has at most 200."),
        ("accelerator,hours\n\x1b[31mH100,1\n", "accelerator: '?[31mH100' holds a mark that cannot be printed."),
        ("instance_type,hours\np5\0,1\n", "record.csv:2: holds a NUL"),
        ("a,b\n1,2\n", "record.csv: is no record that is known."),
        (f"{DCGM}2026-03-01T00:00:00Z,GPU-a,X,50\n", "record.csv: has one sample of each GPU"),
        (f"{DCGM}2026-03-01T00:00:00Z,GPU-a,X,101\n", "record.csv:2: dcgm_fi_dev_gpu_util: '101' is not from 0 to 100"),
        (f"{DCGM}12,GPU-a,X,50\n", "record.csv:2: timestamp: '12' is not a time."),
        (f"{DCGM}2026-03-01T00:00:00Z,,X,50\n", "does not say which GPU it is."),
        (f"{CARBON}2026-03-01,p,,60,1,1 x L4\n", "record.csv:2: run_id: '' is empty"),
        (f"{MLFLOW}a,1,2026-03-02,2026-03-01,8,,\n", "record.csv:2: end_time: '2026-03-01' lies before start_time."),
        (f"{MLFLOW}a,1,2001-03-02,2026-03-01,8,,\n", "hours after start_time."),
        (
            '{"global_step": 1, "log_history": [{"num_input_tokens_seen": "many"}]}',
            "num_input_tokens_seen: 'many' is not",
        ),
        ('{"global_step": 1, "log_history": [1]}', "a mapping is expected here."),
        ('{"global_step": 1, "global_step": 2}', "record.csv: the key 'global_step' stands twice"),
        ('{"global_step": 1,\n', "record.csv:2: is not valid JSON"),
        ("[" * 100_000, "is nested deeper than"),
        (f'{{"a": {"[" * MAXIMUM_DEPTH}{"]" * MAXIMUM_DEPTH}}}', "is nested deeper than"),
        ('{"model_type": "llama"}', "record.csv: is no record that is known."),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(tmp_path, text, problem):
    assert problem in refusal(write(tmp_path, text))


def test_a_file_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr("gateline.training.records.text.MAXIMUM_BYTES", 19)
    assert "record.csv: is larger than 19 bytes." in refusal(write(tmp_path, "instance_type,hours\n"))


def test_other_things_than_text_are_refused(tmp_path):
    (tmp_path / "bytes").write_bytes(b"JobID|\xff\n")
    assert "byte 6 is not UTF-8" in refusal(tmp_path / "bytes")
    assert "cannot be read: No such file" in refusal(tmp_path / "missing")
    (tmp_path / "folder").mkdir()
    assert "is a folder without wandb-metadata.json or meta.yaml" in refusal(tmp_path / "folder")


@pytest.mark.parametrize(
    ("utilization", "recompute", "expected"),
    [
        (Utilization("mfu", Fraction("0.4")), None, "0.4"),
        (Utilization("hfu", Fraction("0.4")), Recompute("none"), "0.4"),
        # the forward pass again: 8 parts of work for 6, so 0.52 × 6 / 8
        (Utilization("hfu", Fraction("0.52")), Recompute("full"), "0.39"),
        # a quarter of it again: 6.5 parts for 6, so 0.52 × 6 / 6.5
        (Utilization("hfu", Fraction("0.52")), Recompute("selective", Fraction("0.25")), "0.48"),
    ],
)
def test_only_a_share_of_the_peak_enters_an_estimate(utilization, recompute, expected):
    assert model_utilization(utilization, recompute) == Fraction(expected)


@pytest.mark.parametrize(
    ("utilization", "recompute", "problem"),
    [
        (Utilization("hfu", Fraction("0.5")), None, "Say how they were recomputed"),
        (Utilization("hfu", Fraction("0.5")), Recompute("selective"), "selective needs the share"),
        (Utilization("hfu", Fraction("0.5")), Recompute("selective", Fraction(2)), "selective needs the share"),
        (Utilization("hfu", Fraction("0.5")), Recompute("full", Fraction("0.5")), "a share belongs to selective"),
        (Utilization("nvidia_smi", Fraction("0.99")), None, "any kernel ran"),
        (Utilization("tensor_active", Fraction("0.5")), Recompute("none"), "a tensor core was busy"),
        (Utilization("sm_active", Fraction("0.5")), None, "a multiprocessor had work"),
        (Utilization("mfu", Fraction("1.4")), None, "above 0 and at most 1"),
        (Utilization("mfu", Fraction(0)), None, "above 0 and at most 1"),
    ],
)
def test_other_utilizations_are_refused_with_the_reason(utilization, recompute, problem):
    with pytest.raises(InputError, match=problem):
        model_utilization(utilization, recompute)


def test_every_machine_and_name_is_a_chip_of_the_catalogue():
    data = default_instances()
    chips = Catalogue(specs_folder() / "chips").entries
    named = [*data.instances, *data.slices, *data.skus, *data.devices]
    assert {entry.chip for entry in named if entry.chip} <= chips.keys()


@pytest.mark.parametrize(
    ("name", "chip", "count"),
    [
        ("P5.48XLARGE", "nvidia-h100-sxm", 8),
        ("p4de.24xlarge", "nvidia-a100-sxm-80", 8),
        ("trn2.48xlarge", "aws-trainium2", 16),
        ("a2-megagpu-16g", "nvidia-a100-sxm-40", 16),
        ("Standard_NC80adis_H100_v5", "nvidia-h100-nvl", 2),
        ("BM.GPU4.8", "nvidia-a100-sxm-40", 8),
        ("v4-4096", "google-tpu-v4", 2048),
        ("v5litepod-256", "google-tpu-v5e", 256),
    ],
)
def test_machines_and_slices(name, chip, count):
    found = machine(name)
    assert found is not None
    assert (found.chip, found.count) == (chip, count)


@pytest.mark.parametrize("name", ["p5.48xlarg", "g6f.large", "v4-7", "v4-", "v5p-", "v9-8", "v4-1e3", ""])
def test_what_is_not_in_the_data_is_not_guessed(name):
    assert machine(name) is None


def test_names_of_bills_and_drivers():
    sku = sku_machine("Nvidia Tesla A100 80GB GPU attached to Spot Preemptible VMs running in Iowa")
    assert sku is not None
    assert sku.chip == "nvidia-a100-sxm-80"
    assert sku_machine("Commitment v1: Nvidia L4 GPU in Iowa for 1 Year") is None
    assert device_chip("nvidia_a100-sxm4-80gb") == "nvidia-a100-sxm-80"
    assert device_chip("h100") is None


def test_the_data_of_machines_keep_their_format():
    content = read_document(specs_folder() / "instances.yaml").content
    schema = json.loads((specs_folder() / "schemas" / "instances.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(content, schema)
    assert schema == json.loads(json.dumps(InstancesFile.model_json_schema(by_alias=True)))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"source": "NOWHERE"}, "NOWHERE is no key under sources"),
        ({"count": "0"}, "is not a whole number above zero"),
        ({"count": "8 GPUs"}, "is not a whole number above zero"),
        ({"provider": "basement"}, "is not one of"),
        ({"price": "1"}, "unknown key"),
    ],
)
def test_a_slip_in_the_data_of_machines_is_refused(change, problem):
    document = read_document(specs_folder() / "instances.yaml")
    document.content["instances"][0] |= change
    with pytest.raises(InputError, match=problem):
        document.validate(InstancesFile)


def test_a_machine_stands_once():
    document = read_document(specs_folder() / "instances.yaml")
    document.content["instances"].append(document.content["instances"][0])
    with pytest.raises(InputError, match="stands twice"):
        document.validate(InstancesFile)
