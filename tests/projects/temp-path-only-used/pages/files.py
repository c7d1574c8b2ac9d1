import os
from pathlib import Path

KNOWN = []


def write(path, text):
    with open(path, "w") as target:
        target.write(text)


def fill(folder: Path, pages):
    for name, text in pages.items():
        (folder / name).write_text(text)
    folder.mkdir(exist_ok=True)


def write_and_remember(path, text):
    with open(path, "w") as target:
        target.write(text)
    KNOWN.append(path)


def read_and_remove(path):
    with open(path) as source:
        text = source.read()
    os.unlink(path)
    return text


def write_below(folder, text):
    target = os.path.join(folder, "page.html")
    write(target, text)
    return target


class Page:
    def save(self, path):
        with open(path, "w") as target:
            target.write("")

    def show(self, path):
        with open(path) as source:
            return len(source.readlines())


class Draft(Page):
    def show(self, path):
        shown = super().show(path)
        os.unlink(path)
        return shown
