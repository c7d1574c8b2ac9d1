class Closing:
    def close(self):
        self.stream.close()
