import type { JSX } from "preact";
import { ask, attempt, pickFiles, simple } from "../actions/actions.ts";
import { api } from "../api/api.ts";
import { Button } from "../components/button.tsx";
import { Icon } from "../components/icon.tsx";
import { Logo } from "../components/logo.tsx";
import { menuBelow } from "../components/menu.tsx";
import { disconnect } from "../state/live.ts";
import { detailsOpen, sidebarOpen, theme } from "../state/prefs.ts";
import { filter } from "../state/torrents.ts";
import type { MenuItem } from "../state/ui.ts";
import { dialog, isNarrow, selection, signedIn } from "../state/ui.ts";
import { texts } from "../texts/texts.ts";

const NEXT_THEME = { auto: "light", light: "dark", dark: "auto" } as const;
const words = texts.toolbar;

function switchTheme(): void {
  theme.value = NEXT_THEME[theme.value];
}

async function signOut(): Promise<void> {
  if (!(await attempt(words.signOut, api.logout))) return;
  disconnect();
  signedIn.value = false;
}

/** Returns the entries of the menu "More": the actions for which the toolbar has no button. */
function moreItems(isPhone: boolean, hasSelection: boolean): readonly MenuItem[] {
  const always: readonly MenuItem[] = [
    { label: words.columns, icon: <Icon name="columns" />, run: () => (dialog.value = { kind: "columns" }) },
    { label: words.statistics, icon: <Icon name="statistics" />, run: () => (dialog.value = { kind: "statistics" }) },
    { label: words.settings, icon: <Icon name="settings" />, run: () => (dialog.value = { kind: "settings" }) },
    { label: words.theme[NEXT_THEME[theme.value]], icon: <Icon name={NEXT_THEME[theme.value]} />, run: switchTheme },
    { label: words.keys, icon: <Icon name="key" />, keys: "?", run: () => (dialog.value = { kind: "keys" }) },
    { label: words.signOut, icon: <Icon name="out" />, isApart: true, run: () => void signOut() },
  ];
  if (!isPhone) return always;
  return [
    { label: words.addUrl, icon: <Icon name="link" />, run: () => (dialog.value = { kind: "add-url", url: "" }) },
    { label: words.create, icon: <Icon name="create" />, run: () => (dialog.value = { kind: "create" }) },
    {
      label: words.recheck,
      icon: <Icon name="check" />,
      isApart: true,
      isDisabled: !hasSelection,
      run: () => simple("recheck"),
    },
    { label: words.limits, icon: <Icon name="limits" />, isDisabled: !hasSelection, run: () => ask("limits") },
    {
      label: words.remove,
      icon: <Icon name="remove" />,
      isDisabled: !hasSelection,
      isDangerous: true,
      run: () => ask("remove"),
    },
    ...always.map((item, at) => (at === 0 ? { ...item, isApart: true } : item)),
  ];
}

/** The bar at the top of the page: buttons for actions, and the search field. */
export function Toolbar(): JSX.Element {
  const isPhone = isNarrow.value;
  const hasSelection = selection.value.ids.size > 0;
  const more = (event: MouseEvent): void => {
    if (event.currentTarget instanceof HTMLElement)
      menuBelow(event.currentTarget, words.more, moreItems(isPhone, hasSelection));
  };
  return (
    <header class="toolbar">
      {!isPhone && <Logo />}
      <Button
        label={words.filters}
        icon="filter"
        isPressed={isPhone ? undefined : sidebarOpen.value}
        onClick={() => {
          if (isPhone) dialog.value = { kind: "filters" };
          else sidebarOpen.value = !sidebarOpen.value;
        }}
      />
      <div class="group" role="toolbar" aria-label={words.label}>
        <Button label={words.addFile} icon="file" kind="primary" onClick={pickFiles} />
        {!isPhone && (
          <Button label={words.addUrl} icon="link" onClick={() => (dialog.value = { kind: "add-url", url: "" })} />
        )}
        {!isPhone && <Button label={words.create} icon="create" onClick={() => (dialog.value = { kind: "create" })} />}
        <span class="gap" />
        <Button label={words.start} icon="play" isDisabled={!hasSelection} onClick={() => simple("start")} />
        <Button label={words.pause} icon="pause" isDisabled={!hasSelection} onClick={() => simple("pause")} />
        {!isPhone && (
          <Button label={words.remove} icon="remove" isDisabled={!hasSelection} onClick={() => ask("remove")} />
        )}
        {!isPhone && (
          <Button label={words.recheck} icon="check" isDisabled={!hasSelection} onClick={() => simple("recheck")} />
        )}
        {!isPhone && (
          <Button label={words.limits} icon="limits" isDisabled={!hasSelection} onClick={() => ask("limits")} />
        )}
      </div>
      <div class="search" role="search">
        <Icon name="search" />
        <input
          id="search"
          type="search"
          aria-label={words.search}
          placeholder={words.search}
          value={filter.value.search}
          onInput={(event) => (filter.value = { ...filter.value, search: event.currentTarget.value })}
        />
      </div>
      <div class="group end">
        {!isPhone && (
          <Button
            label={words.details}
            icon="details"
            isPressed={detailsOpen.value}
            onClick={() => (detailsOpen.value = !detailsOpen.value)}
          />
        )}
        {!isPhone && (
          <Button label={words.statistics} icon="statistics" onClick={() => (dialog.value = { kind: "statistics" })} />
        )}
        {!isPhone && <Button label={words.theme[theme.value]} icon={theme.value} onClick={switchTheme} />}
        {!isPhone && (
          <Button label={words.settings} icon="settings" onClick={() => (dialog.value = { kind: "settings" })} />
        )}
        <Button label={words.more} icon="more" hasPopup onClick={more} />
      </div>
    </header>
  );
}
