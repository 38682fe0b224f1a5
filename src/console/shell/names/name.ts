/** The help for one name that the user can type: `available` and `help` print it. */
export interface NameHelp {
  /** The name as typed, without its owner: `request`. */
  readonly name: string;
  /** Names with the same meaning from earlier tools. */
  readonly aliases?: readonly string[];
  /** The form in which the name is typed: for a function a call with its arguments, for an object its name. */
  readonly usage: string;
  /** The meaning of the name in one line. */
  readonly summary: string;
  /** A longer explanation, if needed. */
  readonly details?: string;
  /** An example to type. */
  readonly example?: string;
}

/** The names that belong to one owner, such as the members of a peer. */
export interface NameGroup {
  /** The owner of the names: `peer` for names such as `peer.request`; empty for global names. */
  readonly owner: string;
  readonly title: string;
  readonly names: readonly NameHelp[];
}
