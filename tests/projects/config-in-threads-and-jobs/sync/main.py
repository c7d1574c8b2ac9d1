import threading

from sync import consumer
from sync.commands import migrate


def main():
    threading.Thread(target=consumer.consume, daemon=True).start()
    migrate()


if __name__ == "__main__":
    main()
