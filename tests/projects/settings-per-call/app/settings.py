from functools import lru_cache

from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    dsn: str


class MailSettings(Settings):
    host: str


@lru_cache
def get_settings():
    return Settings()


def fresh_settings():
    return MailSettings()  # expect: settings-built-per-call


settings = Settings()
