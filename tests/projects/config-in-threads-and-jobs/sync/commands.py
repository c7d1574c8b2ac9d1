import click

from sync.env import required


@click.command()
def migrate():
    return required("DATABASE_URL")
