import type { JSX } from "preact";
import type { IconName } from "../components/icon.tsx";
import { Icon } from "../components/icon.tsx";
import { count } from "../base/format.ts";
import type { Filter, Group } from "../lists/filter.ts";
import { GROUPS } from "../lists/filter.ts";
import { filter, tallies } from "../state/torrents.ts";
import { texts } from "../texts/texts.ts";

const ICONS: Readonly<Record<Group, IconName>> = {
  all: "details",
  active: "limits",
  downloading: "down",
  seeding: "up",
  complete: "done",
  paused: "pause",
  queued: "wait",
  checking: "check",
  error: "error",
};
const words = texts.sidebar;

function narrow(part: Partial<Filter>): void {
  filter.value = { ...filter.value, ...part };
}

interface Entry {
  readonly key: string;
  readonly name: string;
  readonly icon: IconName;
  readonly amount: number | null;
  readonly isChosen: boolean;
  readonly choose: () => void;
}

function Section({ title, entries }: { readonly title: string; readonly entries: readonly Entry[] }): JSX.Element {
  return (
    <section>
      <h2>{title}</h2>
      <ul>
        {entries.map((entry) => (
          <li key={entry.key}>
            <button
              type="button"
              class={`filter ${entry.key === "any" ? "any" : ""}`}
              aria-pressed={entry.isChosen}
              title={entry.name}
              onClick={entry.choose}
            >
              <Icon name={entry.icon} size={15} />
              <span class="name">{entry.name}</span>
              {entry.amount !== null && <span class="count">{count(entry.amount)}</span>}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/**
 * Returns the entries of a section of the sidebar, sorted by name. The entry for torrents without a value comes last.
 */
function entriesOf(
  map: ReadonlyMap<string, number>,
  chosen: string | null,
  any: string,
  without: string,
  icon: IconName,
  choose: (key: string | null) => void,
): readonly Entry[] {
  const named = [...map].filter(([key]) => key !== "").toSorted(([a], [b]) => a.localeCompare(b));
  const rest = map.get("");
  const entries: Entry[] = [
    { key: "any", name: any, icon, amount: null, isChosen: chosen === null, choose: () => choose(null) },
  ];
  for (const [key, amount] of named)
    entries.push({ key: `=${key}`, name: key, icon, amount, isChosen: chosen === key, choose: () => choose(key) });
  if (rest !== undefined)
    entries.push({ key: "=", name: without, icon, amount: rest, isChosen: chosen === "", choose: () => choose("") });
  return entries;
}

/** The sidebar, in which the user filters the list by state, label and tracker. */
export function Sidebar(): JSX.Element {
  const counts = tallies();
  const { group, label, tracker } = filter.value;
  return (
    <>
      <Section
        title={words.state}
        entries={GROUPS.map((id) => ({
          key: id,
          name: texts.groups[id],
          icon: ICONS[id],
          amount: counts.groups.get(id) ?? 0,
          isChosen: group === id,
          choose: () => narrow({ group: id }),
        }))}
      />
      <Section
        title={words.labels}
        entries={entriesOf(counts.labels, label, words.anyLabel, words.noLabel, "label", (key) =>
          narrow({ label: key }),
        )}
      />
      <Section
        title={words.trackers}
        entries={entriesOf(counts.trackers, tracker, words.anyTracker, words.noTracker, "link", (key) =>
          narrow({ tracker: key }),
        )}
      />
    </>
  );
}
