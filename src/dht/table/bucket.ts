import { MAX_PER_NETWORK, MAX_REPLACEMENTS } from "../limits.ts";
import type { NodeId } from "../node-id.ts";
import type { Contact } from "./contact.ts";

/**
 * The nodes at one range of distances from this node: the nodes in use, and replacements for nodes that stop replying.
 * Each network has at most one node, so that an owner of many addresses cannot fill the bucket.
 */
export class Bucket {
  readonly size: number;
  readonly nodes: Contact[] = [];
  /** The replacements, the newest last. */
  readonly replacements: Contact[] = [];
  /** The time at which a node was last added or replied, in milliseconds of the runtime's clock. */
  changedAt: number;

  constructor(size: number, now: number) {
    this.size = size;
    this.changedAt = now;
  }

  get isFull(): boolean {
    return this.nodes.length >= this.size;
  }

  find(id: NodeId): Contact | undefined {
    return this.nodes.find((node) => node.id === id) ?? this.replacements.find((node) => node.id === id);
  }

  /**
   * Whether the bucket already holds a node with another id from the contact's network. Only one node per network is
   * admitted, except for addresses that `isExempt` accepts.
   */
  hasNetworkOf(contact: Contact, isExempt: (ip: string) => boolean): boolean {
    if (isExempt(contact.endpoint.ip)) return false;
    const { network } = contact;
    let count = 0;
    for (const node of this.nodes) if (node.id !== contact.id && node.network === network) count++;
    return count >= MAX_PER_NETWORK;
  }

  /** Adds a node to the replacements; when there are too many, the oldest is dropped. */
  keep(contact: Contact): void {
    const at = this.replacements.findIndex((node) => node.id === contact.id);
    if (at >= 0) this.replacements.splice(at, 1);
    this.replacements.push(contact);
    if (this.replacements.length > MAX_REPLACEMENTS) this.replacements.shift();
  }

  /** Removes a node, and returns whether the bucket had it. The newest replacement takes its place. */
  remove(contact: Contact): boolean {
    const waiting = this.replacements.indexOf(contact);
    if (waiting >= 0) this.replacements.splice(waiting, 1);
    const at = this.nodes.indexOf(contact);
    if (at < 0) return waiting >= 0;
    this.nodes.splice(at, 1);
    const next = this.replacements.pop();
    if (next !== undefined) this.nodes.push(next);
    return true;
  }
}
