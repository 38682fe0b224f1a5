import { render } from "preact";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/layout.css";
import "./styles/table.css";
import "./styles/details.css";
import "./styles/dialog.css";
import { whenSignedOut } from "./api/api.ts";
import { App } from "./app.tsx";
import { disconnect } from "./state/live.ts";
import { keepPrefs, sort } from "./state/prefs.ts";
import { follow } from "./state/torrents.ts";
import { dialog, signedIn } from "./state/ui.ts";
import { begin } from "./actions/begin.ts";

keepPrefs();
follow(sort);
whenSignedOut(() => {
  disconnect();
  dialog.value = null;
  signedIn.value = false;
});

const root = document.querySelector("#app");
if (root !== null) render(<App />, root);
void begin();
