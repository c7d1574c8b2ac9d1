from mailer.clients import plain, session


def post(message):
    return session.post("https://mail.example.com", json=message, timeout=3)


def post_plainly(message):
    return plain.post("https://mail.example.com", json=message, timeout=3)
