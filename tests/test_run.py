"""run.py, mostly without installing or starting anything: what it would run is recorded instead."""

import ast
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

import run

ROOT = Path(__file__).resolve().parent.parent


class HandedOver(Exception):
    """Stands for the moment when run.py would become another program."""


@pytest.fixture
def handed_over(monkeypatch):
    """What `hand_over` was called with: the command and the variables."""
    seen = {}

    def record(command, **variables):
        seen.update(command=command, **variables)
        return 7

    monkeypatch.setattr(run, "hand_over", record)
    monkeypatch.setattr(run, "prepare", lambda use, here: f"python for {use}")
    return seen


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of what run.py reads, in a folder with a space in its name, as run.py's own."""
    root = tmp_path / "a copy"
    (root / "notebooks" / "source" / "assignments").mkdir(parents=True)
    for name in ("pyproject.toml", "CITATION.cff"):
        shutil.copy(ROOT / name, root)
    shutil.copytree(ROOT / "requirements", root / "requirements")
    (root / "notebooks" / "00_start.ipynb").write_text("{}")
    (root / "notebooks" / "01_article.ipynb").write_text("{}")
    monkeypatch.setattr(run, "ROOT", root)
    monkeypatch.setattr(run, "NOTEBOOKS", root / "notebooks")
    monkeypatch.setattr(run, "VENV", root / ".venv")
    monkeypatch.setattr(run, "PYTHON", root / ".venv" / "python")
    monkeypatch.setattr(run, "STAMP", root / ".venv" / "installed.txt")
    return root


def problem(*arguments):
    """The message and the exit code that these arguments end with."""
    with pytest.raises(run.Problem) as caught:
        run.main(list(arguments))
    assert "\n" not in str(caught.value)
    return str(caught.value), caught.value.code


# ---- the command line ----------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"], ["lab", "--help"], ["--here"]])
def test_help_tells_every_command_and_option(arguments, capsys):
    assert run.main(arguments) == 0
    shown = capsys.readouterr().out
    words = [*run.COMMANDS, "--no-browser", "--port", "--full", "--check", "--to", "--here"]
    assert [word for word in words if word not in shown] == []


def test_an_unknown_command_gets_one_line_and_exit_2():
    command = [sys.executable, "run.py", "lib"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "'lib'" in done.stderr
    assert "lab, test, build, site, train, grade, address" in done.stderr


def test_old_pythons_can_read_it_far_enough_to_be_told():
    ast.parse((ROOT / "run.py").read_text(encoding="utf-8"), feature_version=(3, 6))
    for version in [(3, 10, 13), (3, 14, 0), (2, 7, 18)]:
        with pytest.raises(run.Problem) as caught:
            run.check_python(version)
        message = str(caught.value)
        assert "3.11, 3.12 or 3.13" in message and ".".join(map(str, version)) in message
        assert "https://www.python.org/downloads/" in message
    for version in [(3, 11, 0), (3, 12, 1), (3, 13, 9)]:
        run.check_python(version)


def test_the_versions_are_those_of_pyproject():
    assert 'requires-python = ">=3.11,<3.14"' in (ROOT / "pyproject.toml").read_text("utf-8")


# ---- lab -----------------------------------------------------------------------------------------


def test_lab_opens_the_start_or_the_lesson_asked_for(copy):
    assert run.find_page(None) == "/lab/tree/00_start.ipynb"
    assert run.find_page("1") == run.find_page("01") == "/lab/tree/01_article.ipynb"
    message, code = problem("lab", "7")
    assert "no lesson 7" in message and "00, 01" in message and code == 2


def test_lab_opens_the_folder_where_there_is_no_notebook(copy):
    for path in run.NOTEBOOKS.glob("*.ipynb"):
        path.unlink()
    assert run.find_page(None) == "/lab"


@pytest.mark.parametrize("arguments", [["--port", "x"], ["--port", "70000"], ["--prot", "1"]])
def test_lab_refuses_what_it_cannot_read(arguments):
    message, code = problem("lab", *arguments)
    assert arguments[1] in message or arguments[0] in message
    assert code == 2


def test_a_taken_port_is_passed_over():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert run.find_port(port) > port
    assert run.find_port(port) >= port


def test_the_token_is_in_the_address_and_not_among_the_arguments(copy, handed_over, capsys):
    assert run.main(["lab", "1", "--no-browser", "--port", "9000"]) == 7
    address = re.search(
        r"http://127\.0\.0\.1:(\d+)/lab/tree/01_article\.ipynb\?token=(\w{32})",
        capsys.readouterr().out,
    )
    command = handed_over["command"]
    assert f"--ServerApp.port={address[1]}" in command and int(address[1]) >= 9000
    assert f"--ServerApp.root_dir={run.NOTEBOOKS}" in command and "--no-browser" in command
    assert handed_over["JUPYTER_TOKEN"] == address[2]
    assert not [part for part in command if address[2] in part]


@pytest.mark.skipif(os.name == "nt", reason="there is no root on Windows")
@pytest.mark.parametrize("user, allowed", [(0, True), (1000, False)])
def test_root_is_allowed_only_when_it_is_root(user, allowed, handed_over, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: user)
    run.main(["lab"])
    assert ("--allow-root" in handed_over["command"]) == allowed


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent differently on Windows")
def test_the_real_lab_serves_and_stops(tmp_path):
    fresh = {f"JUPYTER_{kind}_DIR": str(tmp_path / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
    with subprocess.Popen(
        [sys.executable, "run.py", "lab", "--here", "--no-browser", "--port", "18888"],
        cwd=ROOT,
        env=os.environ | fresh,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=heed_ctrl_c,
    ) as lab:
        try:
            first_line = lab.stdout.readline()
            base, token = re.search(r"(http://127[^/]*)/.*token=(\w+)", first_line).groups()
            assert "started" in wait_for(f"{base}/api/status?token={token}")
            with pytest.raises(urllib.error.HTTPError, match="403"):
                urllib.request.urlopen(f"{base}/api/status")
            lab.send_signal(signal.SIGINT)
            lab.wait(60)
            said = lab.stdout.read()
            assert lab.returncode == 0 and "Traceback" not in said and "[I " not in said, said
        finally:
            lab.kill()


def heed_ctrl_c():
    """Whoever starts the tests in the background of a shell has told them to ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def wait_for(address, seconds=60):
    for _ in range(seconds * 5):
        try:
            return json.load(urllib.request.urlopen(address, timeout=5))
        except urllib.error.HTTPError:
            raise
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"nothing at {address} after {seconds} s")


# ---- test, build, train --------------------------------------------------------------------------


def test_test_runs_everything_at_the_fast_budget(handed_over):
    assert run.main(["test", "-x"]) == 7
    command = handed_over["command"]
    assert command[:3] == ["python for test", "-m", "pytest"]
    assert command[-3:] == ["tests", "notebooks", "-x"]
    assert {"--nbval-lax", "--nbval-current-env"} < set(command)
    assert handed_over["PERSOGAN_BUDGET"] == "fast"


def test_test_full_runs_at_the_budget_of_a_learner(handed_over):
    run.main(["test", "--full", "-k", "digits"])
    assert handed_over["command"][-4:] == ["tests", "notebooks", "-k", "digits"]
    assert "--full" not in handed_over["command"]
    assert handed_over["PERSOGAN_BUDGET"] == "cpu"


def test_a_path_takes_the_place_of_all_the_tests(handed_over):
    run.main(["test", "tests/test_run.py::test_nothing", "-q"])
    assert handed_over["command"][-2:] == ["tests/test_run.py::test_nothing", "-q"]
    assert "notebooks" not in handed_over["command"]


def test_colab_runs_the_lessons_unless_a_path_is_named(handed_over):
    colab = str(ROOT / "tests" / "colab.py")
    run.main(["test", "--colab"])
    assert handed_over["command"][1:] == [colab, "notebooks"]
    run.main(["test", "--colab", "-q"])
    assert handed_over["command"][1:] == [colab, "notebooks", "-q"]
    run.main(["test", "tests/test_run.py", "--colab"])
    assert handed_over["command"][1:] == [colab, "tests/test_run.py"]


def test_build_site_and_train_pass_their_arguments_on(handed_over):
    run.main(["build", "01", "--check"])
    assert handed_over["command"][1:] == [str(ROOT / "notebooks" / "build.py"), "01", "--check"]
    run.main(["site", "--to", "elsewhere"])
    assert handed_over["command"][1:] == [str(ROOT / "docs" / "build.py"), "--to", "elsewhere"]
    run.main(["train", "digits"])
    assert handed_over["command"][1:] == ["-m", "persogan_lessons.course.recipes", "digits"]


def test_checkpoints_of_notebooks_are_not_tested(tmp_path):
    hidden = tmp_path / "notebooks" / ".ipynb_checkpoints"
    hidden.mkdir(parents=True)
    (hidden / "01_old-checkpoint.ipynb").write_text("not a notebook")
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "--collect-only", "-q", "notebooks"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert "no tests collected" in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="Windows waits for the command instead")
def test_the_course_is_importable_without_an_install(monkeypatch):
    def become(program, command, env):
        assert env["PYTHONPATH"].split(os.pathsep)[0] == str(ROOT) and env["BUDGET"] == "fast"
        assert "PYTHONDONTWRITEBYTECODE" not in env
        raise HandedOver(program)

    monkeypatch.setattr(os, "execve", become)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.chdir(ROOT)
    with pytest.raises(HandedOver, match="python"):
        run.hand_over(["python"], BUDGET="fast")


def test_windows_waits_until_the_command_has_tidied_up(monkeypatch):
    class Child:
        answers = [KeyboardInterrupt(), 5]

        def __init__(self, command, env):
            assert command == ["python"] and env["BUDGET"] == "fast"

        def wait(self):
            answer = self.answers.pop(0)
            if isinstance(answer, KeyboardInterrupt):
                raise answer
            return answer

    monkeypatch.setattr(run.subprocess, "Popen", Child)
    monkeypatch.chdir(ROOT)
    with monkeypatch.context() as windows:
        windows.setattr(os, "name", "nt")
        code = run.hand_over(["python"], BUDGET="fast")
    assert code == 5


# ---- here ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["--here", "lab"], ["lab", "--here"]])
def test_here_installs_nothing_and_names_what_is_missing(arguments, monkeypatch):
    monkeypatch.setattr(run, "install", lambda use: pytest.fail("installed"))
    monkeypatch.setattr(run, "is_installed", lambda name: name not in ("jupyterlab", "mlxtend"))
    message, code = problem(*arguments)
    assert "lacks: mlxtend, jupyterlab." in message and code == 1


def test_here_uses_this_python_when_nothing_is_missing(monkeypatch):
    monkeypatch.setattr(run, "is_installed", lambda name: True)
    assert run.prepare("test", here=True) == sys.executable


def test_tensorflow_counts_under_any_name_of_its_distribution():
    assert run.is_installed("tensorflow") and not run.is_installed("no-such-thing")


# ---- the environment -----------------------------------------------------------------------------


class Installer:
    """Records the commands of an install instead of running them; `fails` is what stops it."""

    def __init__(self):
        self.commands = []
        self.fails = {}  # a word of a command: its exit code, or an exception

    def call(self, command, **_):
        command = " ".join(command)
        self.commands.append(command)
        if "-m venv" in command:
            run.VENV.mkdir(exist_ok=True)
            run.PYTHON.touch()
        for word, end in self.fails.items():
            if word in command:
                if isinstance(end, int):
                    return end
                raise end
        return 0


@pytest.fixture
def installer(copy, monkeypatch):
    installer = Installer()
    monkeypatch.setattr(run.subprocess, "call", installer.call)
    monkeypatch.setattr(run.shutil, "which", lambda name: None)
    monkeypatch.setattr(run.importlib.util, "find_spec", lambda name: name != "uv" or None)
    monkeypatch.setattr(run.platform, "machine", lambda: "arm64")
    return installer


def test_the_first_start_installs_pins_then_the_course(installer):
    assert run.prepare("lab", here=False) == str(run.PYTHON)
    venv, pins, course = installer.commands
    assert venv == f"{sys.executable} -m venv --clear {run.VENV}"
    assert pins.startswith(f"{run.PYTHON} -m pip install")
    assert pins.endswith(f"-r {run.ROOT / 'requirements' / 'lab.txt'}")
    assert course.endswith(f"--no-deps --no-build-isolation --editable {run.ROOT}")
    overrides = run.VENV / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    assert '"fetchNews": "false"' in overrides.read_text()


def test_the_second_start_installs_nothing(installer):
    run.prepare("lab", here=False)
    installer.commands.clear()
    run.prepare("lab", here=False)
    assert installer.commands == []


def test_what_test_installed_serves_the_lab_but_not_the_reverse(installer):
    run.prepare("lab", here=False)
    assert not run.is_ready("test")
    run.prepare("test", here=False)
    assert run.is_ready("test") and run.is_ready("lab")


@pytest.mark.parametrize("changed", ["pyproject.toml", "requirements/lab.txt"])
def test_changed_requirements_are_installed(installer, changed):
    run.prepare("lab", here=False)
    with (run.ROOT / changed).open("a") as file:
        file.write("# changed\n")
    assert not run.is_ready("lab")


def test_another_python_or_folder_is_another_install(installer, monkeypatch):
    run.prepare("lab", here=False)
    with monkeypatch.context() as other:
        other.setattr(run.sys, "version", "3.12.99 of another build")
        assert not run.is_ready("lab")
    moved = run.ROOT.parent / "moved"
    shutil.copytree(run.ROOT, moved)
    monkeypatch.setattr(run, "ROOT", moved)
    assert not run.is_ready("lab")


@pytest.mark.parametrize("step", ["-m venv", "-r ", "--editable"])
def test_an_interrupted_install_is_made_anew(installer, step):
    installer.fails[step] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        run.prepare("lab", here=False)
    assert not run.is_ready("lab")
    installer.fails.clear()
    installer.commands.clear()
    run.prepare("lab", here=False)
    assert "-m venv --clear" in installer.commands[0] and run.is_ready("lab")


def test_an_update_adds_to_what_is_there(installer):
    run.prepare("lab", here=False)
    installer.commands.clear()
    run.prepare("test", here=False)
    assert not [command for command in installer.commands if "-m venv" in command]


def test_an_interrupted_update_is_made_anew(installer):
    run.prepare("lab", here=False)
    installer.fails["-r "] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        run.prepare("test", here=False)
    assert not run.is_ready("lab") and not run.is_finished_venv()


@pytest.mark.parametrize("lost", ["python", "pip"])
def test_a_venv_without_its_python_or_pip_is_made_anew(installer, lost):
    run.prepare("lab", here=False)
    if lost == "python":
        run.PYTHON.unlink()
        assert not run.is_ready("lab")
    installer.fails["import sys, pip"] = 1
    installer.commands.clear()
    run.install("lab")
    assert any("-m venv --clear" in command for command in installer.commands)


def test_an_environment_is_not_deleted_from_under_the_python_that_runs(installer, monkeypatch):
    monkeypatch.setattr(run.sys, "prefix", str(run.VENV))
    run.VENV.mkdir()
    run.prepare("lab", here=False)
    assert not [command for command in installer.commands if "-m venv" in command]


@pytest.mark.parametrize("step", ["-r ", "--editable"])
def test_a_failing_network_is_told_in_one_line(installer, step):
    installer.fails[step] = 1
    message, code = problem("lab", "--no-browser")
    assert "network" in message and "run the same command again" in message and code == 1
    assert not run.is_ready("lab")


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_missing_venv_module_names_the_debian_package(installer, monkeypatch, module):
    monkeypatch.setattr(run.importlib.util, "find_spec", lambda name: name != module or None)
    message, _ = problem("lab")
    assert f"apt install python3.{sys.version_info[1]}-venv" in message


def test_uv_is_used_where_it_is(installer, monkeypatch):
    monkeypatch.setattr(run.importlib.util, "find_spec", lambda name: True)
    assert run.find_installer()[:3] == [sys.executable, "-m", "uv"]
    monkeypatch.setattr(run.shutil, "which", lambda name: "/somewhere/uv")
    assert run.find_installer() == ["/somewhere/uv", "pip", "install", "--python", str(run.PYTHON)]


def test_intel_macs_are_told_where_to_go(installer, monkeypatch):
    monkeypatch.setattr(run.sys, "platform", "darwin")
    monkeypatch.setattr(run.platform, "machine", lambda: "x86_64")
    assert "Colab" in problem("lab")[0]
    assert installer.commands == []


# ---- address -------------------------------------------------------------------------------------

README = """[![Colab](https://colab.research.google.com/github/OWNER/persogan_lessons/blob/main/01.ipynb)
[![Binder](https://mybinder.org/v2/gh/OWNER/persogan_lessons/HEAD)
git clone https://github.com/OWNER/persogan_lessons.git and see OWNER/persogan_lessons.
Not MY-OWNER/persogan_lessons nor OWNER/persogan_lessons_more nor persogan_lessons/models.
"""


@pytest.fixture
def addressed(copy):
    (copy / "README.md").write_bytes(README.encode().replace(b"\n", b"\r\n"))
    source = copy / "notebooks" / "source"
    (source / "00_start.py").write_text("# https://github.com/OWNER/persogan_lessons\n")
    (source / "01_other.py").write_text("# nothing\n")
    (source / "assignments" / "01_a.py").write_text("# gh/OWNER/persogan_lessons/HEAD\n")
    return copy


def texts(root):
    return {path: path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("prefix", ["", "https://github.com/"])
@pytest.mark.parametrize("suffix", ["", "/", ".git"])
def test_the_address_is_set_everywhere_and_back(addressed, capsys, prefix, suffix):
    before = texts(addressed)
    assert run.main(["address", f"{prefix}a-school/gans.2{suffix}"]) == 0
    said = capsys.readouterr().out
    for name in ["pyproject.toml", "README.md", "CITATION.cff", "notebooks/source/00_start.py"]:
        assert name in said and "a-school/gans.2" in (addressed / name).read_text("utf-8")
    assert "01_other" not in said and "python run.py build --text" in said
    readme = (addressed / "README.md").read_bytes().decode()
    wanted = README.replace("OWNER/persogan_lessons", "a-school/gans.2")
    wanted = wanted.replace("MY-a-school/gans.2", "MY-OWNER/persogan_lessons")
    wanted = wanted.replace("a-school/gans.2_more", "OWNER/persogan_lessons_more")
    assert readme == wanted.replace("\n", "\r\n")
    run.main(["address", "OWNER/persogan_lessons"])
    assert texts(addressed) == before


def test_the_same_address_changes_nothing(addressed, capsys):
    before = texts(addressed)
    assert run.main(["address", "OWNER/persogan_lessons"]) == 0
    assert "already" in capsys.readouterr().out
    assert texts(addressed) == before


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["name"],
        ["a/b/c"],
        ["a b/c"],
        ["-a/b"],
        ["a/.."],
        ["https://example.org/a/b"],
        ["a/b", "c"],
    ]
    + [["http://github.com/a/b"], ["a/"], ["/b"], ["a/b\n"], ["\u00e9/b"], ['a/b"'], [r"a/\1"]],
)
def test_a_bad_address_is_refused(addressed, arguments):
    before = texts(addressed)
    message, code = problem("address", *arguments)
    assert "OWNER/NAME" in message and code == 2
    assert texts(addressed) == before


def test_the_address_is_written_whole_or_not_at_all(addressed, monkeypatch):
    before = texts(addressed)
    write = Path.write_bytes

    def full_disk(path, content):
        if path.name.startswith("pyproject"):
            write(path, content[:10])
            raise OSError("no space left")
        write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full_disk)
    assert "no space left" in problem("address", "a/b")[0]
    assert texts(addressed) == before
