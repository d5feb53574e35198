"""Which user a local server runs as, and where that user can read and write.

PostgreSQL refuses to run as root. When we are root, it runs as a user that the machine already has; no folder is opened
for it. Where it cannot enter (a checkout under a root-only home), its files go to a folder that it can.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

STATE = Path("/var/lib/aftersales")


@dataclass(frozen=True)
class Account:
    """A user of this machine."""

    name: str
    uid: int
    gid: int

    def can_enter(self, folder: Path) -> bool:
        """Whether this user can list and enter the folder. Asked of the system: modes, ACLs and mounts all count."""
        probe = subprocess.run(  # noqa: S603  a fixed command, the folder is its argument
            ["/bin/sh", "-c", 'cd "$1" && ls . >/dev/null', "sh", str(folder)],
            user=self.uid,
            group=self.gid,
            extra_groups=[],
            cwd="/",
            capture_output=True,
            check=False,
        )
        return probe.returncode == 0


def server_account() -> Account | None:
    """Whom PostgreSQL runs as when we are root: `postgres` if the machine has it, else `nobody`. None: as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise RuntimeError(
        "PostgreSQL will not run as root and this machine has no user `postgres` or `nobody`; run as an ordinary user."
    )


def scratch_folder(account: Account | None) -> Path:
    """Where short-lived servers of that user keep their files: the system's temporary folder, or one it can enter."""
    chosen = Path(tempfile.gettempdir())
    if account is None or account.can_enter(chosen):
        return chosen
    for fallback in (Path("/tmp"), Path("/var/tmp")):  # noqa: S108  a private subfolder is made inside
        if fallback.is_dir() and account.can_enter(fallback):
            return fallback
    raise RuntimeError(
        f"User {account.name} can enter none of {chosen}, /tmp, /var/tmp; set TMPDIR to a folder it can enter."
    )


def lasting_folder(home: Path, account: Account | None) -> Path:
    """Where a server that is kept puts its files: in `home`, or under /var/lib when that user cannot enter `home`.

    Not /var/tmp: it is emptied by age on many machines, and a database's quiet files look old.
    """
    home.mkdir(parents=True, exist_ok=True)
    if account is None or account.can_enter(home):
        return home
    return own_folder(fallback_folder(home))


def fallback_folder(home: Path) -> Path:
    """Where that is: a folder for this `home` alone."""
    return STATE / hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:12]


def own_folder(folder: Path) -> Path:
    """Make a folder that others may enter and only we may change. Raises RuntimeError when somebody else made it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise RuntimeError(f"{folder} belongs to or can be changed by another user; remove it and try again.")
    folder.chmod(0o755)  # a strict umask would lock the server's user out
    return folder
