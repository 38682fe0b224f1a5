import type { JSX } from "preact";
import { pickFiles } from "../../actions/actions.ts";
import { Button } from "../../components/button.tsx";
import { Icon } from "../../components/icon.tsx";
import { isFiltered, NO_FILTER } from "../../lists/filter.ts";
import { filter, loaded } from "../../state/torrents.ts";
import { dialog } from "../../state/ui.ts";
import { texts } from "../../texts/texts.ts";

/** The text that is shown instead of the list when it contains no torrents. */
export function Empty(): JSX.Element {
  if (!loaded.value) {
    return (
      <div class="empty" role="status">
        <p>{texts.table.loading}</p>
      </div>
    );
  }
  if (isFiltered(filter.value)) {
    return (
      <div class="empty">
        <Icon name="filter" size={32} />
        <p role="status">{texts.table.noMatch}</p>
        <Button label={texts.table.clear} onClick={() => (filter.value = NO_FILTER)} />
      </div>
    );
  }
  return (
    <div class="empty">
      <Icon name="file" size={36} />
      <h2>{texts.table.emptyTitle}</h2>
      <p>{texts.table.emptyHint}</p>
      <div class="buttons">
        <Button label={texts.toolbar.addFile} icon="file" isWordy kind="primary" onClick={pickFiles} />
        <Button
          label={texts.toolbar.addUrl}
          icon="link"
          isWordy
          onClick={() => (dialog.value = { kind: "add-url", url: "" })}
        />
      </div>
    </div>
  );
}
