import { ApiError, MillraceApi } from "../../../src/api/client.ts";
import { texts } from "../texts/texts.ts";

export { ApiError };

let onSignedOut = (): void => undefined;

/** Sets what is called when the daemon refuses this browser's login. */
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

/** Routes that report the identity: their 401 is an expected response. */
const IDENTITY = /\/(?:login|me)$/;

/** The daemon that served this page. */
export const api = new MillraceApi({
  fetch: async (input, init) => {
    const response = await fetch(input, init);
    if (response.status === 401 && !IDENTITY.test(new URL(response.url).pathname)) onSignedOut();
    return response;
  },
});

/** The reason of a failure for the user: the daemon's message, or its issues with single fields. */
export function messageOf(error: unknown): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
  if (error.status === 0) return texts.errors.unreachable;
  const issues = error.problem.issues ?? [];
  return issues.length === 0
    ? error.message
    : issues.map((issue) => (issue.path === "" ? issue.message : `${issue.path}: ${issue.message}`)).join("; ");
}
