from sync.env import required


def consume():
    while True:
        handle(required("QUEUE_URL"))  # expect: lazy-config-read


def handle(url):
    return url
