import type { Command } from "commander";
import { fromHex, MillraceError, toHex, utf8 } from "../../../base/index.ts";
import type { ItemQuery } from "../../../dht/index.ts";
import { count } from "../../../terminal/index.ts";
import type { CommandEntry } from "../../command.ts";
import { EXIT_DONE } from "../../exit-code.ts";
import { CommandLineError } from "../../output/problem.ts";
import type { Session } from "../../session.ts";
import { itemText, itemValue } from "./item-value.ts";
import { dhtAction, targetArgument, withDht, type DhtFlags } from "./open-dht.ts";

interface GetFlags extends DhtFlags {
  readonly key?: Uint8Array;
  readonly salt?: string;
}

/** Defines `millrace dht get`. */
export function getCommand(parent: CommandEntry): Command {
  return dhtAction<GetFlags>(
    parent,
    {
      name: "get",
      summary: "get an item (BEP 44)",
      examples: [
        ["dht get 0123456789abcdef0123456789abcdef01234567", "get an immutable item by its target"],
        [
          "dht get --key 77ff84905a91936367c01360803104f92432fcd904a43511876df5cdf3e7e548",
          "get a mutable item by its key",
        ],
      ],
    },
    run,
    (command) =>
      command
        .argument("[target]", "the target of an immutable item: 40 hexadecimal digits")
        .option("--key <hex>", "the public key of a mutable item: 64 hexadecimal digits", keyArgument)
        .option("--salt <text>", "the salt of a mutable item"),
  );
}

function keyArgument(text: string): Uint8Array {
  const key = fromHex(text);
  if (key?.length !== 32)
    throw new CommandLineError(`--key: must be 64 hexadecimal digits: got ${JSON.stringify(text.slice(0, 100))}`);
  return key;
}

function queryOf({ args, flags }: Session<GetFlags>): ItemQuery {
  const [target] = args;
  const { key, salt } = flags;
  if ((target === undefined) === (key === undefined))
    throw new CommandLineError("get: must have either a target or --key HEX");
  if (key !== undefined) return { kind: "mutable", key, salt: salt === undefined ? undefined : utf8(salt) };
  if (salt !== undefined) throw new CommandLineError("--salt: only mutable items have one; add --key HEX");
  return { kind: "immutable", target: targetArgument(target ?? "") };
}

async function run(session: Session<GetFlags>): Promise<number> {
  const { output } = session;
  const query = queryOf(session);
  return withDht(session, async ({ dht, signal }) => {
    const found = await dht.getItem(query, signal);
    session.interrupt.signal.throwIfAborted();
    if (found === undefined) throw new MillraceError("dht.not-found", "no node has sent the item");
    const { item, copies } = found;
    const seq = item.kind === "mutable" ? Number(item.seq) : undefined;
    output.data({
      event: "item",
      kind: item.kind,
      seq,
      copies,
      value: itemValue(item.value),
      bencoded: toHex(item.value),
    });
    output.line(itemText(item.value));
    output.note(`${item.kind}${seq === undefined ? "" : `, sequence number ${seq}`}, sent by ${count(copies, "node")}`);
    return EXIT_DONE;
  });
}
