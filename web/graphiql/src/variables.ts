import type { OperationName } from "./operations";
import type { Samples } from "./samples";

type Fill = (samples: Samples) => object;

const fills: Record<OperationName, Fill> = {
  Inbox: ({ locationId }) => ({ filter: { locationIds: [locationId], statuses: ["OPEN"] }, first: 10 }),
  ConversationPage: ({ conversationId }) => ({ id: conversationId, last: 20 }),
  MessagePreview: ({ conversationId }) => ({
    body: "Yes – we’re open until six. Shall we hold one for you? 🙂",
    conversationId,
  }),
  SendMessage: ({ conversationId }) => ({
    input: { conversationId, body: "Yes, we are open until six. Shall we hold one for you?" },
  }),
  TransferPreview: ({ conversationId, destinationId }) => ({ id: conversationId, to: destinationId }),
  TransferConversation: ({ conversationId, destinationId }) => ({
    input: { conversationId, to: destinationId, note: "They asked for your store.", notify: true },
  }),
  RequestPayment: ({ conversationId }) => ({
    input: {
      conversationId,
      invoice: "INV-1001",
      amount: { amount: "24.90", currency: "GBP" },
      description: "Two bags of compost",
    },
  }),
  LocationsPage: ({ locationIds }) => ({ locationIds, window: { last: "DAYS_7" }, outOfHours: "EXCLUDE" }),
  MessagesReport: ({ locationIds }) => ({
    filter: { locationIds, window: { last: "DAYS_30" } },
    orderBy: { column: "SENT_AT", direction: "DESC" },
    first: 10,
  }),
  RequestExport: ({ locationIds }) => ({
    input: {
      source: { messagesReport: { filter: { locationIds, window: { last: "DAYS_7" } }, view: "ROWS" } },
      format: "XLSX",
    },
  }),
  InboxEvents: () => ({ filter: {} }),
  LocationsPageLive: ({ locationIds }) => ({
    locationIds,
    window: { last: "DAYS_7" },
    outOfHours: "EXCLUDE",
  }),
  MessagesReportLive: ({ locationIds }) => ({ filter: { locationIds, window: { last: "DAYS_30" } } }),
  SignIn: ({ email }) => ({ input: { email, password: "" } }),
};

/** The variables of a ready operation, as they stand in its tab. */
export function variablesText(name: OperationName, samples: Samples): string {
  return JSON.stringify(fills[name](samples), null, 2).replace(/\[[^[\]{}]*\]/g, onOneLine);
}

function onOneLine(list: string): string {
  return list.replace(/\s*\n\s*/g, " ").replace(/^\[ (.*) \]$/, "[$1]");
}
