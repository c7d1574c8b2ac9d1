from jobs.queue import flush, push, push_all


async def enqueue(jobs):
    flush(jobs)
    push_all(jobs)
    push(jobs[0])  # expect: blocking-reachable-from-async


async def enqueue_all(jobs):
    flush(jobs)
    push_all(jobs)  # expect: blocking-reachable-from-async


async def outer(jobs):
    await enqueue(jobs)
