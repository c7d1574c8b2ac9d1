"""The requests of customers: no HTTP."""


def get(number):
    return {"number": number}


class Session:
    def get(self, number):
        return get(number)
