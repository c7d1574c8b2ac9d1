"""Invoices on disk and orders in SQLite."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TextIO

from orders import settings


def read_invoice(path: Path) -> str:
    """Return an invoice; the file stays open until somebody collects it."""
    invoice = open(path, encoding="utf-8")  # planted: unclosed-resource
    return invoice.read()


def read_template(path: Path) -> str:
    """Return a template."""
    with open(path, encoding="utf-8") as template:
        return template.read()


def read_terms(path: Path) -> str:
    """Return the terms of trade, the old way: closed whatever happens."""
    terms = open(path, encoding="utf-8")
    try:
        return terms.read()
    finally:
        terms.close()


def open_invoice(path: Path) -> TextIO:
    """Return the open file; whoever asked for it closes it."""
    return open(path, encoding="utf-8")


class Ledger:
    """Orders in a database that nobody can close."""

    def __init__(self) -> None:
        self.connection = sqlite3.connect(settings.DATABASE)  # planted: unreleased-attribute

    def add(self, item: str) -> None:
        """Write down an order."""
        self.connection.execute("insert into orders (item) values (?)", (item,))


class Archive:
    """Orders in a database that its owner closes."""

    def __init__(self) -> None:
        self.connection = sqlite3.connect(settings.DATABASE)

    def add(self, item: str) -> None:
        """Write down an order."""
        self.connection.execute("insert into archive (item) values (?)", (item,))

    def close(self) -> None:
        """Give the connection back."""
        self.connection.close()


def count_orders() -> int:
    """Return how many orders there are."""
    with closing(sqlite3.connect(settings.DATABASE)) as connection:
        row = connection.execute("select count(*) from orders").fetchone()
    return int(row[0])


def export_orders(orders: list[dict[str, str]]) -> int:
    """Write the orders to a folder that stays behind for ever, and return the size."""
    folder = Path(tempfile.mkdtemp())  # planted: leaked-temp-path
    target = folder / "orders.json"
    target.write_text(json.dumps(orders), encoding="utf-8")
    return target.stat().st_size


def import_orders(content: str) -> int:
    """Write orders to a folder that goes away by itself, and return the size."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "orders.json"
        target.write_text(content, encoding="utf-8")
        return target.stat().st_size


@contextmanager
def workspace() -> Iterator[Path]:
    """Lend a folder and remove it afterwards."""
    folder = tempfile.mkdtemp()
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder)
