import os
import tempfile
from pathlib import Path

from pages import files
from pages.files import Page


def written(text):
    folder = tempfile.mkdtemp()  # expect: leaked-temp-path
    files.write(os.path.join(folder, "page.html"), text)


def filled(pages):
    folder = Path(tempfile.mkdtemp())  # expect: leaked-temp-path
    files.fill(folder, pages)


def item(text):
    descriptor, path = tempfile.mkstemp()  # expect: leaked-temp-path
    os.close(descriptor)
    files.write(path, text)


def named(text):
    with tempfile.NamedTemporaryFile(delete=False) as target:  # expect: leaked-temp-path
        files.write(target.name, text)


def saved(page: Page):
    page.save(tempfile.mkdtemp() + "/page.html")  # expect: leaked-temp-path


def shown(page: Page):
    return page.show(tempfile.mkdtemp())


def remembered(text):
    files.write_and_remember(tempfile.mkdtemp(), text)


def removed():
    return files.read_and_remove(tempfile.mkstemp()[1])


def below(text):
    return files.write_below(tempfile.mkdtemp(), text)
