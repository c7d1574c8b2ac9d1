import subprocess
import time


def render(path):
    return subprocess.run(["convert", path, "out.png"], timeout=30, check=True)


def watch(path):
    while True:
        time.sleep(1)
        render(path)
