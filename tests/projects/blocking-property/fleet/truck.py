from functools import cached_property

import requests


class Truck:
    def __init__(self, number):
        self.number = number
        self._load = 0

    @property
    def position(self):
        return requests.get(f"https://fleet.example.com/{self.number}", timeout=3).json()

    @cached_property
    def plan(self):
        return self._fetch_plan()

    @property
    def load(self):
        return self._load

    def _fetch_plan(self):
        return requests.get("https://fleet.example.com/plan", timeout=3).json()
