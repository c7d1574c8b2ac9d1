"""Files that are kept, and how they go."""

import os
import shutil


class Store:
    """A folder of files; made with `dry_run` it changes nothing."""

    def __init__(self, folder, dry_run=False):
        self.folder = folder
        self.dry_run = dry_run

    def remove(self, name):
        """Remove a file, unless the store is only to pretend."""
        if not self.dry_run:
            os.remove(os.path.join(self.folder, name))


def remove_tree(folder):
    """Remove a folder."""
    shutil.rmtree(folder)


def retire(folder, simulate=False):
    """Remove a folder, or tell that it would be."""
    if simulate:
        return [folder]
    remove_tree(folder)
    return []
