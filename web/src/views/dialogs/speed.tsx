import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { attempt } from "../../actions/actions.ts";
import { api } from "../../api/api.ts";
import { Dialog } from "../../components/dialog.tsx";
import { Check, RateField } from "../../components/fields.tsx";
import { fromKib, rateOrZero, toKib } from "../../base/format.ts";
import { session } from "../../state/session.ts";
import { texts } from "../../texts/texts.ts";

const words = texts.speedDialog;

function named(rate: number | null): string {
  return rate === null ? texts.common.noLimit : rateOrZero(rate);
}

/** The dialog of the session's download and upload limits. The status bar opens it. */
export function SpeedDialog(): JSX.Element {
  const [isReady, setReady] = useState(false);
  const [down, setDown] = useState("");
  const [up, setUp] = useState("");
  const [isAlternative, setAlternative] = useState(false);
  useEffect(() => {
    void attempt(words.title, async () => {
      const settings = await api.settings();
      setDown(toKib(settings.maxDownloadRate));
      setUp(toKib(settings.maxUploadRate));
      setAlternative(settings.isAlternative);
      setReady(true);
    });
  }, []);
  const info = session.value;
  return (
    <Dialog
      title={words.title}
      action={texts.common.save}
      onAction={() =>
        attempt(words.title, () =>
          api.change({ maxDownloadRate: fromKib(down), maxUploadRate: fromKib(up), isAlternative }),
        )
      }
      isDisabled={!isReady}
      size="small"
    >
      {isReady ? (
        <>
          <div class="pair">
            <RateField label={texts.status.down} value={down} onInput={setDown} isFirst />
            <RateField label={texts.status.up} value={up} onInput={setUp} />
          </div>
          <Check label={words.alternative} isChecked={isAlternative} onChange={setAlternative} />
        </>
      ) : (
        <p class="muted">{texts.common.loading}</p>
      )}
      {info !== null && <p class="muted">{words.scheduled(named(info.maxDownloadRate), named(info.maxUploadRate))}</p>}
    </Dialog>
  );
}
