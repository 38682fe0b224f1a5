import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Settings } from "../../../../../src/api/index.ts";
import { attempt } from "../../../actions/actions.ts";
import { api, messageOf } from "../../../api/api.ts";
import { Dialog } from "../../../components/dialog.tsx";
import { Tabs } from "../../../components/tabs.tsx";
import { toast } from "../../../state/ui.ts";
import { texts } from "../../../texts/texts.ts";
import { ConnectionFields, FolderFields, PageFields, QueueFields, SpeedFields } from "./fields.tsx";
import { LabelFields } from "./labels.tsx";
import { ScheduleFields } from "./schedule.tsx";

const words = texts.settings;
const SECTIONS = {
  folders: FolderFields,
  speed: SpeedFields,
  schedule: ScheduleFields,
  connections: ConnectionFields,
  queue: QueueFields,
  labels: LabelFields,
  page: PageFields,
} as const;
type Section = keyof typeof SECTIONS;
const NAMES: readonly Section[] = ["folders", "speed", "schedule", "connections", "queue", "labels", "page"];

/**
 * Returns the settings that differ between `before` and `after`, with the values of `after`. Only these are sent,
 * because another client may have changed the others at the same time.
 */
function changes(before: Settings, after: Settings): Partial<Settings> {
  const differ = Object.entries(after).filter(
    ([key, value]) =>
      JSON.stringify(value) !== JSON.stringify(Object.entries(before).find(([other]) => other === key)?.[1]),
  );
  const changed: Partial<Settings> = Object.fromEntries(differ);
  return changed;
}

/** The dialog of all settings that can be changed while the daemon runs. */
export function SettingsDialog(): JSX.Element {
  const [before, setBefore] = useState<Settings | null>(null);
  const [draft, setDraft] = useState<Settings | null>(null);
  const [error, setError] = useState("");
  const [section, setSection] = useState<Section>("folders");

  useEffect(() => {
    api.settings().then(
      (settings) => {
        setBefore(settings);
        setDraft(settings);
      },
      (failure: unknown) => setError(messageOf(failure)),
    );
  }, []);

  const save = async (): Promise<boolean> => {
    if (before === null || draft === null) return false;
    const changed = changes(before, draft);
    if (Object.keys(changed).length === 0) return true;
    const isSaved = await attempt(words.failed, () => api.change(changed));
    if (isSaved) toast("done", words.saved);
    return isSaved;
  };

  const Fields = SECTIONS[section];
  return (
    <Dialog title={words.title} action={texts.common.save} onAction={save} isDisabled={draft === null} size="large">
      {error !== "" && <p class="failure">{error}</p>}
      {draft === null ? (
        error === "" && <p class="muted">{texts.common.loading}</p>
      ) : (
        <Tabs
          label={words.title}
          tabs={NAMES.map((name) => [name, words.sections[name]] as const)}
          chosen={section}
          onChoose={setSection}
        >
          <div class="settings">
            <Fields draft={draft} set={(part) => setDraft({ ...draft, ...part })} />
          </div>
        </Tabs>
      )}
    </Dialog>
  );
}
