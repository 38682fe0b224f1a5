import { api, ApiError } from "../api/api.ts";
import { connect } from "../state/live.ts";
import { connection } from "../state/session.ts";
import { signedIn } from "../state/ui.ts";

/**
 * The time, in milliseconds, between two attempts to reach the daemon when it does not respond at the start of the
 * page.
 */
const WAIT = 2000;

/** Connects to the daemon; when this browser is not logged in, shows the login form. */
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
