import { ApiError, MillraceApi } from "../../../src/api/client.ts";
import { texts } from "../texts/texts.ts";

export { ApiError };

let onSignedOut = (): void => undefined;

/** What happens when the daemon no longer knows this browser. */
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

/** Routes that are asked to find out who we are: their 401 is an answer. */
const IDENTITY = /\/(?:login|me)$/;

/** The daemon that served this page. */
export const api = new MillraceApi({
  fetch: async (input, init) => {
    const answer = await fetch(input, init);
    if (answer.status === 401 && !IDENTITY.test(new URL(answer.url).pathname)) onSignedOut();
    return answer;
  },
});

/** Why something failed, for people: the daemon's sentence, and what it says of single fields. */
export function messageOf(error: unknown): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
  if (error.status === 0) return texts.errors.unreachable;
  const issues = error.problem.issues ?? [];
  return issues.length === 0
    ? error.message
    : issues.map((issue) => (issue.path === "" ? issue.message : `${issue.path}: ${issue.message}`)).join("; ");
}
