from fastapi import APIRouter, Depends

from app.settings import MailSettings, Settings, fresh_settings, get_settings, settings

router = APIRouter()


@router.get("/dsn")
def dsn(known: Settings = Depends(get_settings)):
    return known.dsn, settings.dsn


@router.get("/host")
def host(known: MailSettings = Depends(fresh_settings)):
    return known.host


@router.get("/each")
async def each():
    return Settings().dsn  # expect: settings-built-per-call
