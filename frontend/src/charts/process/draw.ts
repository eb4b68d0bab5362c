/** A placed process as SVG. Colours are classes, so that the theme needs no redraw. */
import { countText, durationText } from "../numbers";
import type { ProcessEdge, ProcessNode, Words } from "../payloads";
import { element } from "../spark";
import type { Marker, Placed, PlacedEdge, PlacedNode, Point } from "./layout";

export const WAITING_STEPS = 5;

/** The name by which an edge or a step is selected. */
export function edgeKey(edge: ProcessEdge): string {
  return `${edge.source} → ${edge.target}`;
}

export function drawn(placed: Placed, waiting: (edge: ProcessEdge) => number, words: Words): SVGElement {
  const scene = element("g", {});
  const most = Math.max(...placed.edges.map(({ edge }) => edge.count), 1);
  for (const flow of placed.flows) scene.append(flowLine(flow.points));
  const edges = placed.edges.map(labelsOnLines);
  parted(edges.map((edge) => edge.label));
  for (const edge of edges) scene.append(edgeShape(edge, most, waiting(edge.edge), words));
  for (const edge of edges) scene.append(labelShape(edge)); // above all lines
  for (const marker of placed.markers) scene.append(markerShape(marker, words));
  const busiest = Math.max(...placed.nodes.map(({ node }) => node.count), 1);
  for (const node of placed.nodes) scene.append(nodeShape(node, busiest, words));
  return scene;
}

function flowLine(points: Point[]): SVGElement {
  return element("path", { d: curve(points), class: "ql-process__flow" });
}

function markerShape({ kind, x, y }: Marker, words: Words): SVGElement {
  const group = element("g", { class: `ql-process__marker ql-process__marker--${kind}`, transform: `translate(${x} ${y})` });
  const inner = kind === "start" ? "M-3.5,-5.5L6,0L-3.5,5.5Z" : "M-4.5,-4.5H4.5V4.5H-4.5Z";
  group.append(element("circle", { r: 12 }), element("path", { d: inner }));
  group.append(titled(words[kind]));
  return group;
}

function titled(text: string | undefined): SVGElement {
  const title = element("title", {});
  title.textContent = text ?? "";
  return title;
}

function control(key: string, kind: "node" | "edge", label: string): SVGElement {
  const group = element("g", { role: "button", tabindex: -1, "data-key": key, "data-kind": kind });
  group.append(titled(label));
  return group;
}

function nodeShape(placed: PlacedNode, busiest: number, words: Words): SVGElement {
  const { node, x, y, width, height, lines } = placed;
  const group = control(node.id, "node", nodeLabel(node, words));
  group.classList.add("ql-process__node");
  if (node.mark) group.classList.add(`ql-process__node--${node.mark}`);
  group.setAttribute("transform", `translate(${x - width / 2} ${y - height / 2})`);
  const share = node.count / busiest;
  group.append(
    element("rect", { width, height, rx: 7, class: "ql-process__box" }),
    element("rect", { x: 9, y: height - 6, width: width - 18, height: 3, rx: 1.5, class: "ql-process__track" }),
    element("rect", { x: 9, y: height - 6, width: Math.max((width - 18) * share, 2), height: 3, rx: 1.5, class: "ql-process__fill" }),
    text(width / 2, 18, lines[0]!, "ql-process__name"),
    text(width / 2, 35, lines[1]!, "ql-process__count"),
  );
  return group;
}

function nodeLabel(node: ProcessNode, words: Words): string {
  const parts = [node.line ?? `${words.count ?? ""} ${countText(node.count)}`];
  if (node.mark) parts.push(words[node.mark] ?? "");
  if (node.repeats) parts.push(`${words.repeats ?? ""} ${countText(node.repeats)}`);
  if (node.starts) parts.push(`${words.starts ?? ""} ${countText(node.starts)}`);
  if (node.ends) parts.push(`${words.ends ?? ""} ${countText(node.ends)}`);
  return `${node.name}: ${parts.join(", ")}`;
}

function labelsOnLines(placed: PlacedEdge): PlacedEdge {
  const { edge, points, label } = placed;
  return edge.source === edge.target ? placed : { ...placed, label: { ...label, ...onCurve(points, label) } };
}

/** Labels that cover each other are moved apart sideways. */
function parted(labels: PlacedEdge["label"][]): void {
  for (let round = 0; round < 3; round++) {
    labels.forEach((one, index) => {
      for (const other of labels.slice(index + 1)) {
        const across = (one.width + other.width) / 2 - Math.abs(one.x - other.x);
        if (across <= 0 || Math.abs(one.y - other.y) >= (one.height + other.height) / 2) continue;
        const side = one.x <= other.x ? 1 : -1;
        one.x -= (side * across) / 2;
        other.x += (side * across) / 2;
      }
    });
  }
}

function edgeShape({ edge, points }: PlacedEdge, most: number, waiting: number, words: Words): SVGElement {
  const group = control(edgeKey(edge), "edge", edgeLabel(edge, words));
  group.classList.add("ql-process__edge", `ql-process__edge--${edge.lines ? (edge.mark ?? "alike") : waiting}`);
  const thickness = 1.25 + 6.25 * Math.sqrt(edge.count / most);
  const tip = points.at(-1)!;
  const before = points.at(-2) ?? tip;
  const size = 5 + thickness * 1.1;
  const length = Math.hypot(tip.x - before.x, tip.y - before.y) || 1;
  const away = { x: (tip.x - before.x) / length, y: (tip.y - before.y) / length };
  const stop = { x: tip.x - away.x * size, y: tip.y - away.y * size };
  const path = curve([...points.slice(0, -1), stop]);
  group.append(
    element("path", { d: path, class: "ql-process__hit" }),
    element("path", { d: path, class: "ql-process__line", "stroke-width": thickness.toFixed(2) }),
    element("path", { d: arrow(tip, away, size), class: "ql-process__arrow" }),
  );
  return group;
}

function labelShape({ edge, label }: PlacedEdge): SVGElement {
  const group = element("g", { class: "ql-process__label", "data-label": edgeKey(edge) });
  const top = label.y - label.height / 2;
  const plate = { x: label.x - label.width / 2, y: top, width: label.width, height: label.height, rx: 4 };
  group.append(element("rect", { ...plate, class: "ql-process__plate" }));
  label.lines.forEach((line, index) => {
    group.append(text(label.x, top + 13 + index * 14, line, index ? "ql-process__time" : "ql-process__number"));
  });
  return group;
}

function edgeLabel(edge: ProcessEdge, words: Words): string {
  const parts = edge.lines ? [...edge.lines] : [`${words.count ?? ""} ${countText(edge.count)}`];
  if (edge.mark) parts.push(words[edge.mark] ?? "");
  if (edge.median !== null) parts.push(`${words.median ?? ""} ${durationText(edge.median)}`);
  if (edge.p90 != null) parts.push(`${words.p90 ?? ""} ${durationText(edge.p90)}`);
  return `${edgeKey(edge)}: ${parts.join(", ")}`;
}

function text(x: number, y: number, content: string, name: string): SVGElement {
  const made = element("text", { x, y, class: name, "text-anchor": "middle", "aria-hidden": "true" });
  made.textContent = content;
  return made;
}

function arrow(tip: Point, away: Point, size: number): string {
  const half = size * 0.55;
  const base = { x: tip.x - away.x * size, y: tip.y - away.y * size };
  const left = `${fixed(base.x - away.y * half)},${fixed(base.y + away.x * half)}`;
  const right = `${fixed(base.x + away.y * half)},${fixed(base.y - away.x * half)}`;
  return `M${fixed(tip.x)},${fixed(tip.y)}L${left}L${right}Z`;
}

/** A smooth line through the layout's bends: a uniform cubic B-spline that starts and ends on its end points. */
function curve(points: Point[]): string {
  const at = (index: number): Point => points[Math.min(Math.max(index, 0), points.length - 1)]!;
  const first = at(0);
  let path = `M${fixed(first.x)},${fixed(first.y)}`;
  if (points.length === 2) return `${path}L${fixed(at(1).x)},${fixed(at(1).y)}`;
  for (let index = -1; index < points.length; index++) {
    const [a, b, c] = [at(index), at(index + 1), at(index + 2)];
    path +=
      `C${fixed((2 * a.x + b.x) / 3)},${fixed((2 * a.y + b.y) / 3)} ` +
      `${fixed((a.x + 2 * b.x) / 3)},${fixed((a.y + 2 * b.y) / 3)} ` +
      `${fixed((a.x + 4 * b.x + c.x) / 6)},${fixed((a.y + 4 * b.y + c.y) / 6)}`;
  }
  const end = at(points.length - 1);
  return `${path}L${fixed(end.x)},${fixed(end.y)}`;
}

/** Where the line passes nearest to a bend that the layout made for a label: the spline cuts its corners. */
function onCurve(points: Point[], near: Point): Point {
  const far = (point: Point): number => Math.hypot(point.x - near.x, point.y - near.y);
  let bend = 0;
  points.forEach((point, index) => {
    if (far(point) < far(points[bend]!)) bend = index;
  });
  const [before, at, after] = [points[bend - 1], points[bend], points[bend + 1]];
  if (!before || !at || !after) return near;
  return { x: (before.x + 4 * at.x + after.x) / 6, y: (before.y + 4 * at.y + after.y) / 6 };
}

function fixed(value: number): string {
  return value.toFixed(1);
}
