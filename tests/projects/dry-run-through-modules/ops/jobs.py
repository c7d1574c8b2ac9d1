"""Jobs that can be tried first."""

from ops import store
from ops.store import Store, retire


def clean(folder, names, dry_run):
    """Remove some files through a store that was told."""
    place = Store(folder, dry_run=dry_run)
    for name in names:
        place.remove(name)


def clean_at_once(folder, names, dry_run):
    """Remove some files through a store that was not told."""
    place = Store(folder)  # expect: dry-run-not-forwarded
    if dry_run:
        print("would remove", names)
    for name in names:
        place.remove(name)


def retire_all(folders, dry_run):
    """Retire folders; the flag has another name there."""
    for folder in folders:
        retire(folder, dry_run)
    for folder in folders:
        retire(folder, simulate=dry_run)


def retire_some(folders, *, dry_run=True):
    """Retire folders whatever the flag says."""
    print("dry run:", dry_run)
    for folder in folders:
        retire(folder)  # expect: dry-run-not-forwarded


def _empty(folder):
    store.remove_tree(folder)


def reset(folder, dry_run=False):
    """Remove a folder, two modules away, whatever the flag says."""
    print("dry run:", dry_run)
    _empty(folder)  # expect: dry-run-ignored


def reset_carefully(folder, dry_run=False):
    """Remove a folder unless this is a dry run."""
    if dry_run:
        return
    _empty(folder)
