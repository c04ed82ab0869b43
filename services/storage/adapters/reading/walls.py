"""
Shut the child in before it looks at the file: memory, time, file size, no network, no programs, hardly any files.

Three walls, the first of which must stand: a seccomp filter (seccomp(2)) refuses sockets, io_uring and new processes
on x86-64 and aarch64, also in a container; an empty network namespace (user_namespaces(7)) where the kernel allows it;
Landlock (landlock(7)) leaves only the libraries to be read, where the kernel has it.
"""

import ctypes
import os
import platform
import resource
import signal
import struct
import sys
from pathlib import Path
from typing import Final

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP = 1, 38, 22
_SECCOMP_MODE_FILTER = 2
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_CORE_FILES: Final = 64
_OUTPUT_BYTES: Final = 64 * 1024 * 1024

# <linux/audit.h> AUDIT_ARCH_*, and system call numbers of <asm/unistd.h>: socket, socketpair, io_uring_setup, clone,
# clone3, fork, vfork, execve, execveat, ptrace, process_vm_readv, process_vm_writev, kill.
_ARCHITECTURES: Final = {
    "x86_64": (0xC000003E, (41, 53, 425, 56, 435, 57, 58, 59, 322, 101, 310, 311, 62)),
    "aarch64": (0xC00000B7, (198, 199, 425, 220, 435, 221, 281, 117, 270, 271, 129)),
}
# On x86-64, numbers from here on are another door to the same calls (the x32 ABI).
_X32: Final = 0x40000000
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000 | 1, 0x80000000

# Landlock: every right over files its first version knows, and of them to read and to list.
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_EVERY_RIGHT, _READ_AND_LIST = (1 << 13) - 1, 0b1100


class NoWalls(RuntimeError):
    """The wall against the network could not be built: nothing may be opened."""


def shut(*, memory_bytes: int, cpu_seconds: int, parent: int) -> None:
    """
    Build every wall, for the rest of this process's life.

    Raises:
        NoWalls: The network would stay within reach.

    """
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("orphaned")
    for kind, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, _OUTPUT_BYTES),
        (resource.RLIMIT_NOFILE, _CORE_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    os.nice(10)
    without_network = _LIBC.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0
    if _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise NoWalls("no_new_privs")
    _lock_files()
    if not _filter_calls() and not without_network:
        raise NoWalls("seccomp")


def _filter_calls() -> bool:
    """Refuse (EPERM) every listed system call; a call of another architecture kills."""
    known = _ARCHITECTURES.get(platform.machine())
    if known is None:
        return False
    audit, refused = known
    left = len(refused)
    steps = [(_LOAD, 0, 0, 4), (_EQUAL, 1, 0, audit), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, 0)]
    steps.append((_AT_LEAST, left + 1, 0, _X32))
    steps += [(_EQUAL, left - place, 0, number) for place, number in enumerate(refused)]
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    described = ctypes.create_string_buffer(struct.pack("HP", len(steps), ctypes.addressof(program)))
    return bool(_LIBC.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, described, 0, 0) == 0)


def _lock_files() -> None:
    """Leave only what Python and its libraries are made of; a kernel without Landlock changes nothing."""
    handled = ctypes.create_string_buffer(struct.pack("Q", _EVERY_RIGHT))
    rules = _LIBC.syscall(_LANDLOCK_CREATE, handled, 8, 0)
    if rules < 0:
        return
    for folder in _needed():
        place = os.open(folder, os.O_PATH | os.O_CLOEXEC)
        beneath = ctypes.create_string_buffer(struct.pack("=Qi", _READ_AND_LIST, place))
        _LIBC.syscall(_LANDLOCK_ADD, rules, 1, beneath, 0)
        os.close(place)
    _LIBC.syscall(_LANDLOCK_RESTRICT, rules, 0)
    os.close(rules)


def _needed() -> list[Path]:
    """Name the folders of code (ours without the data folder beside it), and fonts for pages that bring none."""
    project = Path(__file__).parents[4]
    ours = [project / "services" / "storage", project / "contracts"]
    libraries = [Path(place) for place in sys.path if place and Path(place) != project]
    system = [Path("/usr/lib"), Path("/lib"), Path("/lib64"), Path("/usr/share/fonts"), Path("/usr/share/zoneinfo")]
    return [place for place in (*ours, *libraries, *system) if place.is_dir()]
