"""`letterlock keys`: the master key's backup, its proof, its return, and a new one in its place."""

import argparse
import sys
from pathlib import Path
from typing import Any

from server.base.settings import BadSetting, Settings, from_environment
from server.commands import keyfiles


def add(commands: Any) -> None:
    """Add the commands to the parser."""
    keys = commands.add_parser("keys", help="the master key, and keys for backups")
    actions = keys.add_subparsers(required=True, metavar="ACTION")
    new = actions.add_parser("new", help="a key pair for backups; keep it off this machine")
    new.add_argument("--out", type=Path, required=True)
    new.set_defaults(run=_new)
    backup = actions.add_parser("backup", help="an encrypted copy of the master key")
    what = backup.add_mutually_exclusive_group(required=True)
    what.add_argument("--to", metavar="RECIPIENT", help="age1pq1…, or a file that holds it")
    what.add_argument("--confirm", type=Path, metavar="FILE", help="open a backup and compare it")
    backup.add_argument("--out", type=Path, help="with --to: the new file")
    backup.add_argument("--identity", type=Path, help="with --confirm: a file with its identity")
    backup.set_defaults(run=_backup)
    restore = actions.add_parser("restore", help="put the master key back from its backup")
    restore.add_argument("file", type=Path)
    restore.add_argument("--identity", type=Path, required=True)
    restore.set_defaults(run=_restore)
    rotate = actions.add_parser("rotate", help="a new master key; everything is sealed anew")
    rotate.set_defaults(run=_rotate)


def _new(options: argparse.Namespace) -> None:
    from server.crypto.identity import Identity  # noqa: PLC0415 a command loads what it runs

    made = Identity.new()
    text = f"# A key for backups. Who has it opens them.\n{made.text}\n"
    keyfiles.write_new(options.out, [text.encode()])
    sys.stdout.write(f"{made.recipient.text}\n")


def _backup(options: argparse.Namespace) -> None:
    settings = from_environment()
    if options.confirm:
        if not options.identity:
            raise BadSetting("--confirm needs --identity, to open the backup")
        confirm(settings, options.confirm, options.identity)
        sys.stdout.write("The backup opens and holds this master key. Noted.\n")
        return
    if not options.out:
        raise BadSetting("--to needs --out, the file to write")
    size = backup(settings, options.out, options.to)
    sys.stdout.write(
        f"{options.out}, {size} bytes. Keep it and its identity apart from each other and from "
        "this machine, then run: letterlock keys backup --confirm FILE --identity FILE\n"
    )


def backup(settings: Settings, out: Path, to: str) -> int:
    """Write the master key as an age file. Returns its size in bytes.

    Raises:
        BadSetting: No master key, no recipient, or `out` exists.
    """
    from server.base.vault import Vault, read_keys  # noqa: PLC0415 a command loads what it runs
    from server.crypto import age  # noqa: PLC0415 a command loads what it runs

    Vault.load(settings.master_key)
    content = b"".join(read_keys(settings.master_key))
    return keyfiles.write_new(out, [age.encrypt(keyfiles.recipient(to), content)])


def confirm(settings: Settings, file: Path, identity: Path) -> None:
    """Open a backup, compare it with the master key, and note that this was done, for `doctor`.

    Raises:
        BadSetting: It does not open, or holds another key.
    """
    from server.base import facts  # noqa: PLC0415 a command loads what it runs
    from server.base.database import Database  # noqa: PLC0415 a command loads what it runs
    from server.base.vault import Vault, name_of, read_keys  # noqa: PLC0415 a command loads what it runs

    Vault.load(settings.master_key)
    present = read_keys(settings.master_key)
    if _opened(file, identity) != present:
        raise BadSetting(
            "the backup opens, but holds another master key: make a new one with "
            "`letterlock keys backup --to`. Nothing was noted"
        )
    database = Database(settings.database_url)
    with database.write() as connection:
        facts.note(connection, facts.MASTER_KEY_BACKED_UP, name_of(present[0]))
    database.close()


def _restore(options: argparse.Namespace) -> int:
    from server import migrations  # noqa: PLC0415 a command loads what it runs
    from server.commands import canary  # noqa: PLC0415 a command loads what it runs

    settings = from_environment()
    restore(settings, options.file, options.identity)
    sys.stdout.write(f"The master key is at {settings.master_key}.\n")
    return canary.say(settings) if migrations.is_current(settings.database_url) else 0


def restore(settings: Settings, file: Path, identity: Path) -> None:
    """Put the master key back where none is.

    Raises:
        BadSetting: One is there, or the backup does not open.
    """
    from server.base.vault import old_path  # noqa: PLC0415 a command loads what it runs

    present, *old = _opened(file, identity)
    if old:
        keyfiles.write_new(old_path(settings.master_key), old)
    keyfiles.write_new(settings.master_key, [present])


def _opened(file: Path, identity: Path) -> list[bytes]:
    """The master keys of a backup: the present one, then the old one where there was one."""
    from server.crypto import age  # noqa: PLC0415 a command loads what it runs
    from server.crypto.custody import KEY  # noqa: PLC0415 a command loads what it runs
    from server.crypto.errors import SealRefused  # noqa: PLC0415 a command loads what it runs

    sealed = b"".join(keyfiles.pieces_of(file))
    try:
        content = age.decrypt(keyfiles.identity(identity), sealed)
    except SealRefused as error:
        raise BadSetting(f"{file} does not open with this identity ({error.reason})") from error
    keys = [content[at : at + KEY] for at in range(0, len(content), KEY)]
    if not 1 <= len(keys) <= 2 or len(keys[-1]) != KEY:  # noqa: PLR2004 the present one and an old
        raise BadSetting(f"{file} holds no master key")
    return keys


def _rotate(_: argparse.Namespace) -> None:
    from server.commands.rotation import rotate  # noqa: PLC0415 a command loads what it runs

    sys.stdout.write("A minute, please: what runs under the old key ends first.\n")
    sys.stdout.flush()
    done = rotate(from_environment())
    sys.stdout.write(
        f"{done.sealed} values and {done.indexed} addresses are sealed under the new master key; "
        "the old one is gone from here. Make a backup of the new one now and confirm it: "
        "letterlock keys backup. Keep the old one's backup as long as backups of the database "
        "from before are kept: they open with it only.\n"
    )
