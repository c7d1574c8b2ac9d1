from ledger.connections import Connection, Ledger, declared, lent, session_for


def post(entry, token):
    with session_for(token) as session:
        return session.post("https://ledger.example.com", json=entry)  # expect: missing-timeout


def amend(entry, token):
    with declared(token) as session:
        session.put("https://ledger.example.com", json=entry, timeout=3)
        return session.get("https://ledger.example.com")  # expect: missing-timeout


def read():
    with Connection() as session:
        return session.get("https://ledger.example.com").json()  # expect: missing-timeout


def close_month():
    with Ledger() as ledger:
        return ledger.session.post("https://ledger.example.com/close")  # expect: missing-timeout


async def balance():
    async with lent() as session, session.get("https://ledger.example.com") as response:
        return await response.json()
