import { clean, fitText, textWidth } from "../../terminal/index.ts";

/** A file to show in the tree. */
export interface TreeFile {
  readonly path: readonly string[];
  /** The text that is shown beside the name: the file's size. */
  readonly note: string;
}

interface Node {
  readonly name: string;
  readonly children: Map<string, Node>;
  note: string | undefined;
}

const LINES = {
  unicode: { branch: "├─ ", last: "└─ ", through: "│  ", none: "   " },
  ascii: { branch: "|- ", last: "`- ", through: "|  ", none: "   " },
} as const;

/** The minimum number of columns between a name and its note. */
const GAP = 2;
/** The maximum width of the column for names. The notes of longer names are not aligned. */
const MAX_NAME_WIDTH = 60;

/**
 * Formats files as a tree with one line for each file and folder, and the notes in a column of their own. Names are
 * escaped. Folders are in the order of their first file.
 */
export function treeLines(files: readonly TreeFile[], unicode: boolean): string[] {
  const root: Node = { name: "", children: new Map(), note: undefined };
  for (const { path, note } of files) place(root, path, note);
  const rows: { readonly text: string; readonly note: string | undefined }[] = [];
  draw(root, "", unicode ? LINES.unicode : LINES.ascii, rows);
  const widths = rows.filter((row) => row.note !== undefined).map((row) => textWidth(row.text));
  const nameWidth = Math.min(
    MAX_NAME_WIDTH,
    widths.reduce((a, b) => Math.max(a, b), 0),
  );
  const noteWidth = rows.reduce((widest, row) => Math.max(widest, textWidth(row.note ?? "")), 0);
  return rows.map(({ text, note }) =>
    note === undefined
      ? text
      : `${text}${" ".repeat(Math.max(0, nameWidth - textWidth(text)) + GAP)}${fitText(note, noteWidth, "right")}`,
  );
}

function place(root: Node, path: readonly string[], note: string): void {
  let node = root;
  for (const name of path) {
    let child = node.children.get(name);
    if (child === undefined) {
      child = { name, children: new Map(), note: undefined };
      node.children.set(name, child);
    }
    node = child;
  }
  node.note = note;
}

function draw(
  node: Node,
  indent: string,
  lines: (typeof LINES)["unicode" | "ascii"],
  rows: { text: string; note: string | undefined }[],
): void {
  const children = [...node.children.values()];
  children.forEach((child, at) => {
    const isLast = at === children.length - 1;
    const isFolder = child.children.size > 0;
    rows.push({
      text: `${indent}${isLast ? lines.last : lines.branch}${clean(child.name)}${isFolder ? "/" : ""}`,
      note: child.note,
    });
    draw(child, indent + (isLast ? lines.none : lines.through), lines, rows);
  });
}
