"""A filter for system calls: what no exercise needs and what kernels have been attacked through.

Namespaces already keep the sandbox apart; this makes the kernel behind them smaller. It also
closes the one door that namespaces leave open: sockets to the machine that a virtual machine runs
on (AF_VSOCK). The filter is a program for the kernel's BPF machine, eight bytes an instruction.
"""

import errno
import platform
import struct

# number on x86-64, number on ARM64; below 424 the architectures number differently
REFUSED = {
    "acct": (163, 89),
    "add_key": (248, 217),
    "bpf": (321, 280),
    "delete_module": (176, 106),
    "fanotify_init": (300, 262),
    "finit_module": (313, 273),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "init_module": (175, 105),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "io_uring_setup": (425, 425),
    "kcmp": (312, 272),
    "kexec_file_load": (320, 294),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "perf_event_open": (298, 241),
    "personality": (135, 92),
    "pidfd_getfd": (438, 438),
    "pivot_root": (155, 41),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "quotactl": (179, 60),
    "reboot": (169, 142),
    "request_key": (249, 218),
    "setns": (308, 268),
    "swapoff": (168, 225),
    "swapon": (167, 224),
    "syslog": (103, 116),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
}
CLONE, CLONE3, SOCKET = (56, 220), (435, 435), (41, 198)
NEW_NAMESPACE = 0x7E020000  # CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET
FAMILIES = (1, 2, 10)  # Unix; IPv4 and IPv6, which end at the sandbox's own loopback
ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000


def program(machine: str | None = None) -> bytes | None:
    """The filter for this kind of machine, in bubblewrap's form; None if it is unknown."""
    machine = machine or platform.machine()
    if machine not in ARCHITECTURES:
        return None
    column, architecture = ARCHITECTURES[machine]
    refuse = _step(_RETURN, _ERRNO | errno.EPERM)
    code = [
        _step(_LOAD, _ARCHITECTURE),
        _step(_EQUAL, architecture, yes=1),
        refuse,
        _step(_LOAD, _NUMBER),
        _step(_AT_LEAST, 0x40000000, no=1),  # the x32 calls of x86-64
        refuse,
        _step(_EQUAL, CLONE3[column], no=1),
        _step(
            _RETURN, _ERRNO | errno.ENOSYS
        ),  # its flags lie in memory; programs fall back to clone
    ]
    for numbers in REFUSED.values():
        code += [_step(_EQUAL, numbers[column], no=1), refuse]
    code += [
        _step(_EQUAL, CLONE[column], no=4),
        _step(_LOAD, _FIRST_ARGUMENT),
        _step(_ANY_BIT, NEW_NAMESPACE, no=1),
        refuse,
        _step(_RETURN, _ALLOW),
        _step(_EQUAL, SOCKET[column], yes=1),
        _step(_RETURN, _ALLOW),
        _step(_LOAD, _FIRST_ARGUMENT),
    ]
    for family in FAMILIES:
        code += [_step(_EQUAL, family, no=1), _step(_RETURN, _ALLOW)]
    code.append(_step(_RETURN, _ERRNO | errno.EAFNOSUPPORT))
    return b"".join(code)


def _step(operation: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    """One instruction; ``yes`` and ``no`` are how many to skip after a comparison."""
    return struct.pack("=HBBI", operation, yes, no, value)
