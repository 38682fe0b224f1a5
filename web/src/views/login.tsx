import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ApiError, api, messageOf } from "../api/api.ts";
import { begin } from "../actions/begin.ts";
import { TextField } from "../components/fields.tsx";
import { texts } from "../texts/texts.ts";
import { Logo } from "../components/logo.tsx";

/** The form for logging in with the token. */
export function Login(): JSX.Element {
  const [token, setToken] = useState("");
  const [error, setError] = useState("");
  const [isBusy, setBusy] = useState(false);

  const submit = async (): Promise<void> => {
    setBusy(true);
    setError("");
    try {
      await api.login(token.trim());
      await begin();
    } catch (failure) {
      setError(failure instanceof ApiError && failure.status === 401 ? texts.login.wrong : messageOf(failure));
    }
    setBusy(false);
  };

  return (
    <main class="login">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Logo />
        <h1>{texts.login.title}</h1>
        <TextField
          label={texts.login.token}
          hint={texts.login.hint}
          type="password"
          value={token}
          onInput={setToken}
          isRequired
        />
        <p class="failure" role="alert">
          {error}
        </p>
        <button type="submit" class="button wordy primary" disabled={isBusy}>
          {isBusy ? texts.login.going : texts.login.go}
        </button>
      </form>
    </main>
  );
}
