import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Check } from "../../components/fields.tsx";
import { dateTime, time } from "../../base/format.ts";
import { log } from "../../state/session.ts";
import { texts } from "../../texts/texts.ts";
import type { ViewProps } from "./view.ts";

const words = texts.log;
/** The maximum number of log lines shown: the newest ones. */
const MAX_SHOWN = 500;

/** The lines of the log that concern the torrent `id`, or all lines. */
export function Log({ id }: ViewProps): JSX.Element {
  const [isAll, setAll] = useState(false);
  const lines = log.value
    .filter((line) => isAll || line.torrent === id)
    .slice(-MAX_SHOWN)
    .toReversed();
  return (
    <div class="listing">
      <div class="bar">
        <Check label={words.all} isChecked={isAll} onChange={setAll} />
      </div>
      {lines.length === 0 ? (
        <p class="muted padded">{words.empty}</p>
      ) : (
        <ol class="log" aria-label={words.label} tabIndex={0}>
          {lines.map((line) => (
            <li key={line.id} class={line.level}>
              <time dateTime={new Date(line.at).toISOString()} title={dateTime(line.at)}>
                {time(line.at)}
              </time>
              <span class="level">{words.levels[line.level]}</span>
              <span class="message">{line.message}</span>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
