/** The description of a name, for `available` and `help`. */
export interface NameHelp {
  /** The name as typed, without its owner: `request`. */
  readonly name: string;
  /** Names with the same meaning from earlier tools. */
  readonly aliases?: readonly string[];
  /** The form of a call; for an object its name. */
  readonly usage: string;
  /** The meaning in one line. */
  readonly summary: string;
  /** A longer explanation, if needed. */
  readonly details?: string;
  /** An example to type. */
  readonly example?: string;
}

/** A group of names with the same owner. */
export interface NameGroup {
  /** The owner of the names: `""` for global names, `peer` for `peer.request`. */
  readonly owner: string;
  readonly title: string;
  readonly names: readonly NameHelp[];
}
