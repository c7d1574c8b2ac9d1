from mail import memory, smtp
from mail.memory import Mailer
from mail.protocols import Sender, Transport


async def send(message, sender: Sender, transport: Transport):
    Mailer().send(message)
    memory.Mailer().send(message)
    sender.send(message)
    transport.deliver(message)
    transport.deliver_all([message])
    smtp.Mailer().send(message)  # expect: blocking-reachable-from-async


async def deliver(message):
    memory.Memory().deliver(message)
    smtp.Smtp().deliver(message)  # expect: blocking-reachable-from-async
