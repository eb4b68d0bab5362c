/** A small line without axes, drawn by hand because a page holds many of them. */
import type { SparkPayload } from "./payloads";
import type { Chart } from "./surface";

const SVG = "http://www.w3.org/2000/svg";
const PAD = 3;

export function spark(host: HTMLElement, payload: SparkPayload): Chart {
  const redraw = (): void => {
    const width = host.clientWidth;
    const height = host.clientHeight;
    if (width && height) host.replaceChildren(picture(payload, width, height));
  };
  redraw();
  return { redraw, dispose: () => host.replaceChildren() };
}

function picture(payload: SparkPayload, width: number, height: number): SVGElement {
  const svg = element("svg", { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" });
  svg.classList.add("ql-spark", `ql-spark--${payload.status ?? "none"}`);
  const present = payload.values.flatMap((value) => (value === null ? [] : [value]));
  if (!present.length) return svg;
  const known = payload.target == null ? present : [...present, payload.target];
  const low = Math.min(...known);
  const range = Math.max(...known) - low || 1;
  const step = (width - 2 * PAD) / Math.max(payload.values.length - 1, 1);
  const x = (index: number): number => round(PAD + index * step);
  const y = (value: number): number => round(height - PAD - ((value - low) / range) * (height - 2 * PAD));
  for (const run of runs(payload.values)) {
    const path = run.map((index) => `${x(index)},${y(payload.values[index]!)}`).join("L");
    if (run.length > 1) {
      const area = `M${x(run[0]!)},${height}L${path}L${x(run.at(-1)!)},${height}Z`;
      svg.append(element("path", { d: area, class: "ql-spark__area" }));
    }
    svg.append(element("path", { d: `M${path}`, class: "ql-spark__line" }));
  }
  if (payload.target != null) {
    const at = y(payload.target);
    svg.append(element("path", { d: `M0,${at}H${width}`, class: "ql-spark__target" }));
  }
  const end = payload.values.findLastIndex((value) => value !== null);
  svg.append(element("circle", { cx: x(end), cy: y(payload.values[end]!), r: 2.75, class: "ql-spark__end" }));
  return svg;
}

function runs(values: (number | null)[]): number[][] {
  const found: number[][] = [];
  values.forEach((value, index) => {
    if (value === null) return;
    if (index > 0 && values[index - 1] !== null) found.at(-1)!.push(index);
    else found.push([index]);
  });
  return found;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

export function element(tag: string, attributes: Record<string, string | number>): SVGElement {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}
