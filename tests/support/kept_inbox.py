"""An inbox that is kept right from events alone, as a front end keeps it."""

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

Item = dict[str, Any]


class KeptInbox:
    """The conversations of a list, by id, as the operations `Inbox` and `InboxEvents` select them.

    `unreadCount` is the viewer's own and left out here. What was fetched may be newer than the cursor that
    was read before it, so an event never puts an older state in the place of a newer one.
    """

    def __init__(self, fetched: Iterable[Item]) -> None:
        self.items: dict[str, Item] = {}
        for item in fetched:
            self._take({name: value for name, value in item.items() if name != "unreadCount"})

    def apply(self, event: Item) -> None:
        """Do what an event says."""
        match event["__typename"]:
            case "TimelineEntryAdded" | "ConversationChanged" | "ConversationMovedIn":
                self._take(event["conversation"])
            case "MessageChanged":
                self._change_message(event["conversation"], event["message"])
            case "ConversationMovedOut":
                self.items.pop(event["conversationId"], None)

    def differences(self, fetched: "KeptInbox") -> list[str]:
        """Where it is not what a new fetch gives."""
        found = [f"{key} is not there" for key in fetched.items.keys() - self.items.keys()]
        found += [f"{key} is still there" for key in self.items.keys() - fetched.items.keys()]
        for key in self.items.keys() & fetched.items.keys():
            kept, new = self.items[key], fetched.items[key]
            found += [
                f"{key} {name}: {kept[name]}, not {new[name]}" for name in new if kept[name] != new[name]
            ]
        return found

    def _take(self, item: Item) -> None:
        known = self.items.get(item["id"])
        if known is None or known["version"] <= item["version"]:
            self.items[item["id"]] = deepcopy(item)

    def _change_message(self, conversation: Item, message: Item) -> None:
        known = self.items.get(conversation["id"])
        if known is None:
            return
        known["version"] = max(known["version"], conversation["version"])
        last = known["lastMessage"]
        if last is not None and last["id"] == message["id"]:
            last["status"] = message["status"]
