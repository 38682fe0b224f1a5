import type { JSX } from "preact";
import { Icon } from "../components/icon.tsx";
import { bytes, rateOrZero } from "../base/format.ts";
import { connection, rates, session } from "../state/session.ts";
import { total, visible } from "../state/torrents.ts";
import { dialog, selection } from "../state/ui.ts";
import { texts } from "../texts/texts.ts";

const words = texts.status;

function limit(rate: number | null | undefined): string {
  return typeof rate === "number" ? ` (${rateOrZero(rate)})` : "";
}

/** The bar at the bottom of the page: the session's rates, limits and connection state. */
export function StatusBar(): JSX.Element {
  const info = session.value;
  const now = rates.value;
  const state = connection.value;
  const chosen = selection.value.ids.size;
  return (
    <footer class="statusbar" aria-label={words.label}>
      <button type="button" class="figure" title={words.limits} onClick={() => (dialog.value = { kind: "speed" })}>
        <span class="hidden">{words.limits}: </span>
        <span class="down">
          <span class="hidden">{words.down} </span>
          <Icon name="down" size={14} />
          {rateOrZero(now.down)}
          <span class="limit">{limit(info?.maxDownloadRate)}</span>
        </span>
        <span class="up">
          <span class="hidden">{words.up} </span>
          <Icon name="up" size={14} />
          {rateOrZero(now.up)}
          <span class="limit">{limit(info?.maxUploadRate)}</span>
        </span>
      </button>
      <span class="wide">{words.connections(now.connections)}</span>
      <span class="space" />
      {chosen > 0 && <span>{words.selected(chosen)}</span>}
      <span class="wide">{words.shown(visible.value.length, total.value)}</span>
      {info !== null && info.freeBytes !== null && <span class="wide">{words.free(bytes(info.freeBytes))}</span>}
      {info !== null && (
        <span class="wide" title={info.isReachable ? words.reachableHint : words.unreachableHint}>
          {words.port(info.peerPort)}: {info.isReachable ? words.reachable : words.unreachable}
        </span>
      )}
      <span class={`connection ${state}`}>{words[state]}</span>
    </footer>
  );
}
