import { ApiError, MillraceApi } from "../../../src/api/client.ts";
import { texts } from "../texts/texts.ts";

export { ApiError };

let onSignedOut = (): void => undefined;

/** Sets the function that is called when the daemon refuses a request because this browser is not logged in. */
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

/** Matches the routes whose response with the status 401 (login required) does not open the login form. */
const IDENTITY = /\/(?:login|me)$/;

/** The client for the API of the daemon that has served this page. */
export const api = new MillraceApi({
  fetch: async (input, init) => {
    const response = await fetch(input, init);
    if (response.status === 401 && !IDENTITY.test(new URL(response.url).pathname)) onSignedOut();
    return response;
  },
});

/** Returns the text of an error for the user: the daemon's message, or its messages about invalid fields. */
export function messageOf(error: unknown): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
  if (error.status === 0) return texts.errors.unreachable;
  const issues = error.problem.issues ?? [];
  return issues.length === 0
    ? error.message
    : issues.map((issue) => (issue.path === "" ? issue.message : `${issue.path}: ${issue.message}`)).join("; ");
}
