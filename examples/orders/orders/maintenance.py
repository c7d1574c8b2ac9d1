"""What operators run by hand, and what goes on beside the requests."""

from __future__ import annotations

import asyncio
import logging
import shutil
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from orders import settings

logger = logging.getLogger(__name__)


def purge(folder: Path, dry_run: bool = False) -> None:
    """Remove the folder, whatever the operator only wanted to see."""
    logger.info("purging %s", folder)
    shutil.rmtree(folder)  # planted: dry-run-ignored


def purge_archive(folder: Path, dry_run: bool = False) -> None:
    """Remove the folder, or only say so."""
    if dry_run:
        logger.info("would purge %s", folder)
        return
    logger.info("purging %s", folder)
    shutil.rmtree(folder)


def is_running() -> bool:
    """Find out from words that the next release may choose anew."""
    done = subprocess.run(
        ["systemctl", "status", "orders"], capture_output=True, text=True, timeout=10, check=False
    )
    return "active (running)" in done.stdout  # planted: cli-output-matching


def is_active() -> bool:
    """Find out from the exit status."""
    return subprocess.run(["systemctl", "is-active", "orders"], timeout=10).returncode == 0


async def record(event: str) -> None:
    """Pretend to write an event down."""
    await asyncio.sleep(0)
    logger.info("recorded %s", event)


async def announce(event: str) -> None:
    """Start a task that may be collected before it has run, and lose its failure."""
    asyncio.create_task(record(event))  # planted: dangling-task


async def announce_and_wait(event: str) -> None:
    """Start the same task and wait for it."""
    await asyncio.create_task(record(event))


async def refresh(urls: Sequence[str]) -> list[httpx.Response]:
    """Open as many connections as there are orders."""
    async with httpx.AsyncClient(timeout=settings.HTTP_TIMEOUT) as client:
        return await asyncio.gather(  # planted: unbounded-concurrency
            *(client.get(url) for url in urls)
        )


def print_all(orders: Sequence[str]) -> None:
    """Hand work over, and never learn how it ended."""
    with ThreadPoolExecutor(max_workers=4) as pool:
        for order in orders:
            pool.submit(print_one, order)  # planted: submitted-future-dropped


def print_one(order: str) -> None:
    """Print, or raise."""
    subprocess.run(["invoice-printer", order], check=True, timeout=30)
