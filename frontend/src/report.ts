/** What the offline report carries inside it: charts and a few behaviours; no network, no htmx. */
import { redrawAll, startCharts } from "./charts/mount";
import { startBehaviours } from "./behaviours";

if (window.matchMedia("(prefers-color-scheme: dark)").matches) document.documentElement.dataset.bsTheme = "dark";
startCharts();
startBehaviours(redrawAll);
