"""A process that gives up its rights: it reads what it is told to, writes in one folder, no more.

Linux offers this to every account, with no program to install. Landlock (5.13 and later) limits
which files can be opened; a seccomp filter takes away sockets, signals to others and the like;
resource limits bound memory, files and processes. None of it can be undone from within, nor by any
process that is started later. It runs before the first line of a student's code.

Sources: the Linux manual pages landlock(7), seccomp(2), setrlimit(2).
"""

import ctypes
import os
import platform
import struct
import sys

NO_NEW_RIGHTS, SET_SECCOMP, FILTER = 38, 22, 2  # of prctl
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # system calls of Landlock
EXECUTE, WRITE, READ_FILE, READ_FOLDER = 1, 2, 4, 8
READ = EXECUTE | READ_FILE | READ_FOLDER
KNOWN = {1: 1 << 13, 2: 1 << 14, 3: 1 << 15, 4: 1 << 15, 5: 1 << 16}  # rights by version, plus one
FILE_RIGHTS = (
    EXECUTE | WRITE | READ_FILE | 1 << 14
)  # those that make sense for a file: truncate too
# What answers never need, by the number of the call on each kind of processor. Landlock leaves the
# owner and the permissions of a file alone, so changing them is refused here.
REFUSED = {
    "x86_64": {
        "socket": 41, "kill": 62, "tkill": 200, "tgkill": 234, "rt_sigqueueinfo": 129,
        "rt_tgsigqueueinfo": 297, "pidfd_send_signal": 424, "ptrace": 101, "io_uring_setup": 425,
        "process_vm_readv": 310, "process_vm_writev": 311, "unshare": 272, "shmget": 29,
        "semget": 64, "msgget": 68, "setuid": 105, "setreuid": 113, "setresuid": 117,
        "truncate": 76, "chmod": 90, "fchmod": 91, "chown": 92, "fchown": 93, "lchown": 94,
        "fchownat": 260, "fchmodat": 268, "fchmodat2": 452, "utime": 132, "utimes": 235,
        "futimesat": 261, "utimensat": 280, "setxattr": 188, "lsetxattr": 189, "fsetxattr": 190,
        "removexattr": 197, "lremovexattr": 198, "fremovexattr": 199, "setxattrat": 463,
        "removexattrat": 466, "setpriority": 141, "ioprio_set": 251, "sched_setscheduler": 144,
    },
    "aarch64": {
        "socket": 198, "kill": 129, "tkill": 130, "tgkill": 131, "rt_sigqueueinfo": 138,
        "rt_tgsigqueueinfo": 240, "pidfd_send_signal": 424, "ptrace": 117, "io_uring_setup": 425,
        "process_vm_readv": 270, "process_vm_writev": 271, "unshare": 97, "shmget": 194,
        "semget": 190, "msgget": 186, "setuid": 146, "setreuid": 145, "setresuid": 147,
        "truncate": 45, "fchmod": 52, "fchmodat": 53, "fchownat": 54, "fchown": 55,
        "fchmodat2": 452, "utimensat": 88, "setxattr": 5, "lsetxattr": 6, "fsetxattr": 7,
        "removexattr": 14, "lremovexattr": 15, "fremovexattr": 16, "setxattrat": 463,
        "removexattrat": 466, "setpriority": 140, "ioprio_set": 30, "sched_setscheduler": 119,
    },
}  # fmt: skip
SET_LIMITS = {"x86_64": 302, "aarch64": 261}  # refused for any process but the caller's own
ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
SET_CAPABILITIES = {"x86_64": 126, "aarch64": 91}
NOBODY = 64000  # the first of the accounts by which root's processes are counted
REFUSE, ALLOW = 0x00050001, 0x7FFF0000  # answer "not permitted", or go on


def missing():
    """Why processes cannot be isolated here, in words; None where they can."""
    if not sys.platform.startswith("linux"):
        return f"only Linux is known to do it, and this is {sys.platform}"
    if platform.machine() not in REFUSED:
        return f"no filter is known for this processor, {platform.machine()}"
    if _landlock_version() < 1:
        return "this Linux has no Landlock: it needs 5.13 or later, with Landlock turned on"
    return None


def isolate(readable, writable):
    """Give up, for good, whatever is not needed to read and write in these places.

    Args:
        readable: paths of files and folders; those that do not exist are left out.
        writable: paths of folders.

    Raises:
        OSError: if the system refuses, so that nothing runs half isolated.
    """
    _prctl(NO_NEW_RIGHTS, 1)
    if os.geteuid() == 0:
        _give_up_root()
    _limit_files(readable, writable)
    _limit_calls()


def limit(*, memory, processes, file_size):
    """Bound what this process and its children may use: bytes of memory, a count, bytes of a file.

    The processes counted are all of this account, so there must be room for those that it has.
    """
    import resource  # not on Windows

    if os.geteuid() == 0:  # root's processes are not counted, unless they are called another's
        os.setresuid(NOBODY + os.getpid() % 1000, 0, 0)
    for what, most in (
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_NPROC, processes),
        (resource.RLIMIT_FSIZE, file_size),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def _give_up_root():
    """Keep root's name, which owns the files to read, and none of its powers."""
    header, none = struct.pack("Ii", 0x20080522, 0), bytes(24)
    number = SET_CAPABILITIES[platform.machine()]
    _call(number, ctypes.c_char_p(header), ctypes.c_char_p(none))


def _limit_files(readable, writable):
    known = KNOWN.get(_landlock_version(), KNOWN[5]) - 1
    scoped = struct.pack("QQQ", known, 3 if _landlock_version() >= 4 else 0, 3)
    size = {1: 8, 2: 8, 3: 8, 4: 16, 5: 16}.get(_landlock_version(), 24)
    ruleset = _call(CREATE_RULESET, ctypes.c_char_p(scoped), size, 0)
    for path in filter(os.path.exists, readable):
        _allow(ruleset, path, READ)
    for path in writable:
        _allow(ruleset, path, known)
    _call(RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _allow(ruleset, path, rights):
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    if not os.path.isdir(path):
        rights &= FILE_RIGHTS
    _call(ADD_RULE, ruleset, 1, ctypes.c_char_p(struct.pack("=Qi", rights, place)), 0)
    os.close(place)


def _limit_calls():
    """The smallest filter: another processor's calls and the refused ones fail, all others pass.

    A step is `(what, steps to skip if true, if false, value)`: 0x20 loads a number of the call,
    0x15 asks whether it equals the value, 0x35 whether it is as large, 0x06 ends.
    """
    machine = platform.machine()
    numbers = sorted(REFUSED[machine].values())
    steps = [(0x20, 0, 0, 4), (0x15, 1, 0, ARCHITECTURE[machine]), (0x06, 0, 0, REFUSE)]
    steps += [(0x20, 0, 0, 0), (0x35, len(numbers) + 4, 0, 1 << 30)]  # x86's other numbers of calls
    steps += [(0x15, len(numbers) - at + 3, 0, number) for at, number in enumerate(numbers)]
    steps += [(0x15, 0, 2, SET_LIMITS[machine]), (0x20, 0, 0, 16), (0x15, 0, 1, 0)]  # whose? own: 0
    steps += [(0x06, 0, 0, ALLOW), (0x06, 0, 0, REFUSE)]
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *each) for each in steps))
    header = struct.pack("HxxxxxxQ", len(steps), ctypes.addressof(program))
    _prctl(SET_SECCOMP, FILTER, ctypes.c_char_p(header))


def _landlock_version():
    """0 where there is none."""
    try:
        return _call(CREATE_RULESET, None, 0, 1)
    except OSError:
        return 0


def _call(number, *arguments):
    library = ctypes.CDLL(None, use_errno=True)
    return _checked(library.syscall(ctypes.c_long(number), *map(_wide, arguments)))


def _prctl(*arguments):
    library = ctypes.CDLL(None, use_errno=True)
    filled = [*arguments, 0, 0, 0, 0][:5]
    return _checked(library.prctl(*map(_wide, filled)))


def _wide(argument):
    return ctypes.c_long(argument) if isinstance(argument, int) else argument


def _checked(result):
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"the process could not be isolated: {os.strerror(error)}")
    return result
