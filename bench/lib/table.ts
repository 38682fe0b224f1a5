/** A table as Markdown, with aligned columns for a terminal. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const width = (column: number) => Math.max(3, ...[header, ...rows].map((row) => (row[column] ?? "").length));
  const widths = header.map((_, column) => width(column));
  const line = (cells: readonly string[]) =>
    `| ${widths.map((size, column) => pad(cells[column] ?? "", size, column)).join(" | ")} |`;
  const rule = `|${widths.map((size, column) => (column === 0 ? "-".repeat(size + 2) : `${"-".repeat(size + 1)}:`)).join("|")}|`;
  return [line(header), rule, ...rows.map(line)].join("\n");
}

/** The first column is a name, the others are figures. */
function pad(text: string, width: number, column: number): string {
  return column === 0 ? text.padEnd(width) : text.padStart(width);
}
