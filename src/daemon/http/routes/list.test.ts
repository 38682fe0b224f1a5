import { describe, expect, it } from "vitest";
import { fakeRow } from "../../../../test/support/fake-session.ts";
import { listQuery, type TorrentRow } from "../../../api/index.ts";
import { listJson } from "./list.ts";

const rows = [
  fakeRow("1".padStart(40, "0"), {
    name: "Episode 10",
    finishedAt: 5,
    error: { code: "b", message: "" },
    private: true,
    label: "x",
    trackers: ["b.example"],
  }),
  fakeRow("2".padStart(40, "0"), { name: "episode 9", finishedAt: null, trackers: ["a.example", "b.example"] }),
  fakeRow("3".padStart(40, "0"), { name: "Écran", finishedAt: 7, error: { code: "a", message: "" } }),
];

/** The last digits of the ids, in the order of the answer. */
function order(query: Readonly<Record<string, string>>, of: readonly TorrentRow[] = rows): string {
  const { torrents } = JSON.parse(listJson(of, listQuery.parse(query))) as { torrents: { id: string }[] };
  return torrents.map(({ id }) => id.at(-1)).join("");
}

describe("listJson", () => {
  it.each([
    ["name", "321", "123"],
    ["finishedAt", "132", "312"],
    ["error", "312", "132"],
    ["private", "231", "123"],
    ["addedAt", "123", "123"],
    ["trackers", "213", "312"],
  ])("sorts by %s, what is missing last", (sort, up, down) => {
    expect(order({ sort })).toBe(up);
    expect(order({ sort, order: "desc" })).toBe(down);
  });

  it("sorts after names were added and removed", () => {
    expect(order({ sort: "name" })).toBe("321");
    const more = fakeRow("4".padStart(40, "0"), { name: "Episode 9b" });
    expect(order({ sort: "name" }, [...rows, more])).toBe("3241");
    expect(order({ sort: "name" }, [more, ...rows.slice(0, 1)])).toBe("41");
  });

  it("finds all words, in any order and case, and filters exactly", () => {
    expect(order({ search: "10 EPI" })).toBe("1");
    expect(order({ search: "  " })).toBe("123");
    expect(order({ label: "x" })).toBe("1");
    expect(order({ label: "" })).toBe("23");
    expect(order({ tracker: "b.example" })).toBe("12");
    expect(order({ tracker: "example" })).toBe("");
  });

  it("returns the number of matches with the requested page", () => {
    expect(JSON.parse(listJson(rows, listQuery.parse({ offset: "1", limit: "1", fields: "name,size" })))).toEqual({
      total: 3,
      torrents: [{ id: rows[1]?.id, name: "episode 9", size: 100 }],
    });
  });

  it("sees a row that has changed", () => {
    const [row] = rows;
    const changed = rows.map((one) => (one === row ? { ...one, label: "new" } : one));
    expect(listJson(changed, listQuery.parse({}))).toContain('"label":"new"');
    expect(listJson(rows, listQuery.parse({}))).not.toContain('"label":"new"');
  });
});
