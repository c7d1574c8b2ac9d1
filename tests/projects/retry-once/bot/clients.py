import requests
from openai import OpenAI
from requests.adapters import HTTPAdapter

calm = OpenAI(max_retries=0, timeout=20)
eager = OpenAI(timeout=20)

session = requests.Session()
session.mount("https://", HTTPAdapter(max_retries=0))
