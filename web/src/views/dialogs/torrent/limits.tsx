import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { TorrentLimits } from "../../../../../src/api/index.ts";
import { act, attempt } from "../../../actions/actions.ts";
import { api } from "../../../api/api.ts";
import { Dialog } from "../../../components/dialog.tsx";
import { NumberField, RateField } from "../../../components/fields.tsx";
import { fromKib, toKib } from "../../../base/format.ts";
import { optional, positive } from "../../../base/numbers.ts";
import { peekRow } from "../../../state/torrents.ts";
import { texts } from "../../../texts/texts.ts";

const words = texts.limitsDialog;

/**
 * The dialog that sets the speed limits of torrents. At first the fields show the limits of the first of these
 * torrents.
 */
export function LimitsDialog({ ids }: { readonly ids: readonly string[] }): JSX.Element {
  const [first = ""] = ids;
  const [isReady, setReady] = useState(false);
  const [down, setDown] = useState("");
  const [up, setUp] = useState("");
  const [ratio, setRatio] = useState("");
  const [minutes, setMinutes] = useState("");
  const [idle, setIdle] = useState("");
  const [peers, setPeers] = useState("");

  useEffect(() => {
    void attempt(texts.common.loading, async () => {
      const { limits } = await api.torrent(first);
      setDown(toKib(limits.maxDownloadRate));
      setUp(toKib(limits.maxUploadRate));
      setRatio(limits.seedRatio === null ? "" : String(limits.seedRatio));
      setMinutes(limits.seedSeconds === null ? "" : String(Math.round(limits.seedSeconds / 60)));
      setIdle(limits.seedIdleSeconds === null ? "" : String(Math.round(limits.seedIdleSeconds / 60)));
      setPeers(limits.maxPeers === null ? "" : String(limits.maxPeers));
      setReady(true);
    });
  }, [first]);

  const save = (): Promise<boolean> => {
    const seconds = (text: string): number | null => {
      const value = optional(text);
      return value === null ? null : Math.round(value * 60);
    };
    const limits: TorrentLimits = {
      maxDownloadRate: fromKib(down),
      maxUploadRate: fromKib(up),
      seedRatio: optional(ratio),
      seedSeconds: seconds(minutes),
      seedIdleSeconds: seconds(idle) === 0 ? null : seconds(idle),
      maxPeers: positive(peers),
    };
    return act({ action: "limits", ids: [...ids], limits });
  };

  return (
    <Dialog
      title={ids.length === 1 ? words.title1(peekRow(first)?.name ?? first) : words.title(ids.length)}
      action={texts.common.save}
      onAction={save}
      isDisabled={!isReady}
      size="small"
    >
      {isReady ? (
        <>
          <div class="pair">
            <RateField label={words.down} value={down} onInput={setDown} isFirst />
            <RateField label={words.up} value={up} onInput={setUp} />
          </div>
          <div class="pair">
            <NumberField label={words.ratio} value={ratio} onInput={setRatio} step="any" empty={words.asSession} />
            <NumberField label={words.minutes} value={minutes} onInput={setMinutes} empty={words.asSession} />
          </div>
          <div class="pair">
            <NumberField label={words.idle} value={idle} onInput={setIdle} empty={words.asSession} />
            <NumberField
              label={words.peers}
              value={peers}
              onInput={setPeers}
              min={1}
              max={10_000}
              empty={words.asSession}
            />
          </div>
        </>
      ) : (
        <p class="muted">{texts.common.loading}</p>
      )}
    </Dialog>
  );
}
