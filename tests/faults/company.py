"""The company of the fault tests, beside that of the logs: two more stores, and Eve."""

from tests.support.logs import Line

# Somebody whose rights can be taken away one by one.
EVE: Line = {
    "do": "user",
    "id": "eve",
    "name": "Eve Everywhere",
    "email": "eve@acme.example",
    "role": "AGENT",
    "locations": ["A", "B", "C", "D"],
}


def store(name: str, number: int) -> Line:
    """A line that opens a store."""
    return {
        "do": "location",
        "id": name,
        "account": "acme",
        "name": f"Store {name}",
        "kind": "STORE",
        "timezone": "America/New_York",
        "phone": f"+1212555{number:04d}",
    }


MORE: list[Line] = [store("C", 200), store("D", 201), EVE]
