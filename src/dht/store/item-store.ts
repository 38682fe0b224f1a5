import { concatBytes, equalBytes, utf8 } from "../../base/index.ts";
import type { SyncHasher } from "../../base/index.ts";
import type { Signatures } from "../../runtime/index.ts";
import { ErrorCode, type Item } from "../krpc/message.ts";
import { ITEM_TTL_MS, MAX_ITEM_LENGTH, MAX_SALT_LENGTH, MAX_STORED_ITEMS } from "../limits.ts";
import { idFromBytes, type NodeId } from "../node-id.ts";

/**
 * Returns the target of an item, under which it is stored (BEP 44): the SHA-1 hash of its value, or of its public key
 * and salt.
 */
export function itemTarget(item: Item, hasher: SyncHasher): NodeId {
  const bytes = item.kind === "immutable" ? item.value : concatBytes([item.key, item.salt]);
  return idFromBytes(hasher.digestSync("sha1", bytes));
}

/** Returns the bytes that the signature of a mutable item covers (BEP 44). */
export function signedBytes(value: Uint8Array, seq: number | bigint, salt: Uint8Array): Uint8Array {
  const prefix = salt.length === 0 ? [] : [utf8(`4:salt${salt.length}:`), salt];
  return concatBytes([...prefix, utf8(`3:seqi${seq}e1:v`), value]);
}

/** Whether a mutable item has a valid signature by its key; true for immutable items. */
export function isSigned(item: Item, signatures: Signatures): boolean {
  if (item.kind === "immutable") return true;
  const { key, signature, value, seq, salt } = item;
  return (
    key.length === 32 && signature.length === 64 && signatures.verify(key, signedBytes(value, seq, salt), signature)
  );
}

interface Stored {
  readonly item: Item;
  readonly storedAt: number;
}

/**
 * Items that other nodes have stored at this node (BEP 44). When it is full, the items stored longest ago are removed.
 */
export class ItemStore {
  readonly #hasher: SyncHasher;
  readonly #signatures: Signatures;
  readonly #items = new Map<NodeId, Stored>();

  constructor(hasher: SyncHasher, signatures: Signatures) {
    this.#hasher = hasher;
    this.#signatures = signatures;
  }

  get size(): number {
    return this.#items.size;
  }

  get(target: NodeId, now: number): Item | undefined {
    const stored = this.#items.get(target);
    if (stored === undefined || now - stored.storedAt < ITEM_TTL_MS) return stored?.item;
    this.#items.delete(target);
    return undefined;
  }

  /** Stores an item. Returns an error to send to the querying node when the item cannot be stored. */
  put(
    item: Item,
    cas: number | bigint | undefined,
    now: number,
  ): { readonly code: number; readonly text: string } | undefined {
    if (item.value.length > MAX_ITEM_LENGTH) return { code: ErrorCode.tooLong, text: "message (v field) too big" };
    const target = itemTarget(item, this.#hasher);
    if (item.kind === "mutable") {
      if (item.salt.length > MAX_SALT_LENGTH) return { code: ErrorCode.saltTooLong, text: "salt too big" };
      const before = this.get(target, now);
      if (before?.kind === "mutable") {
        if (cas !== undefined && BigInt(cas) !== BigInt(before.seq))
          return { code: ErrorCode.casMismatch, text: "the CAS number mismatched, re-read value and try again" };
        const isSame = item.seq === before.seq && equalBytes(item.value, before.value);
        if (item.seq < before.seq || (item.seq === before.seq && !isSame))
          return { code: ErrorCode.oldSequence, text: "sequence number less than current" };
      }
      if (!isSigned(item, this.#signatures)) return { code: ErrorCode.badSignature, text: "invalid signature" };
    }
    this.#items.delete(target);
    this.#items.set(target, { item, storedAt: now });
    if (this.#items.size > MAX_STORED_ITEMS) this.#dropOldest();
    return undefined;
  }

  /** Removes items that were not stored again in time. */
  expire(now: number): void {
    for (const [target, { storedAt }] of this.#items) {
      if (now - storedAt < ITEM_TTL_MS) return;
      this.#items.delete(target);
    }
  }

  #dropOldest(): void {
    for (const target of this.#items.keys()) {
      this.#items.delete(target);
      return;
    }
  }
}
