import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Settings } from "../../../../../src/api/index.ts";
import { Check, NumberField, RateField, Select, TextField } from "../../../components/fields.tsx";
import { fromKib, toKib } from "../../../base/format.ts";
import { optional, positive, shown } from "../../../base/numbers.ts";
import { theme } from "../../../state/prefs.ts";
import { texts } from "../../../texts/texts.ts";

const words = texts.settings;

/**
 * The properties of each section: the settings that the user is editing, and a function that changes some of them.
 */
export interface SectionProps {
  readonly draft: Settings;
  readonly set: (part: Partial<Settings>) => void;
}

/**
 * Returns the text of an input field, and a function that sets it. The text stays as the user typed it, even while it
 * is not a valid value. Each change is passed to `take`.
 */
export function useTyped(initial: string, take: (text: string) => void): readonly [string, (text: string) => void] {
  const [text, setText] = useState(initial);
  return [
    text,
    (typed) => {
      setText(typed);
      take(typed);
    },
  ];
}

/** The section of the settings for folders. */
export function FolderFields({ draft, set }: SectionProps): JSX.Element {
  return (
    <>
      <TextField
        label={words.downloadDir}
        value={draft.downloadDir}
        onInput={(downloadDir) => set({ downloadDir })}
        isRequired
      />
      <TextField
        label={words.watchDir}
        hint={words.watchHint}
        value={draft.watchDir}
        onInput={(watchDir) => set({ watchDir })}
      />
      <TextField
        label={words.incompleteDir}
        hint={words.incompleteHint}
        value={draft.incompleteDir}
        onInput={(incompleteDir) => set({ incompleteDir })}
      />
      <Check label={words.startAdded} isChecked={draft.startAdded} onChange={(startAdded) => set({ startAdded })} />
    </>
  );
}

/** The section of the settings for speed limits. */
export function SpeedFields({ draft, set }: SectionProps): JSX.Element {
  const [down, setDown] = useTyped(toKib(draft.maxDownloadRate), (text) => set({ maxDownloadRate: fromKib(text) }));
  const [up, setUp] = useTyped(toKib(draft.maxUploadRate), (text) => set({ maxUploadRate: fromKib(text) }));
  const [otherDown, setOtherDown] = useTyped(toKib(draft.alternativeDownloadRate), (text) =>
    set({ alternativeDownloadRate: fromKib(text) }),
  );
  const [otherUp, setOtherUp] = useTyped(toKib(draft.alternativeUploadRate), (text) =>
    set({ alternativeUploadRate: fromKib(text) }),
  );
  return (
    <>
      <RateField label={words.down} value={down} onInput={setDown} />
      <RateField label={words.up} value={up} onInput={setUp} />
      <RateField label={words.alternativeDown} value={otherDown} onInput={setOtherDown} />
      <RateField label={words.alternativeUp} value={otherUp} onInput={setOtherUp} />
      <Check
        label={words.alternative}
        isChecked={draft.isAlternative}
        onChange={(isAlternative) => set({ isAlternative })}
      />
    </>
  );
}

/** The section of the settings for connections to peers. */
export function ConnectionFields({ draft, set }: SectionProps): JSX.Element {
  const [connections, setConnections] = useTyped(shown(draft.maxConnections), (text) =>
    set({ maxConnections: positive(text) ?? draft.maxConnections }),
  );
  const [peers, setPeers] = useTyped(shown(draft.maxPeers), (text) =>
    set({ maxPeers: positive(text) ?? draft.maxPeers }),
  );
  const [slots, setSlots] = useTyped(shown(draft.uploadSlots), (text) =>
    set({ uploadSlots: positive(text) ?? draft.uploadSlots }),
  );
  return (
    <>
      <NumberField
        label={words.maxConnections}
        value={connections}
        onInput={setConnections}
        min={1}
        max={65_000}
        isRequired
      />
      <NumberField label={words.maxPeers} value={peers} onInput={setPeers} min={1} max={10_000} isRequired />
      <NumberField label={words.uploadSlots} value={slots} onInput={setSlots} min={1} max={1000} isRequired />
      <Select
        label={words.encryption}
        value={draft.encryption}
        options={(["disabled", "allowed", "preferred", "required"] as const).map((policy) => [
          policy,
          words.encryptions[policy],
        ])}
        onChange={(encryption) => set({ encryption })}
      />
      <Check label={words.utp} isChecked={draft.utp} onChange={(utp) => set({ utp })} />
      <Check label={words.portMapping} isChecked={draft.portMapping} onChange={(portMapping) => set({ portMapping })} />
      <Check label={words.dht} isChecked={draft.dht} onChange={(dht) => set({ dht })} />
      <Check label={words.pex} isChecked={draft.pex} onChange={(pex) => set({ pex })} />
      <Check label={words.lsd} isChecked={draft.lsd} onChange={(lsd) => set({ lsd })} />
      <TextField
        label={words.ipFilter}
        hint={words.ipFilterHint}
        value={draft.ipFilter}
        onInput={(ipFilter) => set({ ipFilter })}
      />
    </>
  );
}

/** The section of the settings for the queue and the seeding goals. */
export function QueueFields({ draft, set }: SectionProps): JSX.Element {
  const [downloads, setDownloads] = useTyped(shown(draft.maxActiveDownloads), (text) =>
    set({ maxActiveDownloads: positive(text) }),
  );
  const [seeds, setSeeds] = useTyped(shown(draft.maxActiveSeeds), (text) => set({ maxActiveSeeds: positive(text) }));
  const [ratio, setRatio] = useTyped(shown(draft.seedRatio), (text) => set({ seedRatio: optional(text) }));
  const [minutes, setMinutes] = useTyped(
    draft.seedSeconds === null ? "" : String(Math.round(draft.seedSeconds / 60)),
    (text) => {
      const value = optional(text);
      set({ seedSeconds: value === null ? null : Math.round(value * 60) });
    },
  );
  const minutesOf = (seconds: number | null): string => (seconds === null ? "" : String(Math.round(seconds / 60)));
  const secondsOf = (text: string): number | null => {
    const value = positive(text);
    return value === null ? null : value * 60;
  };
  const [idle, setIdle] = useTyped(minutesOf(draft.seedIdleSeconds), (text) =>
    set({ seedIdleSeconds: secondsOf(text) }),
  );
  const [stalled, setStalled] = useTyped(minutesOf(draft.stalledSeconds), (text) =>
    set({ stalledSeconds: secondsOf(text) }),
  );
  return (
    <>
      <NumberField label={words.downloads} value={downloads} onInput={setDownloads} min={1} empty={words.unlimited} />
      <NumberField label={words.seeds} value={seeds} onInput={setSeeds} min={1} empty={words.unlimited} />
      <NumberField label={words.ratio} value={ratio} onInput={setRatio} step="any" empty={words.never} />
      <NumberField label={words.minutes} value={minutes} onInput={setMinutes} empty={words.never} />
      <NumberField label={words.idleMinutes} value={idle} onInput={setIdle} min={1} empty={words.never} />
      <NumberField label={words.stalledMinutes} value={stalled} onInput={setStalled} min={1} empty={words.never} />
    </>
  );
}

/** The section for the preferences that this browser stores. Changes take effect at once. */
export function PageFields(): JSX.Element {
  return (
    <Select
      label={words.theme}
      value={theme.value}
      options={[
        ["auto", words.themes.auto],
        ["light", words.themes.light],
        ["dark", words.themes.dark],
      ]}
      onChange={(chosen) => (theme.value = chosen)}
    />
  );
}
