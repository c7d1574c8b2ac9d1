from accounts.http import session


def account(number):
    return session.get(f"https://accounts.example.com/{number}")  # expect: missing-timeout
