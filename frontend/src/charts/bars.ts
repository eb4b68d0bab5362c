/** One bar per group with its interval; colour says the status, the page beside it says it in words. */
import { axisText, countText, textWidth, valueText } from "./numbers";
import type { BarItem, BarsPayload } from "./payloads";
import { grid, onSurface, tipLine, tipTitle, tooltip, type Chart, type Drawing, type Frame } from "./surface";

const ROW = 30;

export function bars(host: HTMLElement, payload: BarsPayload): Chart {
  host.style.height = `${payload.items.length * ROW + 50}px`;
  return onSurface(host, (frame) => drawing(payload, frame));
}

function drawing(payload: BarsPayload, frame: Frame): Drawing {
  const { theme, width, narrow } = frame;
  const { unit, items } = payload;
  const value = (item: BarItem): string => valueText(item.value, unit);
  const right = Math.max(30, ...items.map((item) => textWidth(value(item), 12))) + 12;
  return {
    option: {
      grid: grid(right, 26),
      tooltip: tooltip(theme, (points: { dataIndex: number }[]) => tip(payload, points[0]?.dataIndex ?? 0)),
      xAxis: {
        type: "value",
        max: ceiling(payload),
        axisLabel: { color: theme.muted, fontSize: 11, hideOverlap: true, formatter: (at: number) => axisText(at, unit) },
        splitLine: { lineStyle: { color: theme.faint } },
      },
      yAxis: {
        type: "category",
        inverse: true,
        data: items.map((item) => item.name),
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: { color: theme.text, fontSize: 12, width: width * (narrow ? 0.3 : 0.28), overflow: "truncate", interval: 0 },
      },
      series: [
        {
          type: "bar",
          barWidth: 14,
          cursor: items.some((item) => item.href) ? "pointer" : "default",
          data: items.map((item) => ({
            value: item.value,
            itemStyle: { color: item.status ? theme.status[item.status] : theme.accent, borderRadius: [0, 3, 3, 0], opacity: item.status === "insufficient" ? 0.6 : 0.9 },
          })),
          markLine: { silent: true, symbol: "none", precision: 12, data: marks(payload, frame) },
        },
        whiskers(items, theme.text),
        endValues(items, frame, right, value),
      ],
    },
    open: (index) => items[index]?.href,
  };
}

function ceiling(payload: BarsPayload): number | undefined {
  const values = payload.items.flatMap((item) => [item.value, item.high]).filter((value): value is number => value != null);
  const highest = Math.max(...values, payload.target ?? -Infinity, payload.warning ?? -Infinity);
  return payload.unit === "percent" && highest <= 1 && highest > 0.7 ? 1 : undefined;
}

function marks(payload: BarsPayload, { theme, narrow }: Frame): unknown[] {
  const mark = (at: number | null | undefined, word: string | undefined, colour: string, shown: boolean): unknown[] =>
    at == null
      ? []
      : [
          {
            xAxis: at,
            lineStyle: { color: colour, width: 1.5, type: [2, 3] },
            label: { show: shown, position: "start", color: theme.muted, fontSize: 11, formatter: `${word ?? ""} ${valueText(at, payload.unit)}` },
          },
        ];
  const near = payload.target != null && payload.warning != null && narrow;
  return [
    ...mark(payload.target, payload.words.target, theme.status.met, true),
    ...mark(payload.warning, payload.words.warning, theme.status.warning, payload.target == null && !near),
  ];
}

function whiskers(items: BarItem[], colour: string): unknown {
  return {
    type: "custom",
    silent: true,
    clip: true,
    z: 6,
    tooltip: { show: false },
    encode: { x: [1, 2], y: 0 },
    data: items.flatMap((item, index) => (item.low == null || item.high == null ? [] : [[index, item.low, item.high]])),
    renderItem: (_: unknown, api: any) => {
      const [left, y] = api.coord([api.value(1), api.value(0)]) as [number, number];
      const right = api.coord([api.value(2), api.value(0)])[0] as number;
      return {
        type: "path",
        shape: { pathData: `M${left},${y - 4}v8M${right},${y - 4}v8M${left},${y}H${right}` },
        style: { stroke: colour, lineWidth: 1.25, fill: "none", opacity: 0.8 },
      };
    },
  };
}

/** Values stand in a column at the right edge, where they can be compared. */
function endValues(items: BarItem[], { width, theme }: Frame, right: number, text: (item: BarItem) => string): unknown {
  return {
    type: "custom",
    silent: true,
    z: 7,
    tooltip: { show: false },
    encode: { x: -1, y: 0 },
    data: items.map((_, index) => [index]),
    renderItem: (parameters: { dataIndex: number }, api: any) => ({
      type: "text",
      x: width - right + right - 2,
      y: api.coord([0, api.value(0)])[1],
      style: {
        text: text(items[parameters.dataIndex]!),
        fill: theme.text,
        fontSize: 12,
        fontFamily: theme.font,
        textAlign: "right",
        textVerticalAlign: "middle",
      },
    }),
  };
}

function tip({ items, unit, words, target }: BarsPayload, at: number): string {
  const item = items[at];
  if (!item) return "";
  const rows = [tipTitle(item.name), tipLine(words.value, valueText(item.value, unit))];
  if (item.low != null && item.high != null) rows.push(tipLine(words.interval, `${valueText(item.low, unit)} – ${valueText(item.high, unit)}`));
  if (item.n != null) rows.push(tipLine(words.n, countText(item.n)));
  if (target != null) rows.push(tipLine(words.target, valueText(target, unit)));
  if (item.status && words[item.status]) rows.push(tipLine(undefined, words[item.status]!));
  return rows.join("\n");
}
