"""Rows, conversations and waits of reports by their ids, and what they lead to."""

from __future__ import annotations

from uuid import UUID

from strawberry import Info

from graph.loaders.conversations import ConversationReads
from graph.loaders.report_nodes import conversation_node, row_node, wait_node
from graph.loaders.timeline import TimelineReads
from graph.types.conversation import Conversation
from graph.types.message import Message
from graph.types.report_conversation import ReportConversation
from graph.types.report_row import ReportRow
from graph.types.wait import Wait
from localmessages.reports.messages_report.conversations import conversations_by_id
from localmessages.reports.messages_report.rows import rows_by_id
from localmessages.reports.messages_report.waits import waits_by_id


class ReportNodeReads(ConversationReads, TimelineReads):
    """Outside of a report: a conversation as far as all that the viewer sees of it is about it."""

    async def report_row(self, key: UUID) -> ReportRow | None:
        """A row of the table."""
        return await self.batched(self._report_rows, key)

    async def _report_rows(self, keys: list[UUID]) -> dict[UUID, ReportRow]:
        nodes = await self.nodes()
        async with self.connection() as connection:
            found = await rows_by_id(connection, nodes.viewer, keys)
        return {key: row_node(nodes, view) for key, view in found.items()}

    async def report_conversation(self, key: UUID) -> ReportConversation | None:
        """A conversation with a text at a location of the viewer."""
        return await self.batched(self._report_conversations, key)

    async def _report_conversations(self, keys: list[UUID]) -> dict[UUID, ReportConversation]:
        nodes = await self.nodes()
        async with self.connection() as connection:
            found = await conversations_by_id(connection, nodes.viewer, keys)
        return {key: conversation_node(nodes, row) for key, row in found.items()}

    async def wait(self, key: UUID) -> Wait | None:
        """A wait that has ended at a location of the viewer."""
        return await self.batched(self._waits, key)

    async def _waits(self, keys: list[UUID]) -> dict[UUID, Wait]:
        nodes = await self.nodes()
        async with self.connection() as connection:
            found = await waits_by_id(
                connection,
                nodes.viewer,
                keys,
                now=self.now,
                place_of=nodes.catalogue.places.__getitem__,
            )
        return {key: wait_node(nodes, view) for key, view in found.items()}

    async def report_row_conversation(self, row: ReportRow, *, info: Info) -> Conversation | None:
        """The conversation that a text stands in."""
        return await self.conversation(row.conversation_key)

    async def report_conversation_conversation(
        self, talk: ReportConversation, *, info: Info
    ) -> Conversation | None:
        """The conversation itself."""
        return await self.conversation(talk.key)

    async def wait_conversation(self, wait: Wait, *, info: Info) -> Conversation | None:
        """The conversation in which somebody waited."""
        return await self.conversation(wait.conversation_key)

    async def wait_question(self, wait: Wait, *, info: Info) -> Message | None:
        """The text that began it."""
        return await self.message(wait.question_key)

    async def wait_answer(self, wait: Wait, *, info: Info) -> Message | None:
        """The text that ended it."""
        return await self.message(wait.answer_key)
