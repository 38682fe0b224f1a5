import { describe, expect, it } from "vitest";
import { LiveLines } from "./live-lines.ts";

// The control characters are what it is about.
/* oxlint-disable no-control-regex */

/** A terminal of rows of text that understands what LiveLines sends. */
class Screen {
  readonly columns = 40;
  readonly rows = 6;
  readonly #lines: string[] = [""];
  #row = 0;
  cursor = "shown";

  write(text: string): void {
    for (const token of text.match(/\u001b\[\??\d*[A-Za-z]|\n|\r|[^\u001b\n\r]+/g) ?? []) {
      const up = /^\u001b\[(\d+)A$/.exec(token);
      if (up !== null) this.#row -= Number(up[1]);
      else if (token === "\u001b[?25l") this.cursor = "hidden";
      else if (token === "\u001b[?25h") this.cursor = "shown";
      else if (token === "\u001b[J") this.#lines.length = this.#row + 1;
      else if (token === "\n") this.#lines[++this.#row] ??= "";
      else if (token !== "\r" && token !== "\u001b[K") this.#lines[this.#row] = token;
      if (token === "\u001b[J") this.#lines[this.#row] = "";
    }
  }

  get text(): string[] {
    return this.#lines.slice(0, -1);
  }
}

describe("LiveLines", () => {
  it("redraws in place, more lines or fewer", () => {
    const screen = new Screen();
    const live = new LiveLines(screen);
    live.update(["a 1", "b 1"]);
    live.update(["a 2", "b 2", "c 2"]);
    expect(screen.text).toEqual(["a 2", "b 2", "c 2"]);
    live.update(["a 3"]);
    expect(screen.text).toEqual(["a 3"]);
    live.close();
  });

  it("prints permanent lines above", () => {
    const screen = new Screen();
    const live = new LiveLines(screen);
    live.update(["a", "b"]);
    live.print("note");
    expect(screen.text).toEqual(["note", "a", "b"]);
    live.update(["c"]);
    live.print("more\nlines");
    expect(screen.text).toEqual(["note", "more", "lines", "c"]);
    live.close();
  });

  it("leaves only the printed lines, and the cursor as it was", () => {
    const screen = new Screen();
    const live = new LiveLines(screen);
    live.update(["a"]);
    expect(screen.cursor).toBe("hidden");
    live.print("kept");
    live.close();
    live.close();
    expect(screen.text).toEqual(["kept"]);
    expect(screen.cursor).toBe("shown");
  });

  it("shows no more lines than it can redraw", () => {
    const screen = new Screen();
    const live = new LiveLines(screen);
    live.update(Array.from({ length: 20 }, (_, at) => `line ${at}`));
    expect(screen.text).toHaveLength(live.rows);
    expect(live.rows).toBeLessThan(screen.rows);
    live.close();
  });
});
