/** A line of a plot: values of which it shows the shares that are at most so large. */
export interface PlotLine {
  readonly name: string;
  readonly values: readonly number[];
  readonly color: string;
}

/** What a plot shows. */
export interface Plot {
  readonly title: string;
  /** The name and unit of the values. */
  readonly axis: string;
  /** The values at which the axis has marks; the last one is its end. */
  readonly marks: readonly number[];
  readonly lines: readonly PlotLine[];
}

const WIDTH = 720;
const HEIGHT = 400;
const [LEFT, RIGHT, TOP, BOTTOM] = [60, 20, 50, 60];
const SHARES = [0, 0.25, 0.5, 0.75, 1];

/** Returns an SVG image of cumulative distributions. */
export function plotShares({ title, axis, marks, lines }: Plot): string {
  const most = marks.at(-1) ?? 1;
  const x = (value: number): string => (LEFT + (Math.min(value, most) / most) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const y = (share: number): string => (HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)).toFixed(1);
  const text = (at: string, down: string, words: string, more = ""): string =>
    `<text x="${at}" y="${down}"${more}>${words}</text>`;
  const grid = [
    ...marks.map((mark) => `<path d="M${x(mark)} ${y(0)}V${y(1)}"/>`),
    ...SHARES.map((share) => `<path d="M${x(0)} ${y(share)}H${x(most)}"/>`),
  ];
  const labels = [
    text(String(WIDTH / 2), "28", title, ` font-size="16"`),
    text(String(WIDTH / 2), String(HEIGHT - 14), axis),
    ...marks.map((mark) => text(x(mark), String(HEIGHT - BOTTOM + 18), String(mark))),
    ...SHARES.map((share) => text(String(LEFT - 24), String(Number(y(share)) + 4), `${share * 100} %`)),
  ];
  const curves = lines.map(({ name, values, color }, at) => {
    const sorted = [...values].sort((a, b) => a - b);
    const points = sorted.map((value, rank) => `${x(value)},${y((rank + 1) / sorted.length)}`);
    const height = Number(y(0)) - 20 * (lines.length - at);
    return (
      `<polyline points="${x(0)},${y(0)} ${points.join(" ")}" fill="none" stroke="${color}" stroke-width="2"/>` +
      text(String(WIDTH - RIGHT - 8), String(height + 8), name, ` text-anchor="end" fill="${color}"`)
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<g stroke="#ddd">${grid.join("")}</g>`,
    `<g text-anchor="middle" fill="#333">${labels.join("")}</g>`,
    ...curves,
    "</svg>",
    "",
  ].join("\n");
}
