import type { JSX } from "preact";
import { Button } from "../../components/button.tsx";
import { Tabs } from "../../components/tabs.tsx";
import { detailsHeight, detailsOpen } from "../../state/prefs.ts";
import { rowOf } from "../../state/torrents.ts";
import { current, isNarrow, tab, TABS } from "../../state/ui.ts";
import { texts } from "../../texts/texts.ts";
import { openTorrentMenu } from "../torrents/menu.tsx";
import { Files } from "./files.tsx";
import { Log } from "./log.tsx";
import { Overview } from "./overview.tsx";
import { Peers } from "./peers.tsx";
import { Speed } from "./speed.tsx";
import { Splitter } from "./splitter.tsx";
import { Trackers } from "./trackers.tsx";

const words = texts.details;
const VIEWS = { overview: Overview, files: Files, peers: Peers, trackers: Trackers, speed: Speed, log: Log } as const;

/** The panel with the details of the current torrent: below the list, or in a narrow window instead of the list. */
export function Details(): JSX.Element {
  const id = current.value;
  const row = id === null ? undefined : rowOf(id);
  const isPhone = isNarrow.value;
  const View = VIEWS[tab.value];
  const close = (): void => {
    detailsOpen.value = false;
  };
  const openMenu = (event: MouseEvent): void => {
    if (event.currentTarget instanceof HTMLElement) openTorrentMenu(event.clientX, event.clientY, event.currentTarget);
  };
  return (
    <section class="details" aria-label={words.label} style={isPhone ? {} : { height: `${detailsHeight.value}vh` }}>
      {!isPhone && <Splitter />}
      {isPhone && (
        <div class="details-head">
          <Button label={words.back} icon="back" kind="quiet" onClick={close} />
          <h1>{row?.name ?? texts.product}</h1>
          {row !== undefined && (
            <Button label={texts.table.menu} icon="more" kind="quiet" hasPopup onClick={openMenu} />
          )}
        </div>
      )}
      {id === null || row === undefined ? (
        <div class="nothing">
          <p>{words.nothing}</p>
          {!isPhone && <Button label={words.close} icon="close" kind="quiet" onClick={close} />}
        </div>
      ) : (
        <Tabs
          label={words.label}
          tabs={TABS.map((entry) => [entry, words.tabs[entry]] as const)}
          chosen={tab.value}
          onChoose={(chosen) => (tab.value = chosen)}
          extra={
            isPhone ? undefined : (
              <>
                <span class="tab-name">{row.name}</span>
                <Button label={words.close} icon="close" kind="quiet" onClick={close} />
              </>
            )
          }
        >
          <View key={id} id={id} />
        </Tabs>
      )}
    </section>
  );
}
