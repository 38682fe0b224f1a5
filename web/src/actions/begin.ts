import { api, ApiError } from "../api/api.ts";
import { connect } from "../state/live.ts";
import { connection } from "../state/session.ts";
import { signedIn } from "../state/ui.ts";

/** Milliseconds between attempts to reach the daemon, when the page was opened before the daemon was started. */
const WAIT = 2000;

/** Connects to the daemon, or shows the login when this browser is not logged in. */
export async function begin(): Promise<void> {
  try {
    await api.me();
    signedIn.value = true;
    connect();
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) {
      signedIn.value = false;
      return;
    }
    connection.value = "lost";
    setTimeout(() => void begin(), WAIT);
  }
}
