import { describe, expect, it } from "vitest";
import { World } from "../../../sim/index.ts";
import type { Entry } from "../../conversation/entry.ts";
import { Inbox } from "./inbox.ts";

function have(number: number): Entry {
  return { type: "have", piece: number, number, at: 0, way: "in", size: 9, findings: [] };
}

function anInbox(): { readonly inbox: Inbox; readonly world: World } {
  const world = new World({ digest: () => new Uint8Array(20) });
  return { inbox: new Inbox(world.host("10.0.0.1").runtime.clock), world };
}

describe("Inbox", () => {
  it("rejects the wait whose function throws; other waits get the message", async () => {
    const { inbox } = anInbox();
    const faulty = inbox.next(() => {
      throw new Error("mine");
    }, "such message");
    const other = inbox.next((entry) => entry.type === "have", "have");
    expect(() => inbox.note(have(1))).not.toThrow();
    await expect(faulty).rejects.toThrow("mine");
    await expect(other).resolves.toMatchObject({ piece: 1 });
    inbox.note(have(2));
    await expect(inbox.next(() => true, "message")).resolves.toMatchObject({ piece: 2 });
  });

  it("counts messages between two waits, without keeping them", async () => {
    const { inbox, world } = anInbox();
    const waiting = inbox.next((entry) => entry.type === "unchoke", "unchoke", { timeout: 5 });
    const told = waiting.catch((error: unknown) => error);
    for (let number = 0; number < 3; number++) inbox.note(have(number));
    await world.run(6_000);
    expect(await told).toMatchObject({ code: "console.timeout", message: "no unchoke in 5 s; what came: have (3)" });
  });

  it("forgets messages that the conversation has dropped", async () => {
    const { inbox } = anInbox();
    for (let number = 0; number < 5; number++) inbox.note(have(number));
    inbox.forget(3);
    await expect(inbox.next(() => true, "message")).resolves.toMatchObject({ number: 3 });
  });
});
