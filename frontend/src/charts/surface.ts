/** The one place that talks to ECharts' life cycle: create, redraw on size and theme, dispose. */
import { BarChart, CustomChart, LineChart } from "echarts/charts";
import { GraphicComponent, GridComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import type { ECharts, EChartsCoreOption } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { readTheme, type Theme } from "./theme";

echarts.use([
  BarChart,
  CustomChart,
  LineChart,
  GraphicComponent,
  GridComponent,
  MarkLineComponent,
  TooltipComponent,
  SVGRenderer,
]);

/** A chart on the page, as the page sees it. */
export interface Chart {
  redraw(): void;
  dispose(): void;
}

export interface Frame {
  width: number;
  height: number;
  theme: Theme;
  narrow: boolean;
}

/** What a kind of chart answers: its option, and perhaps what can only be drawn once the axes are known. */
export interface Drawing {
  option: EChartsCoreOption;
  after?: (chart: ECharts) => EChartsCoreOption;
  open?: (index: number) => string | undefined;
}

export const FONT_SIZE = 12;

export function onSurface(host: HTMLElement, draw: (frame: Frame) => Drawing): Chart {
  const chart = echarts.init(host, undefined, { renderer: "svg", width: host.clientWidth, height: host.clientHeight });
  let open: Drawing["open"];
  const redraw = (): void => {
    const width = host.clientWidth;
    const height = host.clientHeight;
    if (!width || !height) return;
    const theme = readTheme(host);
    chart.resize({ width, height });
    const drawing = draw({ width, height, theme, narrow: width < 480 });
    open = drawing.open;
    chart.setOption({ ...base(theme), ...drawing.option }, { notMerge: true });
    if (drawing.after) chart.setOption(drawing.after(chart));
  };
  chart.on("click", (event) => {
    const address = open?.(event.dataIndex);
    if (address) window.location.assign(address);
  });
  redraw();
  return { redraw, dispose: () => chart.dispose() };
}

function base(theme: Theme): EChartsCoreOption {
  return {
    animation: false,
    useUTC: true,
    textStyle: { fontFamily: theme.font, color: theme.text },
  };
}

export function grid(right: number, top = 14): Record<string, unknown> {
  return { left: 2, right, top, bottom: 2, outerBoundsMode: "same", outerBoundsContain: "axisLabel" };
}

export function tooltip(theme: Theme, formatter: (parameters: any) => string, trigger: "axis" | "item" = "axis") {
  return {
    trigger,
    renderMode: "richText",
    confine: true,
    transitionDuration: 0,
    backgroundColor: theme.surface,
    borderColor: theme.line,
    borderWidth: 1,
    padding: [8, 10],
    textStyle: {
      color: theme.text,
      fontSize: FONT_SIZE,
      lineHeight: 18,
      rich: { t: { fontWeight: 600, fontSize: FONT_SIZE, lineHeight: 20 }, m: { color: theme.muted, fontSize: FONT_SIZE } },
    },
    axisPointer: { type: "line", lineStyle: { color: theme.muted, width: 1, type: "solid", opacity: 0.5 } },
    formatter,
  };
}

/** One line of a tooltip; what a name may contain must not be read as markup. */
export function tipLine(name: string | undefined, value: string): string {
  return name ? `{m|${plain(name)}}  ${plain(value)}` : plain(value);
}

export function tipTitle(text: string): string {
  return `{t|${plain(text)}}`;
}

function plain(text: string): string {
  return text.replaceAll("{", "(").replaceAll("}", ")").replaceAll("|", "/");
}
