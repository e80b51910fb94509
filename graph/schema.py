from __future__ import annotations

import strawberry
from graphql import GraphQLInputObjectType, GraphQLSchema
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema_converter import GraphQLCoreConverter

from graph.scalars import SCALARS
from graph.types import OBJECTS
from resolvers.account import AccountMutations, AccountQueries
from resolvers.api_key import ApiKeyMutations, ApiKeyQueries
from resolvers.audit import AuditQueries
from resolvers.campaign import CampaignQueries
from resolvers.consent import ConsentMutations, ConsentQueries
from resolvers.contact import ContactMutations, ContactQueries
from resolvers.conversation import ConversationMutations, ConversationQueries
from resolvers.events import EventQueries
from resolvers.export import ExportMutations, ExportQueries
from resolvers.location import LocationMutations, LocationQueries
from resolvers.message import MessageMutations, MessageQueries
from resolvers.metrics import LocationsSummaryQueries
from resolvers.node import NodeQueries
from resolvers.notification import NotificationMutations
from resolvers.password import PasswordMutations
from resolvers.payment import PaymentMutations
from resolvers.presence import PresenceMutations
from resolvers.report import MessagesReportQueries
from resolvers.saved_report import SavedReportMutations, SavedReportQueries
from resolvers.second_factor import SecondFactorMutations
from resolvers.session import SessionMutations, SessionQueries
from resolvers.tag import TagMutations, TagQueries
from resolvers.transfer import TransferMutations, TransferQueries
from resolvers.user import UserMutations, UserQueries
from resolvers.viewer import ViewerMutations, ViewerQueries
from subscriptions.fields import Subscription


@strawberry.type(
    description="Everything that can be read. What the viewer may not see reads like what does not exist."
)
class Query(
    ViewerQueries,
    SessionQueries,
    NodeQueries,
    UserQueries,
    AccountQueries,
    LocationQueries,
    ContactQueries,
    ConsentQueries,
    ConversationQueries,
    TagQueries,
    MessageQueries,
    TransferQueries,
    CampaignQueries,
    LocationsSummaryQueries,
    MessagesReportQueries,
    SavedReportQueries,
    ExportQueries,
    ApiKeyQueries,
    AuditQueries,
    EventQueries,
):
    pass


@strawberry.type(
    description=(
        "Everything that can be changed. A refusal is data, in `userErrors`: then nothing was done. Names "
        "begin with the verb."
    ),
)
class Mutation(
    SessionMutations,
    PasswordMutations,
    SecondFactorMutations,
    ViewerMutations,
    PresenceMutations,
    AccountMutations,
    LocationMutations,
    ContactMutations,
    ConsentMutations,
    ConversationMutations,
    TagMutations,
    MessageMutations,
    PaymentMutations,
    TransferMutations,
    ExportMutations,
    SavedReportMutations,
    NotificationMutations,
    ApiKeyMutations,
    UserMutations,
):
    pass


class LocalMessagesSchema(strawberry.Schema):
    """Strawberry's schema, with `@oneOf` left to the core, which knows it since 3.3."""

    def __init__(self) -> None:
        super().__init__(
            query=Query,
            mutation=Mutation,
            subscription=Subscription,
            types=OBJECTS,
            config=StrawberryConfig(scalar_map=SCALARS),
        )
        for type_ in self._schema.type_map.values():
            if isinstance(type_, GraphQLInputObjectType):
                type_.is_one_of = type_.extensions[GraphQLCoreConverter.DEFINITION_BACKREF].is_one_of

    @property
    def core(self) -> GraphQLSchema:
        return self._schema

    def as_str(self) -> str:
        return super().as_str().replace("directive @oneOf on INPUT_OBJECT\n\n", "")


schema = LocalMessagesSchema()


def sdl() -> str:
    """The schema as the file at the root has it."""
    return schema.as_str() + "\n"
