import {
  ask,
  copy,
  copyMagnets,
  downloadPlaylist,
  queue,
  rename,
  selectedIds,
  showDetails,
  simple,
} from "../../actions/actions.ts";
import { Icon } from "../../components/icon.tsx";
import type { MenuItem } from "../../state/ui.ts";
import { menu } from "../../state/ui.ts";
import { texts } from "../../texts/texts.ts";

const words = texts.actions;

function items(): readonly MenuItem[] {
  const isOne = selectedIds().length === 1;
  return [
    { label: words.start, icon: <Icon name="play" />, run: () => simple("start") },
    { label: words.startNow, run: () => simple("start-now") },
    { label: words.pause, icon: <Icon name="pause" />, run: () => simple("pause") },
    { label: words.recheck, icon: <Icon name="check" />, isApart: true, run: () => simple("recheck") },
    { label: words.reannounce, run: () => simple("reannounce") },
    { label: words.details, icon: <Icon name="details" />, keys: "Enter", isApart: true, run: () => showDetails() },
    { label: words.rename, icon: <Icon name="create" />, keys: "F2", isDisabled: !isOne, run: rename },
    { label: words.label, icon: <Icon name="label" />, run: () => ask("label") },
    { label: words.limits, icon: <Icon name="limits" />, run: () => ask("limits") },
    { label: words.move, icon: <Icon name="folder" />, run: () => ask("move") },
    { label: words.top, isApart: true, run: () => queue("top") },
    { label: words.up, icon: <Icon name="up" />, run: () => queue("up") },
    { label: words.down, icon: <Icon name="down" />, run: () => queue("down") },
    { label: words.bottom, run: () => queue("bottom") },
    { label: words.copyMagnet, icon: <Icon name="link" />, isApart: true, run: () => void copyMagnets() },
    { label: words.copyHash, run: () => void copy(selectedIds().join("\n")) },
    { label: words.playlist, isDisabled: !isOne, run: downloadPlaylist },
    {
      label: words.remove,
      icon: <Icon name="remove" />,
      keys: "Delete",
      isApart: true,
      isDangerous: true,
      run: () => ask("remove"),
    },
  ];
}

/** Opens the menu of the selected torrents at a position in the window. */
export function openTorrentMenu(x: number, y: number, from: HTMLElement | null): void {
  if (selectedIds().length > 0) menu.value = { label: texts.table.menu, items: items(), x, y, from };
}
