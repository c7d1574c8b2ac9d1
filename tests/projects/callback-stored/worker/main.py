from worker import polling
from worker.polling import Poller, handler_for, poll
from worker.registry import at_exit, register


async def start(queue):
    poller = Poller(callback=poll)
    register("poll", polling.poll)
    register("once", poller.once)
    register("lazy", lambda: poll())
    at_exit(poll)
    handlers = [handler_for(queue), poller.once]
    return handlers


async def start_wrongly(poller: Poller):
    register("poll", poll())  # expect: blocking-reachable-from-async
    poller.once()  # expect: blocking-reachable-from-async
