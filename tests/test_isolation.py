"""A process that gave up its rights does not get them back. Each attempt runs in one of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from persogan_lessons.course import isolation

ROOT = Path(__file__).resolve().parent.parent
isolated = pytest.mark.skipif(isolation.missing() is not None, reason=str(isolation.missing()))
BEFORE = """
import json, os, sys
sys.path.insert(0, {root!r})
from persogan_lessons.course import isolation
import resource, socket, subprocess  # what is loaded before may be used after
isolation.limit(memory=1 << 30, processes={processes}, file_size=1 << 20)
isolation.isolate([sys.base_prefix, sys.prefix, "/usr", "/lib", "/lib64", {readable!r}], [{here!r}])
"""


def tried(code, folder, processes=4000):
    """How the code ends, a line of JSON, after a process gave up its rights."""
    (folder / "open").mkdir(exist_ok=True)
    (folder / "readable.txt").write_text("yes")
    (folder / "hidden.txt").write_text("no")
    names = {"root": str(ROOT), "here": str(folder / "open"), "processes": processes}
    before = BEFORE.format(**names, readable=str(folder / "readable.txt"))
    script = f"{before}\nfolder = {str(folder)!r}\nos.chdir(folder + '/open')\n{code}"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    return ran.stdout.strip() or ran.stderr.strip().splitlines()[-1]


@isolated
@pytest.mark.parametrize(
    "code",
    [
        "open(folder + '/hidden.txt')",
        "open(folder + '/readable.txt', 'w')",
        "open(folder + '/new.txt', 'w')",
        "os.listdir(folder)",
        "os.rename('../hidden.txt', 'mine.txt')",
        "os.link('../hidden.txt', 'mine.txt')",
        "os.symlink('../hidden.txt', 'mine'); open('mine')",
        "os.truncate(folder + '/readable.txt', 0)",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
        "socket.socket(socket.AF_UNIX)",
        "os.kill(os.getppid(), 0)",
        "os.setresuid(0, 0, 0)",
        "open('/proc/%d/environ' % os.getppid())",
        "open('/etc/shadow')",
        "os.chroot('.')",
        "os.chmod(folder + '/hidden.txt', 0)",
        "os.chown(folder + '/hidden.txt', 1, 1)",
        "os.utime(folder + '/hidden.txt')",
        "os.setxattr(folder + '/hidden.txt', 'user.a', b'b')",
        "resource.prlimit(os.getppid(), resource.RLIMIT_CPU, (1, 1))",
        "os.setpriority(os.PRIO_PROCESS, os.getppid(), 19)",
    ],
)
def test_what_was_given_up_is_gone(code, tmp_path):
    said = tried(code, tmp_path)
    assert said.startswith("PermissionError") or "Invalid cross-device link" in said


@isolated
def test_what_was_kept_is_there(tmp_path):
    code = "resource.getrlimit(resource.RLIMIT_CPU); open('a.txt', 'w').write('1')"
    code += "; print(open(folder + '/readable.txt').read())"
    assert tried(code, tmp_path) == "yes"
    assert (tmp_path / "open" / "a.txt").read_text() == "1"


@isolated
def test_another_program_gets_no_more_rights(tmp_path):
    code = "print(subprocess.run(['/bin/cat', '../hidden.txt', '/etc/shadow']).returncode)"
    assert tried(code, tmp_path) == "1"


@isolated
def test_memory_files_and_processes_are_limited(tmp_path):
    assert tried("bytearray(2 << 30)", tmp_path).startswith("MemoryError")
    assert "File too large" in tried("open('a', 'wb').write(bytes(2 << 20))", tmp_path)
    if os.geteuid() == 0:  # an ordinary account's limit counts what else it runs
        code = "import time\nfor _ in range(40):\n    os.fork() or (time.sleep(2), os._exit(0))"
        assert tried(code, tmp_path, processes=20).startswith("BlockingIOError")


def test_where_it_cannot_be_done_it_is_said(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert "darwin" in isolation.missing()
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(isolation.platform, "machine", lambda: "s390x")
    assert "s390x" in isolation.missing()
    monkeypatch.setattr(isolation.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(isolation, "_landlock_version", lambda: 0)
    assert "Landlock" in isolation.missing()


@isolated
def test_a_system_that_refuses_is_an_error(monkeypatch):
    def refused(*arguments):
        raise OSError(1, "no")

    monkeypatch.setattr(isolation, "_prctl", refused)
    with pytest.raises(OSError):
        isolation.isolate([], [])
