import weather
from weather import *


def measure():
    load("https://south.example.com")
    weather.load("https://south.example.com")
    weather.http.get("https://south.example.com")  # expect: missing-timeout
    session.get("https://south.example.com")  # expect: missing-timeout
    return make().get("https://south.example.com")  # expect: missing-timeout
