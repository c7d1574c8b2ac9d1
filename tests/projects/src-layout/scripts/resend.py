from billing.client import session
from billing.invoices import issue

if __name__ == "__main__":
    for order in session.get("https://billing.example.com/failed").json():  # expect: missing-timeout
        issue(order)
