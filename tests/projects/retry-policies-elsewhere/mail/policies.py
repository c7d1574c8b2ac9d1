"""The policies of the project."""

import requests
import tenacity

patient = tenacity.retry(
    stop=tenacity.stop_after_attempt(3),
    wait=tenacity.wait_random_exponential(max=9),
    retry=tenacity.retry_if_exception_type(requests.RequestException),
)
stubborn = tenacity.retry(
    stop=tenacity.stop_after_attempt(3),
    wait=tenacity.wait_random_exponential(max=9),
    retry=tenacity.retry_if_not_exception_type(ValueError),
    reraise=True,
)
