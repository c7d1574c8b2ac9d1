def scale(path: str) -> str:
    return path.replace(".png", "-small.png")


async def upload(path):
    return path


def scaler(factor):
    def scale_by(path):
        return path, factor

    return scale_by
