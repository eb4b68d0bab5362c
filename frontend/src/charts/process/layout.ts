/** Which part of a process is shown, and where everything stands. No drawing here. */
import { Graph, layout } from "@dagrejs/dagre";
import { countText, durationText, textWidth } from "../numbers";
import type { ProcessEdge, ProcessNode, ProcessPayload } from "../payloads";

export const START = "\u0000start";
export const END = "\u0000end";
const NAME_SIZE = 13;
const LABEL_SIZE = 11;
const LONGEST = 22;

export interface Point {
  x: number;
  y: number;
}

export interface PlacedNode {
  node: ProcessNode;
  x: number;
  y: number;
  width: number;
  height: number;
  lines: string[];
}

export interface PlacedEdge {
  edge: ProcessEdge;
  points: Point[];
  label: Point & { width: number; height: number; lines: string[] };
}

export interface Marker extends Point {
  kind: "start" | "end";
}

export interface Placed {
  width: number;
  height: number;
  nodes: PlacedNode[];
  edges: PlacedEdge[];
  markers: Marker[];
  flows: { points: Point[]; count: number }[];
}

/** The `shown` most frequent edges with the steps that they touch; everything when `shown` covers all edges. */
export function frequent(payload: ProcessPayload, shown: number): ProcessPayload {
  const ranked = [...payload.edges].sort((a, b) => b.count - a.count);
  if (shown >= ranked.length) return payload;
  const edges = ranked.slice(0, shown);
  const kept = new Set(edges.flatMap((edge) => [edge.source, edge.target]));
  for (const end of ["starts", "ends"] as const) {
    const first = [...payload.nodes].sort((a, b) => (b[end] ?? 0) - (a[end] ?? 0))[0];
    if (first) kept.add(first.id);
  }
  const chosen = new Set(edges);
  for (const id of kept) {
    for (const side of ["source", "target"] as const) {
      if (edges.some((edge) => edge[side] === id)) continue;
      const best = ranked.find((edge) => edge[side] === id && kept.has(edge.source) && kept.has(edge.target));
      if (best) chosen.add(best);
    }
  }
  return { ...payload, nodes: payload.nodes.filter((node) => kept.has(node.id)), edges: [...chosen] };
}

/** Top to bottom or left to right, whichever fills `room` better. */
export function placed(payload: ProcessPayload, room: { width: number; height: number }): Placed {
  const down = arranged(payload, "TB");
  if (room.width < 640) return down;
  const across = arranged(payload, "LR");
  const scale = (shape: Placed): number => Math.min(room.width / shape.width, room.height / shape.height, 1);
  return scale(across) > scale(down) * 1.05 ? across : down;
}

function arranged(payload: ProcessPayload, rankdir: "TB" | "LR"): Placed {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir, nodesep: 30, edgesep: 16, ranksep: rankdir === "TB" ? 22 : 26, marginx: 16, marginy: 16 });
  graph.setDefaultEdgeLabel(() => ({}));
  const nodes = new Map(payload.nodes.map((node) => [node.id, sized(node)]));
  for (const [id, { width, height }] of nodes) graph.setNode(id, { width, height });
  const labels = payload.edges.map((edge) => labelled(edge));
  payload.edges.forEach((edge, index) => {
    if (!nodes.has(edge.source) || !nodes.has(edge.target)) return;
    const { width, height } = labels[index]!;
    graph.setEdge(edge.source, edge.target, { width, height, labelpos: "c", weight: Math.log2(edge.count + 1) }, String(index));
  });
  const ends = withEnds(graph, payload.nodes);
  layout(graph);
  const shape = graph.graph() as { width?: number; height?: number };
  return {
    width: shape.width ?? 1,
    height: shape.height ?? 1,
    nodes: payload.nodes.map((node) => ({ node, ...nodes.get(node.id)!, ...point(graph.node(node.id)) })),
    edges: payload.edges.flatMap((edge, index) => {
      const found = graph.edge(edge.source, edge.target, String(index));
      if (!found) return [];
      const label = { ...labels[index]!, ...point(found) };
      if (edge.source !== edge.target) return [{ edge, points: found.points as Point[], label }];
      return [looped(edge, { ...nodes.get(edge.source)!, ...point(graph.node(edge.source)) }, label, rankdir === "LR")];
    }),
    markers: ends.markers.map((kind) => ({ kind, ...point(graph.node(kind === "start" ? START : END)) })),
    flows: ends.flows.map(([from, to, count]) => ({ points: graph.edge(from, to, "flow").points as Point[], count })),
  };
}

type Flow = [string, string, number];

/** Start and end stand as small circles, tied to the steps where most cases begin and end. */
function withEnds(graph: Graph, nodes: ProcessNode[]): { markers: ("start" | "end")[]; flows: Flow[] } {
  const markers: ("start" | "end")[] = [];
  const flows: Flow[] = [];
  for (const [kind, id, field] of [["start", START, "starts"], ["end", END, "ends"]] as const) {
    const total = nodes.reduce((sum, node) => sum + (node[field] ?? 0), 0);
    const tied = nodes.filter((node) => (node[field] ?? 0) > total * 0.02);
    if (!tied.length) continue;
    markers.push(kind);
    graph.setNode(id, { width: 26, height: 26 });
    for (const node of tied) flows.push(kind === "start" ? [id, node.id, node.starts ?? 0] : [node.id, id, node.ends ?? 0]);
  }
  for (const [from, to] of flows) graph.setEdge(from, to, { width: 0, height: 0, weight: 1 }, "flow");
  return { markers, flows };
}

/** A step that follows itself: a loop at its right, or below it when the process runs from left to right. */
function looped(edge: ProcessEdge, box: Point & { width: number; height: number }, label: PlacedEdge["label"], across: boolean): PlacedEdge {
  const { x, y, width, height } = box;
  if (across) {
    const bottom = y + height / 2;
    const points = [[-16, 0], [-22, 22], [0, 30], [22, 22], [16, 0]].map(([dx, dy]) => ({ x: x + dx!, y: bottom + dy! }));
    return { edge, points, label: { ...label, x, y: bottom + 26 + label.height / 2 } };
  }
  const right = x + width / 2;
  const points = [[0, -12], [26, -18], [34, 0], [26, 18], [0, 12]].map(([dx, dy]) => ({ x: right + dx!, y: y + dy! }));
  return { edge, points, label: { ...label, x: right + 28 + label.width / 2, y } };
}

function point(at: unknown): Point {
  const { x = 0, y = 0 } = (at ?? {}) as Partial<Point>;
  return { x, y };
}

function sized(node: ProcessNode): Omit<PlacedNode, "node" | "x" | "y"> {
  const lines = [shortened(node.name), node.line ?? countText(node.count) + (node.repeats ? `  ↻ ${countText(node.repeats)}` : "")];
  const width = Math.max(96, textWidth(lines[0]!, NAME_SIZE) + 30, textWidth(lines[1]!, LABEL_SIZE) + 30);
  return { width, height: 48, lines };
}

function shortened(name: string): string {
  let room = LONGEST;
  let kept = "";
  for (const letter of name) {
    room -= textWidth(letter, 10) / 10;
    if (room < 0) return `${kept.trimEnd()}…`;
    kept += letter;
  }
  return kept;
}

function labelled(edge: ProcessEdge): { width: number; height: number; lines: string[] } {
  const lines = edge.lines ?? [countText(edge.count), ...(edge.median === null ? [] : [durationText(edge.median)])];
  return { lines, width: Math.max(...lines.map((line) => textWidth(line, LABEL_SIZE))) + 12, height: lines.length * 14 + 4 };
}
