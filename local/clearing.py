"""Removes what `aftersales up` keeps for a checkout, unless it runs. Needs nothing but Python.

`python -m local.clearing HOME`, as `make clean` does. A clone that only root may enter has its database elsewhere
(`local.account.lasting_folder`): that goes too.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sys
from pathlib import Path

from local.account import fallback_folder
from local.held_folder import FolderInUse, HeldFolder


async def clear(home: Path) -> None:
    """Remove the folder of a stack and the database that it may have elsewhere.

    Raises:
        FolderInUse: a stack or one of its servers lives there; nothing was removed.
        OSError: something cannot be removed, for example because it belongs to root.
    """
    places = _there(home, fallback_folder(home))
    held: list[HeldFolder] = []
    try:
        for place in places:
            for folder in _there(place, place / "postgres", place / "temporal"):  # a stack holds it, its servers these
                held.append(await HeldFolder.lasting(folder, patience=0))
        for place in places:
            shutil.rmtree(place)
    finally:
        for one in held:
            one.release()
    with contextlib.suppress(OSError):  # others' databases are still there
        fallback_folder(home).parent.rmdir()


def _there(*folders: Path) -> list[Path]:
    return [folder for folder in folders if folder.is_dir()]


if __name__ == "__main__":
    try:
        asyncio.run(clear(Path(sys.argv[1])))
    except (FolderInUse, OSError) as error:
        sys.exit(str(error))
