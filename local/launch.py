"""Becomes the server it is told to start, and ends with the process that asked for it.

Run by path, before anything of ours is imported: `python -I -S launch.py PARENT SIGNAL UID GID command...`.
A parent killed with -9 cannot stop its children, so the kernel is asked to do it (Linux: PR_SET_PDEATHSIG). The order
matters: the kernel forgets the request when the user changes, and keeps it over exec.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Change the user where asked (UID -1: stay), tie the life to PARENT's, and exec."""
    parent, signal_no, uid, gid = (int(word) for word in arguments[:4])
    command = arguments[4:]
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if libc is not None and libc.prctl(PR_SET_PDEATHSIG, signal_no, 0, 0, 0) != 0:
        sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")
    if os.getppid() != parent:
        sys.exit("the process that asked for this server is gone")
    os.execv(command[0], command)  # noqa: S606  the command comes from our own code, never from input


if __name__ == "__main__":
    main(sys.argv[1:])
