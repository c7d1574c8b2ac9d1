from queue import Queue

ORDERS = Queue()
MAILS = Queue()
RESULTS = Queue()
