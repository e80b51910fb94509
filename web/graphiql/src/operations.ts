import { type DocumentNode, type FragmentDefinitionNode, Kind, parse, visit } from "graphql";
import fragmentsText from "../operations/fragments.graphql?raw";
import conversationPage from "../operations/ConversationPage.graphql?raw";
import inbox from "../operations/Inbox.graphql?raw";
import inboxEvents from "../operations/InboxEvents.graphql?raw";
import locationsPage from "../operations/LocationsPage.graphql?raw";
import locationsPageLive from "../operations/LocationsPageLive.graphql?raw";
import messagePreview from "../operations/MessagePreview.graphql?raw";
import messagesReport from "../operations/MessagesReport.graphql?raw";
import messagesReportLive from "../operations/MessagesReportLive.graphql?raw";
import requestExport from "../operations/RequestExport.graphql?raw";
import requestPayment from "../operations/RequestPayment.graphql?raw";
import sendMessage from "../operations/SendMessage.graphql?raw";
import signIn from "../operations/SignIn.graphql?raw";
import transferConversation from "../operations/TransferConversation.graphql?raw";
import transferPreview from "../operations/TransferPreview.graphql?raw";

const fragments = new Map<string, FragmentDefinitionNode>(
  parse(fragmentsText).definitions.flatMap((node) =>
    node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [],
  ),
);

/** The ready operations by name, in the order of their tabs; each is whole, so that it can be copied anywhere. */
export const operations = {
  Inbox: whole(inbox),
  ConversationPage: whole(conversationPage),
  MessagePreview: whole(messagePreview),
  SendMessage: whole(sendMessage),
  TransferPreview: whole(transferPreview),
  TransferConversation: whole(transferConversation),
  RequestPayment: whole(requestPayment),
  LocationsPage: whole(locationsPage),
  MessagesReport: whole(messagesReport),
  RequestExport: whole(requestExport),
  InboxEvents: whole(inboxEvents),
  LocationsPageLive: whole(locationsPageLive),
  MessagesReportLive: whole(messagesReportLive),
  SignIn: whole(signIn),
};

export type OperationName = keyof typeof operations;

/** The operation followed by the fragments that it uses, directly or through others, as they are written. */
export function whole(operation: string): string {
  const used = new Map<string, string>();
  collect(parse(operation), used);
  return [operation.trim(), ...used.values()].join("\n\n") + "\n";
}

function collect(node: DocumentNode | FragmentDefinitionNode, used: Map<string, string>): void {
  visit(node, {
    FragmentSpread({ name }) {
      const fragment = fragments.get(name.value);
      if (!fragment?.loc) throw new Error(`fragments.graphql has no ${name.value}`);
      if (used.has(name.value)) return;
      used.set(name.value, fragmentsText.slice(fragment.loc.start, fragment.loc.end));
      collect(fragment, used);
    },
  });
}
