"""What is shipped: the data is inside, nothing else is, and it runs with its declared dependencies alone."""

import json
import re
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[1]
RUNTIME = {"click", "numpy", "pint", "pydantic", "PyYAML", "rich"}
RULE = "rules/us/ear/3a090.yaml"


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, timeout=600)


def tracked(folder: str) -> set[str]:
    """The files under `folder` that belong to the project, as paths within it; caches and other leavings do not."""
    base = ROOT / folder
    return {
        path.relative_to(base).as_posix()
        for path in base.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }


@pytest.fixture(scope="module")
def dist(tmp_path_factory) -> Path:
    """The sdist, and the wheel that is built from it."""
    out = tmp_path_factory.mktemp("dist")
    built = run(sys.executable, "-m", "build", "--outdir", out, ROOT, cwd=out)
    assert built.returncode == 0, built.stdout + built.stderr
    return out


@pytest.fixture(scope="module")
def wheel(dist) -> Path:
    [found] = dist.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def sdist(dist) -> Path:
    [found] = dist.glob("*.tar.gz")
    return found


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """The commands of a fresh environment that holds the wheel and what it requires, nothing for development."""
    home = tmp_path_factory.mktemp("fresh")
    venv.create(home, with_pip=True)
    programs = home / ("Scripts" if sys.platform == "win32" else "bin")
    done = run(programs / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel, cwd=home)
    assert done.returncode == 0, done.stderr
    return programs


def names_in(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def names_in_sdist(sdist: Path) -> list[str]:
    with tarfile.open(sdist) as archive:
        return ["/".join(PurePosixPath(member.name).parts[1:]) for member in archive if member.isfile()]


def test_the_data_is_in_the_wheel(wheel):
    """Every file of specs/ lies in the package, with the bytes that it has here."""
    names = set(names_in(wheel))
    assert f"gateline/specs/{RULE}" in names
    assert {f"gateline/specs/{name}" for name in tracked("specs")} - names == set()
    with zipfile.ZipFile(wheel) as archive:
        assert archive.read(f"gateline/specs/{RULE}") == (ROOT / "specs" / RULE).read_bytes()


def test_the_code_is_in_the_wheel(wheel):
    """Every module, and the mark that it is typed."""
    names = set(names_in(wheel))
    assert {f"gateline/{name}" for name in tracked("src/gateline")} - names == set()
    assert "gateline/py.typed" in names


def test_nothing_else_is_in_the_wheel(wheel):
    """No tests, no caches, no conftest, no second copy of anything."""
    names = names_in(wheel)
    ours = {f"gateline/{name}" for name in tracked("src/gateline")} | {
        f"gateline/specs/{name}" for name in tracked("specs")
    }
    rest = [name for name in names if name not in ours]
    assert [name for name in rest if not re.fullmatch(r"gateline-[\d.]+\.dist-info/[\w./]+", name)] == []
    assert len(names) == len(set(names))
    assert any(name.endswith("licenses/LICENSE") for name in rest)


def test_the_sdist_holds_what_it_takes_to_build(sdist):
    """Code, data, project file and licence; no tests, no research, no environment."""
    names = names_in_sdist(sdist)
    assert {f"specs/{RULE}", "specs/VERSION", "src/gateline/__init__.py", "pyproject.toml", "LICENSE"} <= set(names)
    tops = {name.partition("/")[0] for name in names}
    assert tops <= {"src", "specs", "README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml", "PKG-INFO", ".gitignore"}
    assert [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".orig", ".rej"))] == []


def test_runtime_dependencies(wheel):
    """Six libraries, each with a lowest version; everything else is optional."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    assert {re.split(r"[<>=!~ ]", entry)[0] for entry in declared} == RUNTIME
    [metadata] = [name for name in names_in(wheel) if name.endswith(".dist-info/METADATA")]
    with zipfile.ZipFile(wheel) as archive:
        lines = archive.read(metadata).decode().splitlines()
    required = [line.removeprefix("Requires-Dist: ") for line in lines if line.startswith("Requires-Dist: ")]
    assert {re.split(r"[<>=!~; ]", entry)[0].lower() for entry in required if "extra ==" not in entry} == {
        name.lower() for name in RUNTIME
    }


def test_the_installed_wheel_screens_a_chip(installed, tmp_path):
    """In a fresh environment, from another folder, with the data of the package: H20 is 2368 TPP, below every line."""
    done = run(installed / "gateline", "chip", "H20", "--as-of", "2024-06-01", "--format", "json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    verdict = json.loads(done.stdout)
    assert verdict["outcome"] == "not_met"
    assert verdict["quantities"]["total_processing_performance"]["value"] == 2368


def test_the_installed_wheel_checks_its_rules(installed, tmp_path):
    """Data, countries and lists are all there."""
    done = run(installed / "gateline", "rules", "check", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "are in order" in done.stdout
    here = run(Path(sys.executable).with_name("gateline"), "rules", "check", cwd=tmp_path)
    assert here.stdout == done.stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["chip", "H100", "--as-of", "2024-06-01"], 3),
        (["release", "--params", "405e9", "--tokens", "15.6e12", "--as-of", "2026-11-21"], 3),
        (["rules", "list"], 0),
        (["rules", "show", "us.ear.3a090"], 0),
        (["catalogue", "show", "H20"], 0),
        (["fleet", "--help"], 0),
    ],
)
def test_every_command_runs_where_it_is_installed(installed, tmp_path, arguments, code):
    """No command needs a library that is there for development only."""
    done = run(installed / "gateline", *arguments, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert done.stdout


def test_a_table_is_screened_where_it_is_installed(installed, tmp_path):
    """CSV needs no optional library."""
    (tmp_path / "fleet.csv").write_text("chip\nH20\nH100\n", encoding="utf-8")
    done = run(installed / "gateline", "fleet", "fleet.csv", "--as-of", "2024-06-01", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "not_met" in done.stdout
    assert "3A090.a.1" in done.stdout


def test_the_library_is_usable_where_it_is_installed(installed, tmp_path):
    """Each public name can be imported and the jobs answer as the commands do."""
    program = (
        "import gateline, datetime\n"
        "for name in gateline.__all__: getattr(gateline, name)\n"
        "print(gateline.screen_chip('H100', datetime.date(2024, 6, 1)).outcome.word)\n"
    )
    done = run(installed / "python", "-W", "error", "-c", program, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "met\n"), done.stderr


def test_nothing_for_development_was_installed(installed, tmp_path):
    """The fresh environment is really fresh."""
    done = run(
        installed / "python", "-m", "pip", "list", "--format", "json", "--disable-pip-version-check", cwd=tmp_path
    )
    names = {entry["name"].lower() for entry in json.loads(done.stdout)}
    assert {"gateline", "numpy", "pint", "pydantic", "click", "pyyaml", "rich"} <= names
    assert names & {"pytest", "hypothesis", "pyarrow", "mypy", "ruff", "jsonschema", "build"} == set()


def test_each_job_is_loaded_alone():
    """A question about a chip loads nothing about training, and no extra; every public name leads to a job."""
    program = (
        "import sys\n"
        "from gateline.jobs import screen_chip\n"
        "loaded = {name.split('.')[0] for name in sys.modules} | {'.'.join(name.split('.')[:2]) for name in sys.modules}\n"
        "print(sorted(loaded & {'gateline.chips', 'gateline.training', 'gateline.shipments', 'pyarrow', 'jinja2', 'torch'}))\n"
        "from gateline import jobs\n"
        "print(all(callable(getattr(jobs, name)) for name in jobs.__all__ for _ in range(2)))\n"
    )
    done = run(sys.executable, "-c", program, cwd=ROOT)
    assert done.stdout == "['gateline.chips']\nTrue\n", done.stderr


def test_imports_point_one_way():
    """The layers in pyproject.toml hold: import-linter keeps every contract."""
    done = run(Path(sys.executable).with_name("lint-imports"), "--no-cache", cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
