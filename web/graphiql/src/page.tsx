import type { TabsState } from "@graphiql/react";
import { GraphiQL } from "graphiql";
import { useState } from "react";
import { openDesk } from "./desk";
import { fetchSamples, keepSamples, readSamples, type Samples, unknownSamples } from "./samples";
import { forgetSession, keepSession, readSession, type Session, signIn, signOut } from "./session";
import { SignInBar } from "./sign-in-bar";
import { readTabs, writeTabs } from "./storage";
import { freshTabs, refilled } from "./tabs";

const invitedEmail = new URLSearchParams(location.search).get("email") ?? "";

/** The bar that says who asks, and GraphiQL below it: another one for every viewer. */
export function Page() {
  const [session, setSession] = useState(readSession);
  const [samples, setSamples] = useState(() => readSamples() ?? unknownSamples(invitedEmail));
  const [notice, setNotice] = useState<string | null>(null);
  const [desk, setDesk] = useState(() => {
    if (!readTabs()) writeTabs(freshTabs(samples));
    return openDesk(session, onUnauthenticated);
  });

  function onUnauthenticated(): void {
    forgetSession();
    setSession(null);
    setNotice("The session has ended. Sign in again.");
  }

  function renewDesk(whose: Session | null, tabs: TabsState, filledWith: Samples): void {
    desk.close();
    keepSamples(filledWith);
    writeTabs(tabs);
    setSamples(filledWith);
    setNotice(null);
    setDesk(openDesk(whose, onUnauthenticated));
  }

  async function onSignIn(email: string, password: string): Promise<void> {
    const arrived = await signIn(email, password);
    keepSession(arrived);
    setSession(arrived);
    const found = await fetchSamples(arrived.token, email);
    renewDesk(arrived, refilled(readTabs() ?? freshTabs(samples), samples, found), found);
  }

  async function onReset(): Promise<void> {
    // The token may be the next one by now.
    const current = session && readSession();
    const found = current ? await fetchSamples(current.token, samples.email) : samples;
    renewDesk(current, freshTabs(found), found);
  }

  function onSignOut(): void {
    void signOut();
    forgetSession();
    setSession(null);
    const nobody = unknownSamples(samples.email);
    renewDesk(null, refilled(readTabs() ?? freshTabs(nobody), samples, nobody), nobody);
  }

  return (
    <>
      <SignInBar
        name={session?.name ?? null}
        email={invitedEmail || samples.email}
        notice={notice}
        onSignIn={onSignIn}
        onSignOut={onSignOut}
        onReset={onReset}
      />
      <main className="desk">
        <GraphiQL
          key={desk.id}
          fetcher={desk.fetcher}
          storage={desk.storage}
          inputValueDeprecation
          schemaDescription
          defaultEditorToolsVisibility="variables"
        >
          {/* The room is the tabs'. */}
          <GraphiQL.Logo>
            <span />
          </GraphiQL.Logo>
        </GraphiQL>
      </main>
    </>
  );
}
