/** Run chart: values with their interval, control limits beside target and warning, signals by shape and colour. */
import type { ECharts } from "echarts/core";
import { axisText, countText, textWidth, valueText } from "./numbers";
import type { Maybe, Series, TrendPayload } from "./payloads";
import { grid, onSurface, tipLine, tipTitle, tooltip, type Chart, type Drawing, type Frame } from "./surface";

interface Edge {
  value: number;
  text: string;
  colour: string;
  y: number;
}

const LABEL_SIZE = 11;
const LABEL_GAP = 14;

export function trend(host: HTMLElement, payload: TrendPayload): Chart {
  return onSurface(host, (frame) => drawing(payload, frame));
}

function drawing(payload: TrendPayload, frame: Frame): Drawing {
  const edges = edgeLabels(payload, frame);
  const right = edges.length ? Math.max(...edges.map((edge) => textWidth(edge.text, LABEL_SIZE))) + 14 : 12;
  const [low, high, step] = span(payload);
  const { theme } = frame;
  return {
    option: {
      grid: grid(right, 12),
      tooltip: tooltip(theme, (points) => tip(payload, points)),
      xAxis: {
        type: "category",
        data: payload.labels,
        boundaryGap: payload.labels.length < 3,
        axisLine: { lineStyle: { color: theme.line } },
        axisTick: { show: false },
        axisLabel: { color: theme.muted, fontSize: 11, hideOverlap: true, margin: 10 },
      },
      yAxis: {
        type: "value",
        min: low,
        max: high,
        interval: step,
        axisLabel: { color: theme.muted, fontSize: 11, formatter: (value: number) => axisText(value, payload.unit) },
        splitLine: { lineStyle: { color: theme.faint } },
      },
      series: [...bands(payload, frame), ...limits(payload, frame), ...lines(payload, frame)],
    },
    after: (chart) => ({ graphic: placed(chart, edges, frame, right) }),
  };
}

function lines(payload: TrendPayload, { theme, narrow }: Frame): unknown[] {
  const signals = new Set(payload.signals ?? []);
  return payload.series.map((series, index) => {
    const colour = index === 0 ? theme.accent : theme.palette[index % theme.palette.length]!;
    return {
      type: "line",
      name: series.name,
      z: 5,
      symbol: "circle",
      symbolSize: payload.labels.length > 60 ? 0 : narrow ? 4 : 5,
      showAllSymbol: true,
      lineStyle: { color: colour, width: 2 },
      itemStyle: { color: colour },
      data: series.values.map((value, at) =>
        index === 0 && signals.has(at)
          ? {
              value,
              symbol: "diamond",
              symbolSize: 13,
              itemStyle: { color: signalColour(payload, at, theme), borderColor: theme.surface, borderWidth: 1.5 },
            }
          : value,
      ),
      markLine: index === 0 ? targetLines(payload, theme) : undefined,
    };
  });
}

/** A signal on the good side of the centre is good news. */
function signalColour(payload: TrendPayload, at: number, theme: Frame["theme"]): string {
  const value = payload.series[0]?.values[at];
  const center = payload.center?.[at];
  if (!payload.better || value == null || center == null) return theme.signal;
  return value > center === (payload.better === "higher") ? theme.status.met : theme.signal;
}

function targetLines(payload: TrendPayload, theme: Frame["theme"]): unknown {
  const data: unknown[] = (payload.marks ?? []).map(({ at, text }) => ({
    xAxis: at,
    lineStyle: { color: theme.quiet, width: 1, type: "solid" },
    label: { show: true, formatter: text, position: "insideEndTop", rotate: 0, color: theme.muted, fontSize: 11 },
  }));
  if (payload.target != null && !payload.targets) {
    data.push({ yAxis: payload.target, lineStyle: { color: theme.status.met, width: 1.5, type: [2, 3] } });
  }
  if (payload.warning != null && !payload.warnings) {
    data.push({ yAxis: payload.warning, lineStyle: { color: theme.status.warning, width: 1.5, type: [2, 3] } });
  }
  return { silent: true, symbol: "none", precision: 12, label: { show: false }, data };
}

function limits(payload: TrendPayload, { theme }: Frame): unknown[] {
  const step = (data: Maybe[] | undefined, lineStyle: object): unknown[] =>
    data?.some((value) => value !== null)
      ? [{ type: "line", step: "middle", symbol: "none", silent: true, z: 3, data, lineStyle, tooltip: { show: false } }]
      : [];
  const dashed = { color: theme.limit, width: 1.25, type: [6, 4] };
  return [
    ...step(payload.targets, { color: theme.status.met, width: 1.5, type: [2, 3] }),
    ...step(payload.warnings, { color: theme.status.warning, width: 1.5, type: [2, 3] }),
    ...step(payload.upper, dashed),
    ...step(payload.lower, dashed),
    ...step(payload.center, { color: theme.limit, width: 1, type: "solid", opacity: 0.75 }),
  ];
}

/** The interval of the first series: a band over neighbouring points, a whisker at a lonely one. */
function bands(payload: TrendPayload, { theme }: Frame): unknown[] {
  const series = payload.series[0];
  if (!series || payload.series.length > 1 || !series.low || !series.high) return [];
  const runs = intervalRuns(series);
  return [
    {
      type: "custom",
      silent: true,
      clip: true,
      z: 2,
      tooltip: { show: false },
      data: runs.map((_, index) => [index, 0]),
      encode: { x: -1, y: -1 },
      renderItem: (parameters: { dataIndex: number }, api: any) => {
        const run = runs[parameters.dataIndex]!;
        const at = (index: number, value: number): number[] => api.coord([index, value]);
        if (run.length === 1) {
          const [x, top] = at(run[0]!, series.high![run[0]!]!) as [number, number];
          const bottom = at(run[0]!, series.low![run[0]!]!)[1]!;
          return {
            type: "path",
            shape: { pathData: `M${x - 4},${top}h8M${x - 4},${bottom}h8M${x},${top}V${bottom}` },
            style: { stroke: theme.accent, lineWidth: 1.25, fill: "none", opacity: 0.7 },
          };
        }
        const points = [
          ...run.map((index) => at(index, series.high![index]!)),
          ...[...run].reverse().map((index) => at(index, series.low![index]!)),
        ];
        return { type: "polygon", shape: { points }, style: { fill: theme.accentSoft } };
      },
    },
  ];
}

function intervalRuns(series: Series): number[][] {
  const runs: number[][] = [];
  let open = false;
  series.values.forEach((value, index) => {
    const whole = value !== null && series.low?.[index] != null && series.high?.[index] != null;
    if (whole && open) runs[runs.length - 1]!.push(index);
    else if (whole) runs.push([index]);
    open = whole;
  });
  return runs;
}

/** Axis from all that must be seen; intervals widen it only up to a point, lest one tiny n flattens the rest. */
function span(payload: TrendPayload): [number, number, number] {
  const present = (values: (Maybe | undefined)[]): number[] => values.filter((value): value is number => value != null);
  const core = present([
    ...payload.series.flatMap((series) => series.values),
    payload.target,
    payload.warning,
    ...(payload.targets ?? []),
    ...(payload.warnings ?? []),
    ...(payload.lower ?? []),
    ...(payload.upper ?? []),
    ...(payload.center ?? []),
  ]);
  if (!core.length) return [0, 1, 0.25];
  let low = Math.min(...core);
  let high = Math.max(...core);
  const reach = Math.max((high - low) * 0.35, Math.abs(high) * 0.005, 1e-6);
  const first = payload.series.length === 1 ? payload.series[0]! : undefined;
  const ends = present([...(first?.low ?? []), ...(first?.high ?? [])]);
  low = Math.max(low - reach, Math.min(low - reach * 0.15, ...ends));
  high = Math.min(high + reach, Math.max(high + reach * 0.15, ...ends));
  const step = niceStep((high - low) / 4);
  low = Math.floor(low / step + 1e-9) * step;
  high = Math.ceil(high / step - 1e-9) * step;
  if (core.every((value) => value >= 0)) low = Math.max(low, 0);
  if (payload.unit === "percent" && core.every((value) => value <= 1)) high = Math.min(high, 1);
  return [low, high, step];
}

function niceStep(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 2.5, 5, 10].find((factor) => factor * power >= raw - 1e-12)! * power;
}

function last(values: Maybe[] | undefined): number | undefined {
  return values?.findLast((value): value is number => value !== null);
}

function edgeLabels(payload: TrendPayload, { theme }: Frame): Edge[] {
  const { words, unit } = payload;
  const wanted: [number | null | undefined, string | undefined, string][] = [
    [payload.target, words.target, theme.status.met],
    [payload.warning, words.warning, theme.status.warning],
    [last(payload.upper), words.limits, theme.limit],
    [last(payload.center), words.center, theme.limit],
    [last(payload.lower), words.limits, theme.limit],
  ];
  return wanted.flatMap(([value, word, colour]) =>
    value == null ? [] : [{ value, text: `${word ?? ""} ${valueText(value, unit)}`.trim(), colour, y: 0 }],
  );
}

/** Labels at the right edge, pushed apart where their lines lie close together. */
function placed(chart: ECharts, edges: Edge[], { width, height, theme }: Frame, right: number): unknown[] {
  for (const edge of edges) edge.y = chart.convertToPixel({ yAxisIndex: 0 }, edge.value) as unknown as number;
  const sorted = edges.filter((edge) => Number.isFinite(edge.y)).sort((a, b) => a.y - b.y);
  sorted.forEach((edge, index) => {
    const above = sorted[index - 1];
    if (above) edge.y = Math.max(edge.y, above.y + LABEL_GAP);
  });
  let floor = height - 26;
  for (const edge of [...sorted].reverse()) {
    edge.y = Math.min(edge.y, floor);
    floor = edge.y - LABEL_GAP;
  }
  return sorted.map((edge) => ({
    type: "group",
    silent: true,
    z: 8,
    children: [
      { type: "line", shape: { x1: width - right + 3, x2: width - right + 8, y1: edge.y, y2: edge.y }, style: { stroke: edge.colour, lineWidth: 2 } },
      {
        type: "text",
        x: width - right + 11,
        y: edge.y,
        style: { text: edge.text, fill: theme.muted, fontSize: LABEL_SIZE, fontFamily: theme.font, verticalAlign: "middle" },
      },
    ],
  }));
}

function tip(payload: TrendPayload, points: { dataIndex: number }[]): string {
  const at = points[0]?.dataIndex;
  if (at === undefined) return "";
  const { unit, words } = payload;
  const rows = [tipTitle(payload.labels[at] ?? "")];
  for (const series of payload.series) {
    rows.push(tipLine(series.name, valueText(series.values[at], unit)));
    const low = series.low?.[at];
    const high = series.high?.[at];
    if (low != null && high != null) rows.push(tipLine(words.interval, `${valueText(low, unit)} – ${valueText(high, unit)}`));
    if (series.n?.[at] != null) rows.push(tipLine(words.n, countText(series.n[at])));
  }
  const lower = payload.lower?.[at];
  const upper = payload.upper?.[at];
  if (lower != null || upper != null) rows.push(tipLine(words.limits, `${valueText(lower, unit)} – ${valueText(upper, unit)}`));
  const target = payload.targets ? payload.targets[at] : payload.target;
  if (target != null) rows.push(tipLine(words.target, valueText(target, unit)));
  if (payload.signals?.includes(at) && words.signal) rows.push(`◆ ${tipLine(undefined, words.signal)}`);
  return rows.join("\n");
}
