import { UsageError } from "../../../base/index.ts";
import type { Message, MessageType } from "../../../wire/index.ts";
import { bytesOf, knownFields, plainObject, shown, uint32, wrong } from "../arguments.ts";

const CALL = "send(message)";
const RANGE = ["root", "baseLayer", "index", "length", "proofLayers"] as const;
const SPAN = ["piece", "begin", "length"] as const;

/** The names of the fields of each message type. */
const FIELDS: Readonly<Record<MessageType, readonly string[]>> = {
  "keep-alive": [],
  choke: [],
  unchoke: [],
  interested: [],
  "not-interested": [],
  have: ["piece"],
  bitfield: ["bits"],
  request: SPAN,
  piece: ["piece", "begin", "block"],
  cancel: SPAN,
  port: ["port"],
  suggest: ["piece"],
  "have-all": [],
  "have-none": [],
  reject: SPAN,
  "allowed-fast": ["piece"],
  extended: ["id", "payload"],
  "hash-request": RANGE,
  hashes: [...RANGE, "hashes"],
  "hash-reject": RANGE,
  unknown: ["id", "payload"],
};

/** Names of the fields whose values are bytes; the values of all other fields are numbers. */
const BYTES: ReadonlySet<string> = new Set(["bits", "block", "hashes", "payload", "root"]);

/**
 * Returns the value if it is a message that can be encoded. Throws {@link UsageError} `console.argument` otherwise.
 */
export function sendable(message: unknown): Message {
  if (typeof message !== "object" || message === null || !("type" in message))
    throw wrong(CALL, "message", 'a message such as { type: "have", piece: 3 }', message);
  if (!isMessage(message))
    throw new UsageError(
      "console.argument",
      `${CALL}: there is no message type ${shown(message.type)} to send; there are ${Object.keys(FIELDS).join(", ")}`,
    );
  const fields = FIELDS[message.type];
  const { type: _, ...given } = plainObject(CALL, "message", message);
  knownFields(`${CALL} of type ${message.type}`, given, fields);
  for (const field of fields) {
    if (BYTES.has(field)) bytesOf(CALL, field, given[field]);
    else uint32(CALL, field, given[field]);
  }
  return message;
}

function isMessage(message: object): message is Message {
  return "type" in message && typeof message.type === "string" && Object.hasOwn(FIELDS, message.type);
}
