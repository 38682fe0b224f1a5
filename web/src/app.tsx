import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { MenuHost } from "./components/menu.tsx";
import { Toasts } from "./components/toasts.tsx";
import { listenKeys } from "./actions/keys.ts";
import { connection } from "./state/session.ts";
import { isNarrow, signedIn } from "./state/ui.ts";
import { detailsOpen, sidebarOpen } from "./state/prefs.ts";
import { visible } from "./state/torrents.ts";
import { texts } from "./texts/texts.ts";
import { Banner } from "./views/banner.tsx";
import { Details } from "./views/details/details.tsx";
import { DialogHost } from "./views/dialogs/host.tsx";
import { DropZone } from "./views/drop.tsx";
import { Login } from "./views/login.tsx";
import { Sidebar } from "./views/sidebar.tsx";
import { StatusBar } from "./views/statusbar.tsx";
import { Tasks } from "./views/tasks.tsx";
import { Toolbar } from "./views/toolbar.tsx";
import { Empty } from "./views/torrents/empty.tsx";
import { TorrentGrid } from "./views/torrents/grid.tsx";

/** The whole application: the login form or the page, and the messages over it. */
export function App(): JSX.Element {
  const known = signedIn.value;
  if (known === null) {
    return (
      <main class="waiting">
        <p role="status">{connection.value === "lost" ? texts.banner.lost : texts.common.loading}</p>
      </main>
    );
  }
  return (
    <>
      {known ? <Page /> : <Login />}
      <Toasts />
    </>
  );
}

/**
 * The page after the login: the toolbar, sidebar, list, details and status bar. In a narrow window the details
 * replace the list.
 */
function Page(): JSX.Element {
  useEffect(() => listenKeys(), []);
  const hasDetails = detailsOpen.value;
  const isPhone = isNarrow.value;
  return (
    <div class="page">
      <Toolbar />
      <Banner />
      <div class="middle">
        {!isPhone && sidebarOpen.value && (
          <nav class="sidebar" aria-label={texts.sidebar.label}>
            <Sidebar />
          </nav>
        )}
        <div class="content">
          {!(isPhone && hasDetails) && (
            <main>
              <h1 class="hidden">{texts.product}</h1>
              <TorrentGrid />
              {visible.value.length === 0 && <Empty />}
            </main>
          )}
          {hasDetails && !isPhone && <Details />}
          {hasDetails && isPhone && (
            <main>
              <Details />
            </main>
          )}
        </div>
      </div>
      <Tasks />
      <StatusBar />
      <DialogHost />
      <MenuHost />
      <DropZone />
    </div>
  );
}
