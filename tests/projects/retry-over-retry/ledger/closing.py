import time

from tenacity import retry, stop_after_attempt, wait_fixed

from ledger.book import Book

book = Book()


@retry(stop=stop_after_attempt(4), wait=wait_fixed(1), reraise=True)  # expect: double-retry
def book_month(entries):
    for entry in entries:
        book.enter(entry)


@retry(stop=stop_after_attempt(4), wait=wait_fixed(1), reraise=True)
def look_up(number):
    return book.find(number)


def book_year(entries):
    for attempt in range(3):
        try:
            return book.enter(entries)  # expect: double-retry
        except OSError:
            time.sleep(2**attempt)
    raise RuntimeError("the year could not be closed")
