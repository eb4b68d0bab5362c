/** Importance against performance: four fields, each item with its intervals; shape as well as colour says what is sure. */
import { countText, textWidth, valueText } from "./numbers";
import type { QuadrantItem, QuadrantsPayload } from "./payloads";
import { onSurface, tipLine, tipTitle, tooltip, type Chart, type Drawing, type Frame } from "./surface";

const RADIUS = 9;

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export function quadrants(host: HTMLElement, payload: QuadrantsPayload): Chart {
  return onSurface(host, (frame) => drawing(payload, frame));
}

function drawing(payload: QuadrantsPayload, frame: Frame): Drawing {
  const { theme } = frame;
  const { items, words } = payload;
  const axis = (name: string | undefined, low: number, high: number): Record<string, unknown> => ({
    type: "value",
    name,
    nameLocation: "middle",
    nameTextStyle: { color: theme.text, fontSize: 12 },
    min: low,
    max: high,
    axisLine: { show: true, lineStyle: { color: theme.line } },
    axisLabel: { color: theme.muted, fontSize: 11, showMinLabel: false, showMaxLabel: false, formatter: (at: number) => valueText(at, "number") },
    splitLine: { show: false },
  });
  const [left, right] = extent(items, "x", payload.cross.x);
  const [bottom, top] = extent(items, "y", payload.cross.y);
  return {
    option: {
      grid: { left: 52, right: 8, top: 8, bottom: 42 },
      tooltip: tooltip(theme, (point: { seriesIndex: number; dataIndex: number }) => (point.seriesIndex === 1 ? tip(payload, point.dataIndex) : ""), "item"),
      xAxis: { ...axis(words.x, left, right), nameGap: 24 },
      yAxis: { ...axis(words.y, bottom, top), nameGap: 36 },
      series: [fields(payload, frame), points(payload, frame)],
    },
    open: (index) => items[index]?.href,
  };
}

function extent(items: QuadrantItem[], axis: "x" | "y", cross: number): [number, number] {
  const all = items.flatMap((item) => [item[axis], item[`${axis}_low`], item[`${axis}_high`]]).filter((value): value is number => value != null);
  const low = Math.min(cross, ...all);
  const high = Math.max(cross, ...all);
  const room = (high - low || 1) * 0.12;
  return [low - room, high + room];
}

/** The cross-hair and the names of the fields, each in its corner. */
function fields({ cross, words }: QuadrantsPayload, { theme, narrow }: Frame): unknown {
  return {
    type: "custom",
    silent: true,
    z: 1,
    tooltip: { show: false },
    data: [[cross.x, cross.y]],
    renderItem: (place: any, api: any) => {
      const [x, y] = api.coord([cross.x, cross.y]) as [number, number];
      const box = place.coordSys as { x: number; y: number; width: number; height: number };
      const line = (shape: Record<string, number>): unknown => ({ type: "line", shape, style: { stroke: theme.muted, lineWidth: 1.25, lineDash: [5, 4] } });
      const name = (text: string | undefined, right: boolean, low: boolean): unknown => ({
        type: "text",
        x: right ? box.x + box.width - 6 : box.x + 6,
        y: low ? box.y + box.height - 6 : box.y + 6,
        style: { text: text ?? "", fill: theme.muted, fontSize: narrow ? 11 : 12, fontWeight: 600, fontFamily: theme.font, textAlign: right ? "right" : "left", textVerticalAlign: low ? "bottom" : "top" },
      });
      return {
        type: "group",
        children: [
          { type: "rect", shape: { x: box.x, y: box.y, width: x - box.x, height: y - box.y }, style: { fill: theme.status.missed, opacity: 0.06 } },
          line({ x1: x, y1: box.y, x2: x, y2: box.y + box.height }),
          line({ x1: box.x, y1: y, x2: box.x + box.width, y2: y }),
          name(words.concentrate, false, false),
          name(words.keep_up, true, false),
          name(words.low_priority, false, true),
          name(words.overkill, true, true),
        ],
      };
    },
  };
}

function points({ items, cross }: QuadrantsPayload, frame: Frame): unknown {
  const { theme, narrow } = frame;
  let taken: Box[] = [];
  return {
    type: "custom",
    z: 5,
    cursor: "pointer",
    data: items.map((item) => [item.x, item.y]),
    renderItem: (place: any, api: any) => {
      const item = items[place.dataIndex]!;
      const at = (x: number, y: number): [number, number] => api.coord([x, y]);
      if (place.dataIndex === 0) taken = items.map((other) => around(at(other.x, other.y)));
      const [x, y] = at(item.x, item.y);
      const colour = theme.status[item.status];
      const children: unknown[] = [...whiskers(item, at, colour), mark(item, x, y, colour, theme.surface), number(item, x, y, frame, colour)];
      if (!narrow) children.push(label(item, x, y, place.coordSys, at(cross.x, cross.y), taken, frame));
      return { type: "group", children };
    },
  };
}

function around([x, y]: [number, number]): Box {
  return { left: x - RADIUS - 1, right: x + RADIUS + 1, top: y - RADIUS - 1, bottom: y + RADIUS + 1 };
}

function whiskers(item: QuadrantItem, at: (x: number, y: number) => [number, number], colour: string): unknown[] {
  const style = { stroke: colour, lineWidth: 1.25, opacity: 0.55 };
  const line = (from: [number, number], to: [number, number]): unknown => ({ type: "line", shape: { x1: from[0], y1: from[1], x2: to[0], y2: to[1] }, style });
  const drawn: unknown[] = [];
  if (item.x_low != null && item.x_high != null) drawn.push(line(at(item.x_low, item.y), at(item.x_high, item.y)));
  if (item.y_low != null && item.y_high != null) drawn.push(line(at(item.x, item.y_low), at(item.x, item.y_high)));
  return drawn;
}

/** Clear: a filled circle. Undecided: a hollow diamond. */
function mark(item: QuadrantItem, x: number, y: number, colour: string, ground: string): unknown {
  if (!item.undecided) return { type: "circle", shape: { cx: x, cy: y, r: RADIUS }, style: { fill: colour, stroke: ground, lineWidth: 1 } };
  const far = RADIUS + 3;
  return { type: "polygon", shape: { points: [[x, y - far], [x + far, y], [x, y + far], [x - far, y]] }, style: { fill: ground, stroke: colour, lineWidth: 2 } };
}

function number(item: QuadrantItem, x: number, y: number, { theme }: Frame, colour: string): unknown {
  const fill = item.undecided ? colour : theme.surface;
  return { type: "text", x, y, style: { text: String(item.number), fill, fontSize: 10, fontWeight: 700, fontFamily: theme.font, textAlign: "center", textVerticalAlign: "middle" } };
}

/** The name beside its mark, where it covers nothing; without such a place the number has to do. */
function label(item: QuadrantItem, x: number, y: number, box: any, [crossX]: [number, number], taken: Box[], { theme }: Frame): unknown {
  const width = textWidth(item.name, 12);
  const gap = RADIUS + 5;
  const sides: Box[] = [
    { left: x + gap, right: x + gap + width, top: y - 8, bottom: y + 8 },
    { left: x - gap - width, right: x - gap, top: y - 8, bottom: y + 8 },
    { left: x - width / 2, right: x + width / 2, top: y - gap - 15, bottom: y - gap + 1 },
    { left: x - width / 2, right: x + width / 2, top: y + gap - 1, bottom: y + gap + 15 },
  ];
  if (x < crossX && x + gap + width > crossX) sides.push(sides.shift()!);
  const names = 22; // the names of the fields stand in the corners
  const fits = (place: Box): boolean =>
    place.left > box.x + 2 && place.right < box.x + box.width - 2 && place.top > box.y + names && place.bottom < box.y + box.height - names && !taken.some((other) => place.left < other.right && place.right > other.left && place.top < other.bottom && place.bottom > other.top);
  const found = sides.find(fits);
  if (!found) return { type: "text", silent: true, style: { text: "" } };
  taken.push(found);
  return { type: "text", x: found.left, y: (found.top + found.bottom) / 2, style: { text: item.name, fill: theme.text, fontSize: 12, fontFamily: theme.font, textVerticalAlign: "middle" } };
}

function tip({ items, words }: QuadrantsPayload, at: number): string {
  const item = items[at];
  if (!item) return "";
  const value = (name: string | undefined, middle: number, low?: number | null, high?: number | null): string =>
    tipLine(name, valueText(middle, "number") + (low != null && high != null ? ` (${valueText(low, "number")}–${valueText(high, "number")})` : ""));
  const rows = [
    tipTitle(`${item.number} ${item.name}`),
    tipLine(undefined, `${words[item.field] ?? ""} · ${(item.undecided ? words.undecided : words.clear) ?? ""}`),
    value(words.y, item.y, item.y_low, item.y_high),
    value(words.x, item.x, item.x_low, item.x_high),
  ];
  if (item.n != null) rows.push(tipLine(words.n, countText(item.n)));
  return rows.join("\n");
}
