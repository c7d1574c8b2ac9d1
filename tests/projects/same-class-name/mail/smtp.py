import smtplib

from mail.protocols import Transport


class Mailer:
    def send(self, message):
        with smtplib.SMTP("localhost", timeout=5) as server:
            server.send_message(message)


class Smtp(Transport):
    def deliver(self, message):
        Mailer().send(message)
