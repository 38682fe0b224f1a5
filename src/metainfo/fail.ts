import { InputError } from "../base/index.ts";
import type { ErrorFields } from "../base/index.ts";

const NOT_VALID = "not a valid torrent: ";

/** Returns an error about a torrent file, with the code `metainfo.<what>`. */
export function invalid(what: string, message: string, fields?: ErrorFields): InputError {
  return new InputError(`metainfo.${what}`, `${NOT_VALID}${message}`, fields === undefined ? {} : { fields });
}

/** Returns a copy of a parse error whose message begins with `from`, the path or URL of the torrent. */
export function unusable(error: InputError, from: string): InputError {
  const reason = error.message.startsWith(NOT_VALID) ? error.message.slice(NOT_VALID.length) : error.message;
  return new InputError(error.code, `${from} is not a usable torrent: ${reason}`, {
    cause: error,
    fields: error.fields,
  });
}
