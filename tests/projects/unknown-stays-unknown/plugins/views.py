from plugins.loader import client_for, load, rebound


async def show(client, name, url):
    client.fetch(url)
    client.session.get(url)
    load(name).Client().fetch(url)
    client_for(name).fetch(url)
    rebound().fetch(url)
    return [each.fetch(url) for each in client.others]
