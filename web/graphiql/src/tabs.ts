import type { TabsState } from "@graphiql/react";
import { type OperationName, operations } from "./operations";
import type { Samples } from "./samples";
import { variablesText } from "./variables";

type Tab = TabsState["tabs"][number];

const names = Object.keys(operations) as OperationName[];

/** A tab for every ready operation, the first one in front. */
export function freshTabs(samples: Samples): TabsState {
  return { tabs: names.map((name) => readyTab(name, samples)), activeTabIndex: 0 };
}

/** The same tabs with new samples, but for variables that somebody has edited. */
export function refilled(state: TabsState, before: Samples, after: Samples): TabsState {
  const tabs = state.tabs.map((tab) => {
    const name = names.find((name) => tab.variables === variablesText(name, before) && tab.title === name);
    return name ? { ...tab, variables: variablesText(name, after) } : tab;
  });
  return { ...state, tabs };
}

function readyTab(name: OperationName, samples: Samples): Tab {
  return {
    id: name,
    title: name,
    operationName: name,
    query: operations[name],
    variables: variablesText(name, samples),
    headers: null,
    response: null,
    hash: "",
  };
}
