/** Everything the web pages need. */
import "./htmx_settings";
import htmx from "htmx.org";
import "@tabler/core/dist/js/tabler.esm.js";
import { redrawAll, startCharts } from "./charts/mount";
import { startAudits } from "./audit";
import { startBoards } from "./board";
import { startBehaviours } from "./behaviours";
import { startChecks } from "./editor/check";
import { startSuggestions } from "./editor/suggest";
import { startOutlines } from "./outline";
import { startCauses } from "./causes";
import { startDropzones } from "./dropzone";
import { startPasskeys } from "./passkeys";
import { startTags } from "./tags";
import { startTalk } from "./talk";

declare global {
  interface Window {
    htmx: typeof htmx;
  }
}

window.htmx = htmx;
startCharts();
startBehaviours(redrawAll);
startSuggestions(document);
startChecks(document);
startOutlines();
startCauses();
startAudits();
startBoards();
startDropzones();
startPasskeys();
startTags();
startTalk();
