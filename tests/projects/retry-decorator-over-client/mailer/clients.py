import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry


def make_session():
    session = requests.Session()
    session.mount("https://", HTTPAdapter(max_retries=Retry(total=4, status_forcelist=[502])))
    return session


def make_plain_session():
    return requests.Session()


session = make_session()
plain = make_plain_session()
