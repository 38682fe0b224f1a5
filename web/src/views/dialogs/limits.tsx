import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { TorrentLimits } from "../../../../src/api/index.ts";
import { act, attempt } from "../../actions.ts";
import { api } from "../../api.ts";
import { Dialog } from "../../components/dialog.tsx";
import { NumberField, RateField } from "../../components/fields.tsx";
import { fromKib, toKib } from "../../format.ts";
import { optional } from "../../numbers.ts";
import { peekRow } from "../../state/torrents.ts";
import { texts } from "../../texts.ts";

const words = texts.limitsDialog;

/** Limits of the selected torrents; the fields begin with those of the first. */
export function LimitsDialog({ ids }: { readonly ids: readonly string[] }): JSX.Element {
  const [first = ""] = ids;
  const [isReady, setReady] = useState(false);
  const [down, setDown] = useState("");
  const [up, setUp] = useState("");
  const [ratio, setRatio] = useState("");
  const [minutes, setMinutes] = useState("");

  useEffect(() => {
    void attempt(texts.common.loading, async () => {
      const { limits } = await api.torrent(first);
      setDown(toKib(limits.maxDownloadRate));
      setUp(toKib(limits.maxUploadRate));
      setRatio(limits.seedRatio === null ? "" : String(limits.seedRatio));
      setMinutes(limits.seedSeconds === null ? "" : String(Math.round(limits.seedSeconds / 60)));
      setReady(true);
    });
  }, [first]);

  const save = (): Promise<boolean> => {
    const seedMinutes = optional(minutes);
    const limits: TorrentLimits = {
      maxDownloadRate: fromKib(down), maxUploadRate: fromKib(up), seedRatio: optional(ratio), seedSeconds: seedMinutes === null ? null : Math.round(seedMinutes * 60),
    };
    return act({ action: "limits", ids: [...ids], limits });
  };

  return (
    <Dialog title={ids.length === 1 ? words.title1(peekRow(first)?.name ?? first) : words.title(ids.length)} action={texts.common.save} onAction={save} isDisabled={!isReady} size="small">
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
        </>
      ) : (
        <p class="muted">{texts.common.loading}</p>
      )}
    </Dialog>
  );
}
