import { InputError } from "../../base/index.ts";
import type { Arguments } from "./arguments.ts";

/** The names of the arguments that `torrent_set` supports. */
export const SET_ARGUMENTS: ReadonlySet<string> = new Set([
  "ids",
  "download_limit",
  "download_limited",
  "upload_limit",
  "upload_limited",
  "seed_ratio_limit",
  "seed_ratio_mode",
  "seed_idle_limit",
  "seed_idle_mode",
  "peer_limit",
  "labels",
  "location",
  "queue_position",
  "sequential_download",
  "files_wanted",
  "files_unwanted",
  "priority_low",
  "priority_normal",
  "priority_high",
  "tracker_list",
  "tracker_add",
  "tracker_remove",
  "tracker_replace",
]);

/** The names of the arguments that `torrent_add` supports. */
export const ADD_ARGUMENTS: ReadonlySet<string> = new Set([
  "filename",
  "metainfo",
  "download_dir",
  "paused",
  "labels",
  "peer_limit",
  "files_wanted",
  "files_unwanted",
  "priority_low",
  "priority_normal",
  "priority_high",
]);

/**
 * Arguments of Transmission that are not supported, each with the value that has no effect in Transmission. This
 * value is accepted, because clients send back all fields.
 */
export const UNSUPPORTED_TORRENT: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["bandwidth_priority", 0],
  ["group", ""],
  ["honors_session_limits", true],
  ["cookies", ""],
  ["sequential_download_from_piece", 0],
]);

/**
 * Throws InputError `rpc.unsupported` for an argument that would have no effect, because a response that reports
 * success would mislead the client.
 */
export function refuseUnsupported(
  args: Arguments,
  honoured: ReadonlySet<string>,
  neutral: ReadonlyMap<string, unknown>,
): void {
  for (const name of args.names()) {
    if (honoured.has(name)) continue;
    if (neutral.has(name) && sameValue(args.raw(name), neutral.get(name))) continue;
    throw new InputError(
      "rpc.unsupported",
      `${name} is not supported${neutral.has(name) ? `; it is ${JSON.stringify(neutral.get(name))}` : ""}`,
    );
  }
}

/** Whether two values are equal. 0 and 1 count as false and true, because some clients send numbers. */
function sameValue(a: unknown, b: unknown): boolean {
  return a === b || (typeof b === "boolean" && a === Number(b));
}
