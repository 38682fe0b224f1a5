import { UsageError, type SyncHasher } from "../base/index.ts";
import type { Signatures } from "../runtime/index.ts";
import type { Item, Query, Reply } from "./krpc/message.ts";
import { MAX_ITEM_LENGTH, MAX_SALT_LENGTH } from "./limits.ts";
import type { DhtNode } from "./node.ts";
import type { NodeId } from "./node-id.ts";
import { isFailure, type Failure } from "./node/queries.ts";
import { isSigned, itemTarget } from "./store/item-store.ts";

/** The identity of an item: the target of an immutable item, or key and salt of a mutable one (BEP 44). */
export type ItemQuery =
  | { readonly kind: "immutable"; readonly target: NodeId }
  | { readonly kind: "mutable"; readonly key: Uint8Array; readonly salt?: Uint8Array | undefined };

/** An item that was found. */
export interface FoundItem {
  /** The item; its hash or signature has been verified. */
  readonly item: Item;
  /** The number of nodes that sent the item. */
  readonly copies: number;
}

/** The result of {@link storeItem}. */
export interface StoreResult {
  readonly target: NodeId;
  /** The number of nodes that have stored the item. */
  readonly stored: number;
  /** The errors of nodes that refused the item, such as 301 (compare and swap) and 302 (an older sequence number). */
  readonly refused: readonly { readonly code: number; readonly text: string }[];
}

interface Tools {
  readonly hasher: SyncHasher;
  readonly signatures: Signatures;
}

/** Finds an item; for a mutable item, the newest version. Items with a wrong signature or hash are ignored. */
export async function findItem(
  nodes: readonly DhtNode[],
  wanted: ItemQuery,
  { hasher, signatures }: Tools,
  signal?: AbortSignal,
): Promise<FoundItem | undefined> {
  const target = targetOf(wanted, hasher);
  let best: Item | undefined;
  let copies = 0;
  const onReply = (_: unknown, reply: Reply): void => {
    const item = itemFrom(reply, wanted);
    if (item === undefined || itemTarget(item, hasher) !== target || !isSigned(item, signatures)) return;
    const [old, now] = [sequence(best), sequence(item)];
    if (best !== undefined && now < old) return;
    copies = best !== undefined && now === old ? copies + 1 : 1;
    best = item;
  };
  const query: Query = { method: "get", target };
  await Promise.all(nodes.map((node) => node.lookup(target, query, { onReply, signal })));
  return best === undefined ? undefined : { item: best, copies };
}

/** Stores an item at the closest nodes. Throws UsageError `dht.item` for an item that nodes would refuse. */
export async function storeItem(
  nodes: readonly DhtNode[],
  item: Item,
  { hasher, signatures }: Tools,
  { cas, signal }: { readonly cas?: number | bigint | undefined; readonly signal?: AbortSignal | undefined },
): Promise<StoreResult> {
  checkItem(item, signatures);
  const target = itemTarget(item, hasher);
  const results = await Promise.all(
    nodes.map(async (node) => {
      const { closest } = await node.lookup(target, { method: "get", target }, { signal });
      return Promise.all(
        closest.map(({ id, endpoint, token, reply }): Promise<Reply | Failure | undefined> => {
          if (token === undefined || signal?.aborted === true) return Promise.resolve(undefined);
          // Compare and swap is for nodes that have the item.
          const expected = reply.value === undefined ? undefined : cas;
          return node.query({ id, endpoint }, { method: "put", token, item, cas: expected });
        }),
      );
    }),
  );
  const replies = results.flat().filter((reply) => reply !== undefined);
  return {
    target,
    stored: replies.filter((reply) => !isFailure(reply)).length,
    refused: replies.flatMap((reply) =>
      isFailure(reply) && reply.kind === "error" ? [{ code: reply.code, text: reply.text }] : [],
    ),
  };
}

function targetOf(wanted: ItemQuery, hasher: SyncHasher): NodeId {
  if (wanted.kind === "immutable") return wanted.target;
  const { key, salt = new Uint8Array() } = wanted;
  return itemTarget({ ...UNSIGNED, key, salt }, hasher);
}

const UNSIGNED = { kind: "mutable", value: new Uint8Array(), seq: 0, signature: new Uint8Array() } as const;

function itemFrom(reply: Reply, wanted: ItemQuery): Item | undefined {
  const { value, key, seq, signature } = reply;
  if (value === undefined) return undefined;
  if (wanted.kind === "immutable") return { kind: "immutable", value };
  if (key === undefined || seq === undefined || signature === undefined) return undefined;
  return { kind: "mutable", value, key, salt: wanted.salt ?? new Uint8Array(), seq, signature };
}

function sequence(item: Item | undefined): bigint {
  return item?.kind === "mutable" ? BigInt(item.seq) : 0n;
}

function checkItem(item: Item, signatures: Signatures): void {
  const refuse = (why: string): never => {
    throw new UsageError("dht.item", `the item cannot be stored: ${why}`);
  };
  if (item.value.length > MAX_ITEM_LENGTH)
    refuse(`its value has ${item.value.length} bytes; at most ${MAX_ITEM_LENGTH}`);
  if (item.kind === "mutable" && item.salt.length > MAX_SALT_LENGTH)
    refuse(`its salt has ${item.salt.length} bytes; at most ${MAX_SALT_LENGTH}`);
  if (!isSigned(item, signatures)) refuse("its signature is wrong");
}
