"""Proving: a backup is restored into a scratch folder, counted and sampled. Until then it is only
said to be one."""

from __future__ import annotations

import random
import shutil
from contextlib import closing
from pathlib import Path

from playlist_app.config import Settings
from playlist_app.database import new_id, now
from playlist_app.operations.backups import contents, disk, kept, layout, staging
from playlist_app.operations.backups.disk import Progress
from playlist_app.operations.backups.layout import Backup
from playlist_app.operations.backups.opening import Opened, read_only
from playlist_app.refusals import Refusal

FOLDER = "rehearsal"  # in the cache
SAMPLE = 50  # files of audio and covers that are really got out; of all others it is looked whether
# they are there


class Unproven(Refusal):
    status = 409
    title = "This backup can't be restored"


def prove(
    config: Settings,
    backup: Backup,
    *,
    passphrase: str | None = None,
    sample: int = SAMPLE,
    progress: Progress = disk.silent,
) -> Backup:
    """Rehearse a restore, and note in the backup how it went.

    Raises Unproven with what is wrong, which is noted; DiskFull, or what `progress` raises, which
    say nothing of the backup.
    """
    scratch = config.cache_folder / FOLDER / new_id()
    with disk.full_is_said("The backup could not be proven.", config.cache_folder):
        scratch.mkdir(mode=0o700, parents=True)
        try:
            # Here as well: it looks how full the disk is, before the scratch folder has gone.
            with disk.full_is_said("The backup could not be proven.", config.cache_folder):
                damaged = _rehearse(backup, passphrase, scratch, sample, progress)
        except layout.Damaged as error:
            damaged = [str(error)]
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    if damaged:
        kept.mark(
            backup,
            checked_at=now(),
            proven_at=None,
            problem=damaged[0],
            damaged=tuple(said.partition(" is ")[0] for said in damaged),
        )
        raise Unproven(f"The backup {backup.name} can't be restored. {damaged[0]}")
    return kept.mark(backup, checked_at=now(), proven_at=now(), problem=None, damaged=())


def _rehearse(
    backup: Backup, passphrase: str | None, scratch: Path, sample: int, progress: Progress
) -> list[str]:
    """What is damaged, each as a sentence that begins with the file's name."""
    opened = Opened(layout.read(backup.path), passphrase)
    staging.require_known_schema(opened)
    made = staging.database(opened, scratch, progress)
    opened.secret(scratch / layout.SECRET)
    opened.authority(scratch)
    with closing(read_only(made)) as database:
        files = [file for file in contents.files(database) if opened.has(file)]
    said = [f"{name} is missing." for name in opened.absent()]
    chosen = random.sample(files, min(sample, len(files)))
    for number, file in enumerate(chosen):
        progress(number, len(chosen), "Restoring a sample of the files")
        try:
            opened.media(file, scratch / file.name)
        except layout.Damaged as error:
            said.append(str(error))
        (scratch / file.name).unlink(missing_ok=True)
    return said
