import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { attempt } from "../../../actions/actions.ts";
import { api } from "../../../api/api.ts";
import { Dialog } from "../../../components/dialog.tsx";
import { AreaField } from "../../../components/fields.tsx";
import { toast } from "../../../state/ui.ts";
import { texts } from "../../../texts/texts.ts";
import type { OptionsDraft } from "./add-options.tsx";
import { NO_OPTIONS, OptionFields, toOptions } from "./add-options.tsx";

const words = texts.addUrl;

/** The dialog that adds torrents from magnet links or URLs. */
export function AddUrlDialog({ url }: { readonly url: string }): JSX.Element {
  const [text, setText] = useState(url);
  const [draft, setDraft] = useState<OptionsDraft>(NO_OPTIONS);
  const urls = text.split(/\s+/).filter((part) => part !== "");

  const addAll = async (): Promise<boolean> => {
    const failed: string[] = [];
    for (const one of urls) {
      if (!(await attempt(words.failed, () => api.add({ ...toOptions(draft), url: one })))) failed.push(one);
    }
    if (failed.length < urls.length) toast("done", words.added(urls.length - failed.length));
    setText(failed.join("\n"));
    return failed.length === 0;
  };

  return (
    <Dialog title={words.title} action={texts.common.add} onAction={addAll} isDisabled={urls.length === 0}>
      <AreaField label={words.url} value={text} onInput={setText} rows={3} isFirst />
      <OptionFields draft={draft} onChange={setDraft} />
    </Dialog>
  );
}
