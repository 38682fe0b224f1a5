import { InputError } from "../base/index.ts";
import type { ErrorFields } from "../base/index.ts";

/** The error of this room: `metainfo.<what>`. */
export function invalid(what: string, message: string, fields?: ErrorFields): InputError {
  return new InputError(`metainfo.${what}`, `not a valid torrent: ${message}`, fields === undefined ? {} : { fields });
}
