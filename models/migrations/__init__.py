"""Steps from an empty database to the one that the models describe: SQL, one file a step."""

from importlib.resources import files


def sql(name: str) -> str:
    """Text of the step `name` in this folder."""
    return files(__name__).joinpath(name).read_text()
