from abc import ABC, abstractmethod
from typing import Protocol


class Sender(Protocol):
    def send(self, message): ...


class Transport(ABC):
    @abstractmethod
    def deliver(self, message): ...

    def deliver_all(self, messages):
        for message in messages:
            self.deliver(message)
