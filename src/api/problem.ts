import { z } from "zod";

/** An error as RFC 9457 has it; `code` is the error's code, as in the library. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  /** The invalid fields of the request, with reasons. */
  issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
/** An error response of the API. */
export type Problem = z.infer<typeof problem>;
