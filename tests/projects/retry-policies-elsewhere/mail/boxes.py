"""Functions that the policies call again."""

import logging

import requests

from mail.policies import patient, stubborn

log = logging.getLogger(__name__)


@patient
def names(url: str) -> list[str]:  # expect: retry-permanent-error
    """Retry what the server will refuse each time."""
    return list(_fetch(url))


def _fetch(url: str) -> list[str]:
    answer = requests.get(url, timeout=3)
    answer.raise_for_status()
    return list(answer.json())


@patient
def sizes(url: str) -> list[int]:
    """Look at the status before it raises."""
    answer = requests.get(url, timeout=3)
    if answer.status_code < 500:
        return []
    answer.raise_for_status()
    return list(answer.json())


@patient
def ping(url: str) -> None:  # expect: ineffective-retry
    """Catch what should be retried."""
    try:
        requests.get(url, timeout=3)
    except requests.RequestException:
        log.exception("no answer")


@patient
def pages(url: str):  # expect: ineffective-retry
    """Retry the making of a generator."""
    for page in range(3):
        yield requests.get(f"{url}/{page}", timeout=3)


@stubborn
async def watch(box) -> None:  # expect: retry-swallows-cancellation
    """Start again when it is cancelled."""
    await box.changed()
