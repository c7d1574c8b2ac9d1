try:
    import httpx as http
except ImportError:
    import requests as http

try:
    from requests import Session
except ImportError:
    Session = None

try:
    import ujson as json
except ImportError:
    import json
