import type { JSX } from "preact";
import { Dialog } from "../../components/dialog.tsx";
import { dialog } from "../../state/ui.ts";
import { texts } from "../../texts/texts.ts";
import { Sidebar } from "../sidebar.tsx";
import { AddFilesDialog } from "./adding/add-files.tsx";
import { AddPeersDialog } from "./torrent/add-peers.tsx";
import { AddUrlDialog } from "./adding/add-url.tsx";
import { ColumnsDialog } from "./columns.tsx";
import { CreateDialog } from "./adding/create.tsx";
import { KeysDialog } from "./keys.tsx";
import { LabelDialog } from "./torrent/label.tsx";
import { LimitsDialog } from "./torrent/limits.tsx";
import { MoveDialog } from "./torrent/move.tsx";
import { PlayDialog } from "./torrent/play.tsx";
import { RemoveDialog } from "./torrent/remove.tsx";
import { RenameDialog } from "./torrent/rename.tsx";
import { SettingsDialog } from "./settings/settings.tsx";
import { SpeedDialog } from "./speed.tsx";
import { StatisticsDialog } from "./statistics.tsx";
import { TrackersDialog } from "./torrent/trackers.tsx";

/** Shows the dialog that is open, if there is one. */
export function DialogHost(): JSX.Element | null {
  const state = dialog.value;
  switch (state?.kind) {
    case undefined:
      return null;
    case "add-files":
      return <AddFilesDialog candidates={state.candidates} />;
    case "add-url":
      return <AddUrlDialog url={state.url} />;
    case "create":
      return <CreateDialog />;
    case "remove":
      return <RemoveDialog ids={state.ids} />;
    case "limits":
      return <LimitsDialog ids={state.ids} />;
    case "label":
      return <LabelDialog ids={state.ids} />;
    case "move":
      return <MoveDialog ids={state.ids} />;
    case "rename":
      return <RenameDialog id={state.id} />;
    case "trackers":
      return <TrackersDialog id={state.id} />;
    case "add-peers":
      return <AddPeersDialog id={state.id} />;
    case "play":
      return <PlayDialog id={state.id} file={state.file} path={state.path} />;
    case "speed":
      return <SpeedDialog />;
    case "settings":
      return <SettingsDialog />;
    case "statistics":
      return <StatisticsDialog />;
    case "columns":
      return <ColumnsDialog />;
    case "filters":
      return (
        <Dialog title={texts.toolbar.filters} size="small">
          <div class="sidebar in-dialog">
            <Sidebar />
          </div>
        </Dialog>
      );
    default:
      return <KeysDialog />;
  }
}
