import type { IncomingMessage } from "node:http";
import { z } from "zod";
import { mediaType, readBody } from "./body.ts";
import { HttpError } from "../problem.ts";
import { JSON_BODY_TIMEOUT_MS, MAX_JSON_BYTES, MAX_UPLOAD_BYTES, UPLOAD_BODY_TIMEOUT_MS } from "../limits.ts";

/**
 * Reads the body of requests to a route. `schemas` has the schema of the body for each media type, for the OpenAPI
 * document.
 */
export interface BodyReader<Body> {
  readonly content: Readonly<Record<string, z.ZodType | "binary" | { readonly form: z.ZodType }>>;
  read(incoming: IncomingMessage): Promise<Body>;
}

/**
 * Validates a part of a request against a schema, and returns the parsed value. `what` is the name of the part. Throws
 * HttpError 422 `http.invalid`, with the path of each invalid field.
 */
export function check<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues
    .slice(0, 20)
    .map(({ path, message }) => ({ path: path.map(String).join("."), message }));
  const first = issues[0];
  const where = first === undefined || first.path === "" ? "" : `${first.path}: `;
  throw new HttpError(422, "http.invalid", `the ${what} is invalid: ${where}${first?.message ?? "unknown"}`, {
    issues,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpError(400, "http.json", "the body is not JSON");
  }
}

function wrongType(content: BodyReader<unknown>["content"]): HttpError {
  const types = Object.keys(content).join(", ");
  return new HttpError(415, "http.type", `the body must be ${types.replace(/, (?=[^,]*$)/, " or ")}`, {
    headers: { accept: types },
  });
}

async function readJson<Schema extends z.ZodType>(
  schema: Schema,
  incoming: IncomingMessage,
): Promise<z.output<Schema>> {
  const bytes = await readBody(incoming, { maxBytes: MAX_JSON_BYTES, timeoutMs: JSON_BODY_TIMEOUT_MS });
  return check(schema, parseJson(Buffer.from(bytes).toString()), "body");
}

/**
 * Returns a reader of JSON bodies. It requires the media type of JSON, which an HTML form on another site cannot
 * send.
 */
export function jsonBody<Schema extends z.ZodType>(schema: Schema): BodyReader<z.output<Schema>> {
  const content = { "application/json": schema };
  return {
    content,
    read: async (incoming) => {
      if (mediaType(incoming) !== "application/json") throw wrongType(content);
      return readJson(schema, incoming);
    },
  };
}

/** A torrent file that a client has uploaded, with the options of the request. */
export interface Upload<Options> {
  readonly file: Uint8Array;
  readonly options: Options;
}

/** Reads a form whose field `file` is a torrent file and whose field `options` is JSON. */
async function readForm<Schema extends z.ZodType>(
  schema: Schema,
  incoming: IncomingMessage,
): Promise<Upload<z.output<Schema>>> {
  const bytes = await readBody(incoming, { maxBytes: MAX_UPLOAD_BYTES, timeoutMs: UPLOAD_BODY_TIMEOUT_MS });
  const form = await new Response(Buffer.from(bytes), {
    headers: { "content-type": incoming.headers["content-type"] ?? "" },
  })
    .formData()
    .catch(() => {
      throw new HttpError(400, "http.form", "the body is not a form");
    });
  const names = [...form.keys()];
  const unknown = names.find((name) => name !== "file" && name !== "options");
  if (unknown !== undefined || names.length !== new Set(names).size)
    throw new HttpError(422, "http.invalid", "the form must have one field file, and at most one field options");
  const file = form.get("file");
  const options = form.get("options");
  if (file === null || typeof file === "string")
    throw new HttpError(422, "http.invalid", "the form has no field file", {
      issues: [{ path: "file", message: "missing" }],
    });
  if (options !== null && typeof options !== "string")
    throw new HttpError(422, "http.invalid", 'the form field "options" must be JSON text, not a file', {
      issues: [{ path: "options", message: "it is a file, and must be text" }],
    });
  return {
    file: new Uint8Array(await file.arrayBuffer()),
    options: check(schema, options === null ? {} : parseJson(options), "options"),
  };
}

/**
 * Returns a reader of torrent files: the body is the file itself (`application/x-bittorrent`), or a form that
 * contains it.
 */
export function torrentBody(): BodyReader<Uint8Array> {
  const empty = z.strictObject({});
  const content = { "multipart/form-data": { form: empty }, "application/x-bittorrent": "binary" } as const;
  return {
    content,
    read: async (incoming) => {
      const type = mediaType(incoming);
      if (type === "application/x-bittorrent")
        return readBody(incoming, { maxBytes: MAX_UPLOAD_BYTES, timeoutMs: UPLOAD_BODY_TIMEOUT_MS });
      if (type === "multipart/form-data") return (await readForm(empty, incoming)).file;
      throw wrongType(content);
    },
  };
}

/** Returns a reader of two kinds of bodies: JSON with a URL, or a form with a torrent file. */
export function jsonOrForm<Json extends z.ZodType, Form extends z.ZodType>(
  json: Json,
  form: Form,
): BodyReader<z.output<Json> | Upload<z.output<Form>>> {
  const content = { "application/json": json, "multipart/form-data": { form } };
  return {
    content,
    read: async (incoming) => {
      const type = mediaType(incoming);
      if (type === "application/json") return readJson(json, incoming);
      if (type === "multipart/form-data") return readForm(form, incoming);
      throw wrongType(content);
    },
  };
}
