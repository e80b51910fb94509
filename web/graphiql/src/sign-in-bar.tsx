import { type FormEvent, useState } from "react";

interface Props {
  /** Who is signed in; null shows the form. */
  name: string | null;
  email: string;
  notice: string | null;
  onSignIn(email: string, password: string): Promise<void>;
  onSignOut(): void;
  onReset(): Promise<void>;
}

/** Who asks: a form to sign in, or the name and the way out. */
export function SignInBar({ name, email, notice, onSignIn, onSignOut, onReset }: Props) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);

  async function run(work: () => Promise<void>): Promise<void> {
    setBusy(true);
    setRefusal(null);
    try {
      await work();
    } catch (error) {
      setRefusal(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  }

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    void run(() => onSignIn(String(fields.get("email")).trim(), String(fields.get("password"))));
  }

  return (
    <header className="graphiql-container bar">
      <strong>LocalMessages</strong>
      {name === null ? (
        <form onSubmit={submit}>
          <label htmlFor="email">Sign in as</label>
          <input id="email" name="email" type="email" autoComplete="username" placeholder="email" defaultValue={email} required />
          <input name="password" type="password" autoComplete="current-password" placeholder="password" aria-label="Password" required />
          <button type="submit" disabled={busy}>Sign in</button>
        </form>
      ) : (
        <>
          <span>Signed in as <b>{name}</b></span>
          <button type="button" disabled={busy} onClick={onSignOut} title="Forgets the token in this tab of the browser">
            Sign out
          </button>
        </>
      )}
      <span className={refusal ? "refusal" : "notice"} role="status">
        {refusal ?? notice ?? (name === null && "Signing in fills the tabs with ids that exist.")}
      </span>
      <button type="button" className="reset" disabled={busy} onClick={() => void run(onReset)} title="Opens the ready operations anew, with fresh ids; edits are lost">
        Reset tabs
      </button>
    </header>
  );
}
