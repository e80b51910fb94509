"""Running operations: the same way for HTTP and for sockets."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any, Self, cast

from graphql import ExecutionResult, GraphQLError, GraphQLObjectType, GraphQLSchema, OperationType
from graphql.execution import create_source_event_stream, map_source_to_response_event
from graphql.execution.collect_fields import FieldDetailsList
from graphql.language import OperationDefinitionNode
from graphql.pyutils import Path
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from graph.compiled import Readers
from graph.cost import Costs
from graph.documents import Document, Documents
from graph.errors import ErrorCode, RequestRefused, bad_request, coded, formatted
from graph.introspection import META, Introspection
from graph.limits import Limits, check_variables
from graph.observing import Running
from graph.request import GraphQLRequest
from graph.scopes import check_scopes
from localmessages import metrics
from localmessages.metrics import Names

Answer = dict[str, Any]


class Executor(StrawberryGraphQLCoreExecutionContext):
    """Runs an operation; each event of a subscription gets a context of its own, with nothing remembered.

    What is made of attributes alone is read by compiled functions; where they give up, it is interpreted.
    """

    def __init__(
        self,
        *args: Any,
        readers: Callable[[Mapping[str, Any]], Readers],
        introspection: Introspection,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._readers = readers(self.variable_values.coerced)
        self._introspection = introspection
        self._reading = introspection.reading()

    def collect_and_execute_subfields(
        self,
        return_type: GraphQLObjectType,
        field_details_list: FieldDetailsList,
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        read = self._readers.of_object(return_type, field_details_list, self.collect_subfields)
        if read is not None:
            # Whatever goes wrong, the interpreter meets it again and says it.
            with suppress(Exception):
                return read(result)
        return super().collect_and_execute_subfields(
            return_type, field_details_list, path, result, position_context
        )

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,
        field_details_list: FieldDetailsList,
        path: Path,
        position_context: Any,
    ) -> Any:
        if (meta := META.get(field_details_list[0].node.name.value)) is not None:
            try:
                return self._introspection.answer(
                    self._reading, field_details_list, self.variable_values, self.collect_subfields
                )
            except Exception as error:  # noqa: BLE001  (it stands in the answer where the interpreter's would)
                return self.handle_field_error(error, meta.type, field_details_list, path)
        read = self._readers.of_field(parent_type, field_details_list, self.collect_subfields)
        if read is not None:
            # Whatever goes wrong, the interpreter meets it again and says it.
            with suppress(Exception):
                return read(source)
        return super().execute_field(parent_type, source, field_details_list, path, position_context)

    def build_per_event_executor(self, payload: Any) -> Self:
        executor = super().build_per_event_executor(payload)
        fork = getattr(executor.context_value, "fork", None)
        if fork is not None:
            executor.context_value = fork()
        return cast(Self, executor)


@dataclass(frozen=True, slots=True)
class Operation:
    """A request whose document is valid, and the one operation in it that is meant."""

    request: GraphQLRequest
    document: Document
    definition: OperationDefinitionNode

    @property
    def type(self) -> OperationType:
        return self.definition.operation


class Engine:
    """The schema at work: takes requests, gives answers that are ready to be encoded."""

    def __init__(
        self,
        schema: GraphQLSchema,
        limits: Limits | None = None,
        *,
        introspection: bool = True,
        suggestions: bool = False,
        names: Names | None = None,
    ) -> None:
        """`introspection`: whether the schema tells of itself; `suggestions`: whether errors tell names.

        Metrics tell operations apart by `names`.
        """
        self._names = names or Names()
        self.limits = limits or Limits()
        self.schema = schema
        self._hide_suggestions = not suggestions
        self._documents = Documents(
            schema, self.limits, introspection=introspection, hide_suggestions=not suggestions
        )
        self._costs = Costs(self.limits.cost)
        self._introspection = Introspection(schema, self.limits.introspection)

    def operation(self, request: GraphQLRequest) -> Operation:
        """The operation that a request asks for; `RequestRefused` if it asks for none, or badly."""
        check_variables(request.variables, request.sent, self.limits)
        document = self._documents.get(request.query)
        found = document.operations
        if request.operation_name:
            found = [d for d in found if d.name is not None and d.name.value == request.operation_name]
            if not found:
                raise bad_request(f"The document has no operation named {request.operation_name!r}.")
        if len(found) != 1:
            raise bad_request("The document has several operations: say which one by `operationName`.")
        self._costs.check(request.query, request.operation_name, document.node, found[0], request.variables)
        return Operation(request, document, found[0])

    async def admit(self, operation: Operation, context: Any) -> None:
        """`RequestRefused` where whoever asks may not begin this at all."""
        key_scopes = getattr(context, "key_scopes", None)
        scopes = None if key_scopes is None else await key_scopes()
        if scopes is not None:
            check_scopes(operation.document, operation.definition, scopes)

    async def execute(self, operation: Operation, context: Any) -> Answer:
        """Run a query or mutation to its end; `RequestRefused` if it cannot begin."""
        await self.admit(operation, context)
        with Running(self._names, operation, context) as running:
            running.answer = await self._execute(operation, context)
        return running.answer

    async def _execute(self, operation: Operation, context: Any) -> Answer:
        executor = self._executor(operation, context)
        try:
            async with asyncio.timeout(self.limits.seconds):
                result = executor.execute_operation()
                if not isinstance(result, ExecutionResult):
                    result = await cast(Any, result)
        except TimeoutError:
            message = f"This took longer than {self.limits.seconds:g} seconds. Ask for less at a time."
            return _answer(None, [coded(ErrorCode.TIMEOUT, message)])
        finally:
            finish = getattr(context, "finish", None)
            if finish is not None:
                await finish()
        return _answer(result.data, result.errors)

    async def subscribe(self, operation: Operation, context: Any) -> AsyncGenerator[Answer, None]:
        """Begin a subscription; `RequestRefused` if it cannot begin.

        An answer without `data` is its last: it ended by an error. Close what is given here to stop it early.
        """
        await self.admit(operation, context)
        executor = self._executor(operation, context)
        stream = create_source_event_stream(executor)
        if executor.is_awaitable(stream):
            stream = await cast(Any, stream)
        if isinstance(stream, ExecutionResult):
            raise RequestRefused(stream.errors or [])
        return _answers(map_source_to_response_event(executor, cast(Any, stream)))

    def _executor(self, operation: Operation, context: Any) -> Executor:
        name = operation.definition.name
        executor = Executor.build(
            self.schema,
            operation.document.node,
            None,
            context,
            operation.request.variables,
            name.value if name else None,
            is_awaitable=cast(Any, optimized_is_awaitable),
            hide_suggestions=self._hide_suggestions,
            operation_extensions=operation.request.extensions,
            readers=operation.document.readers,
            introspection=self._introspection,
        )
        if isinstance(executor, list):
            raise RequestRefused([_about_variables(error) for error in executor])
        return cast(Executor, executor)


def _about_variables(error: GraphQLError) -> GraphQLError:
    original = error.original_error
    given = original.extensions if isinstance(original, GraphQLError) else error.extensions
    error.extensions = {"code": ErrorCode.BAD_USER_INPUT.value, **(given or {})}
    return error


async def _answers(results: AsyncGenerator[ExecutionResult, None]) -> AsyncGenerator[Answer, None]:
    async with aclosing(results):
        try:
            async for result in results:
                yield _answer(result.data, result.errors)
        except Exception as error:  # noqa: BLE001  (a bug ends this subscription, not the socket)
            cause = error if isinstance(error, GraphQLError) else None
            yield {"errors": [formatted(cause or GraphQLError(str(error), original_error=error))]}


def _answer(data: Any, errors: list[GraphQLError] | None) -> Answer:
    if not errors:
        return {"data": data}
    return {"errors": [formatted(error) for error in errors], "data": data}


def refusal(refused: RequestRefused) -> Answer:
    """The answer to a request that was not executed: no `data` at all."""
    errors = [formatted(error, ErrorCode.BAD_REQUEST) for error in refused.errors]
    metrics.REFUSED.labels(errors[0]["extensions"]["code"] if errors else "none").inc()
    return {"errors": errors}
