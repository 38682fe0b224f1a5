/** What `available` and `help` show of a name. */
export interface NameHelp {
  /** As it is typed, without what it belongs to: `request`. */
  readonly name: string;
  /** Names of earlier tools that mean the same. */
  readonly aliases?: readonly string[];
  /** How it is called; for an object just its name. */
  readonly usage: string;
  /** One line. */
  readonly summary: string;
  /** More, where it helps. */
  readonly details?: string;
  /** Something to type. */
  readonly example?: string;
}

/** Names that belong together. */
export interface NameGroup {
  /** What they belong to: `""` for names that stand alone, `peer` for `peer.request`. */
  readonly owner: string;
  readonly title: string;
  readonly names: readonly NameHelp[];
}
