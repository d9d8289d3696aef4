#!/usr/bin/env python3
"""Everything the course needs, in one command. The first run sets up .venv beside this file.

    python run.py lab [NN]            open the course, or lesson NN, in JupyterLab
                  --no-browser            only print the address
                  --port N                the first port to try (default 8888)
    python run.py test [ARGUMENTS]    the unit tests and every notebook, trained briefly
                  --full                  trained as long as a learner trains them
                  --colab                 the notebooks only, with the versions that Colab has
                                          the rest goes to pytest: -x, -k digits, tests/test_run.py
    python run.py build [NN ...]      make the notebooks from notebooks/source, and run them
                  --text                  run nothing: only words have changed, outputs stay
                  --check                 only see whether they agree with their sources
    python run.py site                make the pages to read in a browser, in build/site/html
                  --to FOLDER             or elsewhere
                  --links                 only try the links to other hosts
    python run.py train [NAME ...]    train again the small models that come with the course
    python run.py grade release -o OUT        what a class is given, and a folder to grade it in
    python run.py grade SUBMISSIONS -o OUT    grade a class (docs/teachers.md says all of it)
    python run.py address OWNER/NAME  set the GitHub address that links and badges point to

With --here nothing is installed: the Python environment you are in (conda, say) is used.
"""

import argparse
import hashlib
import importlib.util
import json
import os
import platform
import re
import secrets
import shutil
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
NOTEBOOKS = ROOT / "notebooks"
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "installed.txt"
START_LAB = """
try:
    from jupyterlab.labapp import main
    main()
except KeyboardInterrupt:  # pressed while it was still starting: no traceback for that
    pass
"""


class Problem(Exception):
    """Something its reader can mend, told in one line; `code` is the exit code."""

    def __init__(self, message, code=1):
        super().__init__(message)
        self.code = code


# ---- commands ------------------------------------------------------------------------------------


def lab(arguments, here):
    parser = Arguments(prog="run.py lab", add_help=False, allow_abbrev=False)
    parser.add_argument("lesson", nargs="?")
    parser.add_argument("--no-browser", action="store_const", const=["--no-browser"], default=[])
    parser.add_argument("--port", type=int, default=8888)
    options = parser.parse_args(arguments)
    page = find_page(options.lesson)
    port = find_port(options.port)
    python = prepare("lab", here)
    token = secrets.token_hex(16)
    print(f"The course: http://127.0.0.1:{port}{page}?token={token}")
    print("It is there in a few seconds. Ctrl-C stops it.")
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return hand_over(
        [python, "-c", START_LAB, "--LabApp.log_level=ERROR", "--ServerApp.log_level=ERROR"]
        + ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
        + [f"--ServerApp.root_dir={NOTEBOOKS}", f"--LabApp.default_url={page}"]
        + ["--ServerApp.answer_yes=True"]  # so that one Ctrl-C is enough
        + (["--allow-root"] if is_root else [])
        + options.no_browser,
        JUPYTER_TOKEN=token,  # not an argument: every user of the machine can read those
    )


def test(arguments, here):
    names_a_path = any((ROOT / argument.split("::")[0]).exists() for argument in arguments)
    if "--colab" in arguments:
        arguments.remove("--colab")
        lessons = [] if names_a_path else ["notebooks"]
        colab = str(ROOT / "tests" / "colab.py")
        return hand_over([prepare("test", here), colab] + lessons + arguments)
    budget, seconds_per_cell = ("cpu", 1200) if "--full" in arguments else ("fast", 300)
    arguments = [argument for argument in arguments if argument != "--full"]
    everything = ["--numprocesses=2", "--dist=loadfile", "tests", "notebooks"]
    return hand_over(
        [prepare("test", here), "-m", "pytest", "--nbval-lax", "--nbval-current-env"]
        + [f"--nbval-cell-timeout={seconds_per_cell}"]
        + ([] if names_a_path else everything)
        + arguments,
        PERSOGAN_BUDGET=budget,
    )


def build(arguments, here):
    return hand_over([prepare("test", here), str(NOTEBOOKS / "build.py")] + arguments)


def site(arguments, here):
    return hand_over([prepare("test", here), str(ROOT / "docs" / "build.py")] + arguments)


def train(arguments, here):
    return hand_over([prepare("test", here), "-m", "persogan_lessons.course.recipes"] + arguments)


def grade(arguments, here):
    return hand_over(
        [prepare("test", here), "-m", "persogan_lessons.course.grading"] + arguments,
        TF_CPP_MIN_LOG_LEVEL="3",
    )


def address(arguments, here):
    pattern = (
        r"(?:https://github\.com/)?([A-Za-z0-9][A-Za-z0-9-]*/(?!\.\.?/?$)[\w.-]+?)(?:\.git)?/?"
    )
    asked = re.fullmatch(pattern, arguments[0], re.ASCII) if len(arguments) == 1 else None
    if not asked:
        raise Problem("Say: run.py address OWNER/NAME, or https://github.com/OWNER/NAME", 2)
    project = ROOT / "pyproject.toml"
    kept = re.search(rb'^Repository = "https://github\.com/([^"]+)"', project.read_bytes(), re.M)
    if not kept:
        raise Problem('pyproject.toml has no line: Repository = "https://github.com/OWNER/NAME"')
    whole_name = rb"(?<![\w.-])%s(?![\w-]|\.(?!git\b)\w)" % re.escape(kept[1])
    sources = sorted((NOTEBOOKS / "source").rglob("*.py"))
    # pyproject.toml goes last: should anything go wrong before, the command can be repeated.
    files = [ROOT / "README.md", ROOT / "CITATION.cff"] + sources + [project]
    texts = {path: path.read_bytes() for path in files if path.exists()}
    changed = {path: re.sub(whole_name, asked[1].encode(), text) for path, text in texts.items()}
    changed = {path: text for path, text in changed.items() if text != texts[path]}
    write_all(changed)
    names = [path.relative_to(ROOT).as_posix() for path in changed]
    print(f"Changed: {', '.join(names)}" if names else "The address is already this one.")
    if changed:  # each notebook names it, in its lines for Colab
        print("The notebooks still have the old one. Now run: python run.py build --text")
    return 0


COMMANDS = {
    "lab": lab,
    "test": test,
    "build": build,
    "site": site,
    "train": train,
    "grade": grade,
    "address": address,
}


def main(arguments):
    here = "--here" in arguments
    command, *rest = [argument for argument in arguments if argument != "--here"] or ["--help"]
    if {"-h", "--help"} & {command, *rest}:
        print(__doc__.strip())
        return 0
    if command not in COMMANDS:
        known = ", ".join(COMMANDS)
        raise Problem(f"run.py does not know {command!r}. It knows: {known}; or --help.", 2)
    return COMMANDS[command](rest, here)


# ---- the environment -----------------------------------------------------------------------------


def prepare(use, here):
    """The Python to run with, one that has everything for `use`: "lab" or "test"."""
    check_python(sys.version_info[:3])
    if here:
        check_packages(use)
        return sys.executable
    if not is_ready(use):
        install(use)
    return str(PYTHON)


def check_python(version):
    if not (3, 11) <= version[:2] <= (3, 13):
        found = ".".join(map(str, version))
        raise Problem(
            f"The course needs Python 3.11, 3.12 or 3.13, as TensorFlow does; this is {found}. "
            "Get one from https://www.python.org/downloads/ and start run.py with it, for example: "
            "python3.13 run.py lab"
        )


def check_packages(use):
    import tomllib  # unknown to the old Pythons that check_python has turned away by now

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    uses = ["lab", "data"] if use == "lab" else list(extras)
    needed = sum((extras[each] for each in uses), project["dependencies"])
    names = [re.match(r"[\w.-]+", requirement)[0] for requirement in needed]
    missing = [name for name in names if not is_installed(name)]
    if missing:
        raise Problem(f"This Python environment lacks: {', '.join(missing)}.")


def is_installed(name):
    """As a distribution, or as a module, since tensorflow-cpu brings the module tensorflow."""
    from importlib import metadata

    try:
        return bool(metadata.version(name))
    except metadata.PackageNotFoundError:
        return importlib.util.find_spec(name) is not None


def is_ready(use):
    """Whether a finished install serves `use`; the one for "test" holds all that "lab" needs."""
    if not (PYTHON.exists() and STAMP.exists()):
        return False
    return STAMP.read_text() in (fingerprint(use), fingerprint("test"))


def fingerprint(use):
    """Changes when the install should: with its pins, the package, the Python, the folder."""
    pins, project = ROOT / "requirements" / (use + ".txt"), ROOT / "pyproject.toml"
    parts = [pins.read_bytes(), project.read_bytes(), sys.version.encode(), str(ROOT).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def install(use):
    """Pins, then the course itself, then the stamp. Where that is missing, .venv is made anew."""
    if (sys.platform, platform.machine()) == ("darwin", "x86_64"):
        raise Problem("TensorFlow has left Intel Macs: open the course on Colab (see README.md).")
    print("Setting up .venv, once: some 300 MB, mostly TensorFlow. A minute or two ...", flush=True)
    keep = is_finished_venv() or Path(sys.prefix).resolve() == VENV
    if STAMP.exists():
        STAMP.unlink()
    if not keep:
        make_venv()
    installer = find_installer()
    for what in (
        ["-r", str(ROOT / "requirements" / (use + ".txt"))],
        ["--no-deps", "--no-build-isolation", "--editable", str(ROOT)],
    ):
        if subprocess.call(installer + what):
            raise Problem(
                "The installation did not finish; the reason stands above. Check the network and "
                "the room on the disk, then run the same command again."
            )
    silence_news()
    STAMP.write_text(fingerprint(use))


def is_finished_venv():
    """Whether .venv was once finished, by this very Python, and still has its Python and pip."""
    check = [str(PYTHON), "-c", f"import sys, pip; sys.exit(sys.version != {sys.version!r})"]
    complete = STAMP.exists() and PYTHON.exists()
    return complete and subprocess.call(check, stderr=subprocess.DEVNULL) == 0


def make_venv():
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        raise Problem(
            "This Python cannot make environments. On Debian and Ubuntu, first run: "
            f"sudo apt install python3.{sys.version_info[1]}-venv"
        )
    if subprocess.call([sys.executable, "-m", "venv", "--clear", str(VENV)]):
        raise Problem(f"{VENV} could not be made; the reason stands above.")


def find_installer():
    if shutil.which("uv"):
        uv = [shutil.which("uv")]
    elif importlib.util.find_spec("uv"):
        uv = [sys.executable, "-m", "uv"]
    else:  # compiling every module of TensorFlow would take as long again as installing it
        return [str(PYTHON), "-m", "pip", "install", "--no-compile"]
    return uv + ["pip", "install", "--python", str(PYTHON)]


def silence_news():
    """JupyterLab's questions about news and updates are none of a learner's business."""
    settings = VENV / "share" / "jupyter" / "lab" / "settings"
    settings.mkdir(parents=True, exist_ok=True)
    quiet = {"checkForUpdates": False, "fetchNews": "false"}
    overrides = {"@jupyterlab/apputils-extension:notification": quiet}
    (settings / "overrides.json").write_text(json.dumps(overrides))


# ---- small things --------------------------------------------------------------------------------


class Arguments(argparse.ArgumentParser):
    def error(self, message):
        raise Problem(f"{self.prog}: {message}", 2)


def find_page(lesson):
    """The address within JupyterLab of a lesson given as "1" or "01", or else of the first one."""
    pages = {path.name[:2]: path.name for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))}
    number = (lesson or "00").zfill(2)
    if number in pages:
        return "/lab/tree/" + pages[number]
    if lesson:
        raise Problem(f"There is no lesson {lesson}. There are: {', '.join(pages) or 'none'}.", 2)
    return "/lab"


def find_port(first):
    for port in range(max(first, 1), 65536):
        with socket.socket() as probe:
            if os.name != "nt":  # else the port of a lab that was just stopped would count as taken
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue  # taken
    raise Problem(f"There is no free port from {first} upward.", 2)


def hand_over(command, **variables):
    """Become `command`, so that Ctrl-C and the exit code are its own; on Windows, wait for it."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    env = dict(os.environ, PYTHONPATH=path, **variables)
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # else every kernel compiles TensorFlow again
    os.chdir(str(ROOT))
    sys.stdout.flush()
    if os.name != "nt":
        os.execve(command[0], command, env)
    child = subprocess.Popen(command, env=env)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            pass  # it went to the child as well, which is tidying up


def write_all(texts):
    """Write drafts of all the files before replacing any, so that a full disk changes nothing."""
    drafts = {path: path.with_name(path.name + ".new") for path in texts}
    try:
        for path, draft in drafts.items():
            draft.write_bytes(texts[path])
        for path, draft in drafts.items():
            os.replace(str(draft), str(path))
    except OSError as error:
        raise Problem(f"The address could not be written: {error}") from error
    finally:
        for draft in drafts.values():
            if draft.exists():
                draft.unlink()


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Problem as problem:
        print(problem, file=sys.stderr)
        sys.exit(problem.code)
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
