"""The one HTTP session of the process; it tries a failed GET three times."""

from __future__ import annotations

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry


def build_session() -> requests.Session:
    """Return a session that retries what may be retried."""
    session = requests.Session()
    policy = Retry(total=2, backoff_factor=0.5, status_forcelist=(502, 503, 504))
    session.mount("https://", HTTPAdapter(max_retries=policy))
    return session


shared_session = build_session()
