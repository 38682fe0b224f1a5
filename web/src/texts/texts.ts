import { detailsTexts } from "./details.ts";
import { dialogsTexts } from "./dialogs.ts";
import { listTexts } from "./list.ts";
import { columns, groups, states } from "./names.ts";
import { pageTexts } from "./page.ts";
import { settingsTexts } from "./settings.ts";

/**
 * All texts of the page in one object, so that they can be translated. Each view has its own file. A text that
 * contains numbers or names is a function that returns it.
 */
export const texts = {
  product: "Millrace",
  states,
  columns,
  groups,
  errors: {
    unreachable: "The daemon does not respond.",
    prefix: (what: string, why: string) => `${what}: ${why}`,
    some: (what: string, failed: number, of: number, why: string) => `${what}: ${failed} of ${of} failed. ${why}`,
    notTorrent: (name: string, why: string) => `${name} is not a torrent file: ${why}`,
  },
  common: {
    cancel: "Cancel",
    close: "Close",
    save: "Save",
    add: "Add",
    remove: "Remove",
    retry: "Try now",
    loading: "Loading…",
    all: "All",
    copied: "Copied.",
    copyFailed: "The browser did not allow copying",
    dismiss: "Dismiss",
    noLimit: "no limit",
    kib: "KiB/s",
    more: "More",
    yes: "Yes",
    no: "No",
  },
  ...pageTexts,
  ...listTexts,
  ...detailsTexts,
  ...dialogsTexts,
  ...settingsTexts,
} as const;
