import { UsageError } from "../../../base/index.ts";
import type { Entry, WireMessageType } from "../../conversation/entry.ts";
import { isMessageType, MESSAGE_TYPES } from "../../conversation/message-types.ts";
import { knownFields, plainObject, shown, wrong } from "../arguments.ts";
import type { Inbox, NextOptions } from "./inbox.ts";

const CALL = "next(type, { timeout })";

/**
 * Checks the arguments of `peer.next()` and takes the next matching message from an inbox. Rejects with the errors of
 * {@link Inbox.next}; throws UsageError `console.argument`.
 */
export function nextMessage(inbox: Inbox, what: unknown, options: unknown): Promise<Entry> {
  const rest = readOptions(options);
  if (typeof what === "function")
    return inbox.next((entry) => Boolean(Reflect.apply(what, undefined, [entry])), "such message", rest);
  if (what === undefined) return inbox.next(() => true, "message", rest);
  const types = Array.isArray(what) ? what.map((type) => messageType(type)) : [messageType(what)];
  return inbox.next((entry) => types.includes(entry.type), types.join(" or "), rest);
}

function readOptions(options: unknown): NextOptions {
  const given = plainObject(CALL, "the second argument", options);
  knownFields(CALL, given, ["timeout", "fresh"]);
  const { timeout, fresh } = given;
  if (timeout !== undefined && typeof timeout !== "number")
    throw wrong(CALL, "timeout", "a number of seconds", timeout);
  return { timeout, ...(fresh === true ? { fresh } : {}) };
}

function messageType(value: unknown): WireMessageType {
  if (isMessageType(value)) return value;
  throw new UsageError(
    "console.argument",
    `next(type): there is no message type ${shown(value)}; there are ${MESSAGE_TYPES.join(", ")}`,
  );
}
