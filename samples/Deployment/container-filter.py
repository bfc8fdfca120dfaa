#!/usr/bin/python3
"""Writes a seccomp program of the kind that container runtimes install by default, for `bwrap --seccomp`.

usage: container-filter.py [--namespaces] SYSTEM-CALLS.TXT > FILTER

What it refuses is what Docker's default profile of 2026 refuses to a process without capabilities, as documented and observed:
the calls below with EPERM, clone3 and calls newer than the profile with ENOSYS, clone with namespaces, and rare socket families.
--namespaces leaves out what docs/deployment.md grants for namespaces and worlds.
"""
import platform
import struct
import sys

REFUSED = """
acct add_key bpf chroot clock_settime create_module delete_module fanotify_init file_getattr file_setattr finit_module fsconfig fsmount
fsopen fspick get_kernel_syms get_mempolicy init_module io_uring_enter io_uring_register io_uring_setup ioperm iopl kcmp
kexec_file_load kexec_load keyctl lookup_dcookie lsm_get_self_attr lsm_list_modules lsm_set_self_attr mbind migrate_pages mount
mount_setattr move_mount move_pages nfsservctl open_by_handle_at open_tree open_tree_attr perf_event_open pidfd_getfd pivot_root
process_madvise query_module quotactl quotactl_fd reboot request_key set_mempolicy set_mempolicy_home_node setdomainname sethostname
setns settimeofday swapoff swapon sysfs syslog umount2 unshare uselib userfaultfd ustat vhangup
""".split()
GRANTED = "mount mount_setattr move_mount open_tree pivot_root umount2".split()
NAMESPACES = 0x7E020000
FAMILIES = [12, 19, 20, 23, 25, 34, 37, 38, 40]
NEWEST_FAMILY = 45

EPERM, ENOSYS = 1, 38
LOAD, AND, EQUAL, GREATER, RETURN = 0x20, 0x54, 0x15, 0x25, 0x06
ALLOW, ERRNO = 0x7FFF0000, 0x00050000
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16

program = []


def emit(code, value, if_true=0, if_false=0):
    program.append(struct.pack("=HBBI", code, if_true, if_false, value))


def refuse_if(code, value, errno):
    emit(code, value, 0, 1)
    emit(RETURN, ERRNO | errno)


grants = "--namespaces" in sys.argv
column, architecture = {"x86_64": (1, 0xC000003E), "aarch64": (2, 0xC00000B7)}[platform.machine()]
with open(sys.argv[-1]) as table:
    rows = [line.split() for line in table if not line.startswith("#")]
numbers = {row[0]: int(row[column]) for row in rows if row[column] != "-"}

emit(LOAD, ARCHITECTURE)
emit(EQUAL, architecture, 1, 0)
emit(RETURN, ALLOW)
emit(LOAD, NUMBER)
refuse_if(EQUAL, numbers["clone3"], ENOSYS)
refuse_if(GREATER, max(numbers.values()), ENOSYS)
for name in REFUSED:
    if name in numbers and not (grants and name in GRANTED):
        refuse_if(EQUAL, numbers[name], EPERM)
if not grants:
    emit(EQUAL, numbers["clone"], 0, 5)
    emit(LOAD, FIRST_ARGUMENT)
    emit(AND, NAMESPACES)
    emit(EQUAL, 0, 1, 0)
    emit(RETURN, ERRNO | EPERM)
    emit(RETURN, ALLOW)
emit(EQUAL, numbers["socket"], 0, 2 * len(FAMILIES) + 3)
emit(LOAD, FIRST_ARGUMENT)
for family in FAMILIES:
    refuse_if(EQUAL, family, EPERM)
refuse_if(GREATER, NEWEST_FAMILY, EPERM)
emit(RETURN, ALLOW)
sys.stdout.buffer.write(b"".join(program))
