from pay.bank import Bank

URL = "https://bank.example.com"


def balances():
    Bank.named("first").rates().get(URL)  # expect: missing-timeout
    Bank.default().rates().get(URL)  # expect: missing-timeout
    Bank.typed("third").rates().get(URL)  # expect: missing-timeout
    Bank.shared().rates().get(URL)  # expect: missing-timeout
    Bank("fifth").renamed("5").rates().get(URL)  # expect: missing-timeout
    with Bank("sixth") as bank:
        bank.rates().get(URL)  # expect: missing-timeout


async def later():
    bank = await Bank.connect()
    return bank.rates().get(URL)  # expect: missing-timeout


def unknown():
    return Bank.plain().rates().get(URL)
