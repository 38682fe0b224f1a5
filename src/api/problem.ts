import { z } from "zod";

/** An error response in the form of RFC 9457. `code` is the code of the library's error. */
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
