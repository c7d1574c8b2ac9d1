from ledger.store import append, read


class Book:
    def enter(self, entry):
        self.check(entry)
        return append(entry)

    def check(self, entry):
        if not entry:
            raise ValueError("empty entry")

    def find(self, number):
        return read(number)
