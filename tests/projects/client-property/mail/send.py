from mail.client import Mail

mail = Mail()


def send(message):
    return mail.session.post("https://mail.example.com", json=message)  # expect: missing-timeout


def store(message):
    return mail.archive.put("https://archive.example.com", json=message)  # expect: missing-timeout


def fetch(number):
    return mail.archive.get(f"https://archive.example.com/{number}", timeout=10)
