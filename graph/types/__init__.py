"""The types of the API, one noun a file.

Types refer to each other in circles (a conversation has a contact, who has conversations), so a file imports
the others for the type checker only. Here, where all of them are known, each file is given the names of
the rest, and Strawberry finds them when it reads the annotations.
"""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from strawberry.types.base import get_object_definition


def _types(modules: list[ModuleType]) -> dict[str, type]:
    return {
        name: value
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, type) and get_object_definition(value)
    }


def _introduce() -> dict[str, type]:
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    types = _types(modules)
    for module in modules:
        for name in types.keys() - vars(module).keys():
            setattr(module, name, types[name])
    return types


# All that can be in an answer; what only an interface leads to would be missing from the schema otherwise.
OBJECTS = [type_ for type_ in _introduce().values() if not get_object_definition(type_, strict=True).is_input]
