from feed.base import Closing


class Stream(Closing):
    def __init__(self, path):
        self.stream = open(path)
