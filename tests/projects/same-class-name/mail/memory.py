from mail.protocols import Transport


class Mailer:
    def __init__(self):
        self.sent = []

    def send(self, message):
        self.sent.append(message)


class Memory(Transport):
    def deliver(self, message):
        Mailer().send(message)
