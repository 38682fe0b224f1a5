import { z } from "zod";

/** An error response in the form of RFC 9457. `code` is the stable code of the error, such as `client.duplicate`. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  /** The invalid fields of the request, each with the reason. */
  issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
/** An error response of the API. */
export type Problem = z.infer<typeof problem>;
