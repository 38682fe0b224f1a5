import { type Context, isAgreed, type Report, type Topic, whoDidNot } from "../context.ts";
import { CROSSING_GRACE_MS } from "../limits.ts";

/** Rules about the extension protocol (BEP 10). */
export const extendedRules: Topic = (context, report) => {
  const { message } = context;
  switch (message.type) {
    case "extended-handshake":
      if (!isOutOfPlace(context, report)) lintNames(message.extensions, report);
      return;
    case "extended":
      if (!isOutOfPlace(context, report) && message.name === undefined) lintId(context, message.id, report);
      return;
    case "metadata-request":
    case "metadata":
    case "metadata-reject":
    case "pex":
      isOutOfPlace(context, report);
      return;
    default:
  }
};

function isOutOfPlace(context: Context, report: Report): boolean {
  if (isAgreed(context, "extended")) return false;
  report(
    "extended.unnegotiated",
    `an extended message without the extension protocol: ${whoDidNot(context, "extended")}`,
  );
  return true;
}

function lintNames(extensions: ReadonlyMap<string, number>, report: Report): void {
  const names = new Map<number, string>();
  for (const [name, id] of extensions) {
    const other = names.get(id);
    if (id !== 0 && other !== undefined) {
      report("extended.same-id", `${JSON.stringify(other)} and ${JSON.stringify(name)} both have the id ${id}`);
      return;
    }
    names.set(id, name);
  }
}

function lintId({ theirs, at }: Context, id: number, report: Report): void {
  const known = theirs.extensions.get(id);
  if (known === undefined)
    report("extended.unannounced", `an extended message with the id ${id}, which the receiver did not announce`);
  else if (known.endedAt !== undefined && at - known.endedAt > CROSSING_GRACE_MS) {
    report(
      "extended.turned-off",
      `an extended message with the id ${id}: the receiver disabled ${JSON.stringify(known.name)} ${Math.round((at - known.endedAt) / 1000)} s ago`,
    );
  }
}
