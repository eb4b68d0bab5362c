/** Finds `[data-chart]` on the page, now and later, draws it, and keeps it right as size and theme change. */
import { bars } from "./bars";
import { pareto } from "./pareto";
import { processMap } from "./process/view";
import { quadrants } from "./quadrants";
import { spark } from "./spark";
import type { Chart } from "./surface";
import { trend } from "./trend";

type Kind = (host: HTMLElement, payload: any) => Chart;

const KINDS: Record<string, Kind> = { trend, spark, pareto, bars, quadrants, process: processMap };
const charts = new Map<HTMLElement, Chart>();
const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const host = target as HTMLElement;
    const size = `${host.clientWidth}×${host.clientHeight}`;
    if (host.dataset.drawn === size) continue;
    host.dataset.drawn = size;
    charts.get(host)?.redraw();
  }
});

export function startCharts(): void {
  mountAll();
  new MutationObserver((changes) => {
    if (changes.some((change) => change.removedNodes.length)) forget();
    if (changes.some((change) => change.addedNodes.length)) mountAll();
  }).observe(document.body, { childList: true, subtree: true });
  new MutationObserver(redrawAll).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
}

export function redrawAll(): void {
  for (const chart of charts.values()) chart.redraw();
}

function mountAll(): void {
  for (const host of document.querySelectorAll<HTMLElement>("[data-chart]:not([data-mounted])")) mount(host);
}

function mount(host: HTMLElement): void {
  const kind = KINDS[host.dataset.chart ?? ""];
  const source = document.getElementById(host.dataset.source ?? "");
  if (!kind || !source?.textContent) return;
  host.dataset.mounted = "";
  const payload = JSON.parse(source.textContent);
  const label: string | undefined = payload.words?.label;
  if (host.dataset.chart !== "process") {
    if (label) host.setAttribute("aria-label", label);
    if (host.hasAttribute("aria-label")) host.setAttribute("role", "img");
    else host.setAttribute("aria-hidden", "true"); // a picture of what the text beside it says
  }
  host.dataset.drawn = `${host.clientWidth}×${host.clientHeight}`;
  charts.set(host, kind(host, payload));
  sizes.observe(host);
}

function forget(): void {
  for (const [host, chart] of charts) {
    if (host.isConnected) continue;
    chart.dispose();
    sizes.unobserve(host);
    charts.delete(host);
  }
}
