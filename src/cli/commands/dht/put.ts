import type { Command } from "commander";
import { MillraceError, toHex, utf8 } from "../../../base/index.ts";
import { encode } from "../../../bencode/index.ts";
import { idToBytes, MAX_ITEM_LENGTH, signedBytes, type Dht, type Item, type StoreResult } from "../../../dht/index.ts";
import type { Runtime } from "../../../runtime/index.ts";
import { clean, count } from "../../../terminal/index.ts";
import type { CommandEntry } from "../../command.ts";
import { EXIT_DONE } from "../../exit-code.ts";
import { wholeArgument } from "../../input/arguments.ts";
import { CommandLineError } from "../../output/problem.ts";
import type { Session } from "../../session.ts";
import { readKeyFile } from "./key-file.ts";
import { dhtAction, withDht, type DhtFlags } from "./open-dht.ts";

interface PutFlags extends DhtFlags {
  readonly keyFile?: string;
  readonly salt?: string;
  readonly seq?: number;
  readonly cas?: number;
}

/**
 * The maximum number of bytes of a text. Bencoding adds its length in front; together they have at most
 * {@link MAX_ITEM_LENGTH} bytes.
 */
const MAX_TEXT = MAX_ITEM_LENGTH - 4;

/** Defines `millrace dht put`. */
export function putCommand(parent: CommandEntry): Command {
  const number = (option: string): ((text: string) => number) => wholeArgument(option, 0, Number.MAX_SAFE_INTEGER);
  return dhtAction<PutFlags>(
    parent,
    {
      name: "put",
      summary: "store a text as an item for two hours (BEP 44)",
      examples: [
        ["dht put 'hello world'", "an immutable item; prints its target"],
        ["dht put 'version 2' --key-file my.key", "a mutable item; the key file is created when it does not exist"],
      ],
    },
    run,
    (command) =>
      command
        .argument("<text>", `at most ${MAX_TEXT} bytes of UTF-8`)
        .option(
          "--key-file <file>",
          "store a mutable item, signed with the key in this file; without such a file, a new key is made and written to it",
        )
        .option("--salt <text>", "distinguishes several items of one key; at most 64 bytes")
        .option("--seq <number>", "the sequence number (default: one more than the stored item has)", number("--seq"))
        .option("--cas <number>", "replace only an item with this sequence number", number("--cas")),
  );
}

async function run(session: Session<PutFlags>): Promise<number> {
  const { args, flags, output } = session;
  const text = utf8(args[0] ?? "");
  if (text.length > MAX_TEXT) throw new CommandLineError(`put: the text has ${text.length} bytes; at most ${MAX_TEXT}`);
  const value = encode(text);
  const { keyFile, salt, seq, cas } = flags;
  if (keyFile === undefined && (salt !== undefined || seq !== undefined || cas !== undefined))
    throw new CommandLineError("--salt, --seq and --cas are for mutable items; add --key-file FILE");
  return withDht(session, async ({ dht, runtime, signal }) => {
    const item: Item =
      keyFile === undefined
        ? { kind: "immutable", value }
        : await signed(session, keyFile, value, dht, runtime, signal);
    const result = await dht.putItem(item, { signal, ...(cas === undefined ? {} : { cas }) });
    session.interrupt.signal.throwIfAborted();
    if (result.stored === 0) throw new MillraceError("dht.not-stored", `no node has stored the item${reasons(result)}`);
    const target = toHex(idToBytes(result.target));
    const names = item.kind === "mutable" ? { key: toHex(item.key), seq: Number(item.seq) } : {};
    output.data({ event: "stored", kind: item.kind, target, ...names, stored: result.stored, refused: result.refused });
    output.line(item.kind === "mutable" ? toHex(item.key) : target);
    const number = item.kind === "mutable" ? `, sequence number ${item.seq}` : "";
    output.note(`stored at ${count(result.stored, "node")}${number}${reasons(result)}`);
    return EXIT_DONE;
  });
}

async function signed(
  { flags, output }: Session<PutFlags>,
  path: string,
  value: Uint8Array,
  dht: Dht,
  { random, signatures }: Runtime,
  signal: AbortSignal,
): Promise<Item> {
  const { seed, isNew } = await readKeyFile(path, random);
  if (isNew) output.note(`a new key is in ${clean(path)}: keep it secret`);
  const key = signatures.publicKey(seed);
  const salt = utf8(flags.salt ?? "");
  const seq = flags.seq ?? (await nextSequence(dht, key, salt, signal));
  const signature = signatures.sign(seed, signedBytes(value, seq, salt));
  return { kind: "mutable", key, salt, seq, value, signature };
}

async function nextSequence(dht: Dht, key: Uint8Array, salt: Uint8Array, signal: AbortSignal): Promise<number> {
  const found = await dht.getItem({ kind: "mutable", key, salt }, signal);
  return found?.item.kind === "mutable" ? Number(found.item.seq) + 1 : 1;
}

/** Returns the errors of the nodes that refused the item, each error once. */
function reasons({ refused }: StoreResult): string {
  const texts = new Set(refused.map(({ code, text }) => `“${clean(text)}” (${code})`));
  return texts.size === 0 ? "" : `; refused: ${[...texts].join(", ")}`;
}
