/** Pareto: causes by size, the cumulative share, and the 80 % line; the vital few carry the accent. */
import { axisText, countText, textWidth, valueText } from "./numbers";
import type { ParetoPayload } from "./payloads";
import { FONT_SIZE, grid, onSurface, tipLine, tipTitle, tooltip, type Chart, type Drawing, type Frame } from "./surface";

export function pareto(host: HTMLElement, payload: ParetoPayload): Chart {
  return onSurface(host, (frame) => drawing(payload, frame));
}

function drawing(payload: ParetoPayload, frame: Frame): Drawing {
  const { theme, width, narrow } = frame;
  const items = payload.items;
  const total = items.reduce((sum, item) => sum + item.value, 0) || 1;
  let sum = 0;
  const cumulative = items.map((item) => (sum += item.value) / total);
  const line = payload.line ?? 0.8;
  const vital = cumulative.findIndex((share) => share >= line - 1e-9);
  const room = (width - 90) / Math.max(items.length, 1);
  const size = narrow ? 10 : 11;
  return {
    option: {
      grid: grid(2, 26),
      tooltip: tooltip(theme, (points: { dataIndex: number }[]) => {
        const at = points[0]?.dataIndex ?? 0;
        return [
          tipTitle(items[at]?.name ?? ""),
          tipLine(payload.words.count, countText(items[at]?.value ?? 0)),
          tipLine(payload.words.cumulative, valueText(cumulative[at], "percent")),
        ].join("\n");
      }),
      xAxis: {
        type: "category",
        data: items.map((item) => item.name),
        axisLine: { lineStyle: { color: theme.line } },
        axisTick: { show: false },
        axisLabel: {
          color: theme.muted,
          fontSize: size,
          lineHeight: size + 3,
          interval: 0,
          margin: 8,
          formatter: (name: string) => folded(name, room - 4, size),
        },
      },
      yAxis: [
        {
          type: "value",
          max: total,
          show: true,
          interval: niceCount(total),
          axisLabel: { color: theme.muted, fontSize: 11, formatter: countText, showMaxLabel: false },
          splitLine: { lineStyle: { color: theme.faint } },
        },
        {
          type: "value",
          min: 0,
          max: 1,
          interval: 0.2,
          axisLabel: { color: theme.muted, fontSize: 11, formatter: (value: number) => axisText(value, "percent") },
          splitLine: { show: false },
        },
      ],
      series: [
        {
          type: "bar",
          data: items.map((item, index) => ({
            value: item.value,
            itemStyle: { color: index <= vital ? theme.accent : theme.quiet },
            // The line starts on top of the first bar, so that bar carries its label inside.
            label: index === 0 && item.value / total > 0.12 ? { position: "inside", color: theme.surface } : undefined,
          })),
          barWidth: "62%",
          barMaxWidth: 44,
          itemStyle: { borderRadius: [3, 3, 0, 0] },
          label: { show: true, position: "top", color: theme.text, fontSize: 11, formatter: ({ value }: any) => countText(value) },
          cursor: items.some((item) => item.href) ? "pointer" : "default",
        },
        {
          type: "line",
          yAxisIndex: 1,
          data: cumulative,
          symbol: "circle",
          symbolSize: 6,
          cursor: "default",
          lineStyle: { color: theme.status.warning, width: 2 },
          itemStyle: { color: theme.surface, borderColor: theme.status.warning, borderWidth: 2 },
          markLine: {
            silent: true,
            symbol: "none",
            precision: 12,
            data: [{ yAxis: line }],
            lineStyle: { color: theme.signal, type: [5, 4], width: 1.25 },
            label: { position: "insideStartTop", color: theme.text, fontSize: FONT_SIZE - 1, formatter: valueTextShort(line) },
          },
        },
      ],
    },
    open: (index) => items[index]?.href,
  };
}

function valueTextShort(share: number): string {
  return axisText(share, "percent");
}

function niceCount(total: number): number {
  const raw = total / 5;
  const power = 10 ** Math.floor(Math.log10(Math.max(raw, 1)));
  return Math.max(1, [1, 2, 2.5, 5, 10].find((factor) => factor * power >= raw - 1e-9)! * power);
}

/** At most three lines that fit under a bar; the tooltip has the whole name. */
function folded(name: string, room: number, size: number): string {
  const rows: string[] = [""];
  for (const piece of name.match(/[\u2e80-\uffff]|[^\u2e80-\uffff\s]+\s?|\s/g) ?? []) {
    const row = rows.at(-1)!;
    if (row && textWidth(row + piece, size) > room) rows.push(piece);
    else rows[rows.length - 1] = row + piece;
  }
  const kept = rows.slice(0, 3);
  if (rows.length > 3) kept[2] = `${kept[2]!.slice(0, Math.max(1, kept[2]!.length - 1))}…`;
  return kept.join("\n");
}
