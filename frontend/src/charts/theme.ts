/** Colours and sizes of the charts, read from the style sheet so that light and dark have one source. */
import type { Status } from "./payloads";

export interface Theme {
  text: string;
  muted: string;
  faint: string;
  line: string;
  surface: string;
  accent: string;
  accentSoft: string;
  limit: string;
  signal: string;
  quiet: string;
  status: Record<Status, string>;
  palette: string[];
  font: string;
}

export function readTheme(host: HTMLElement): Theme {
  const style = getComputedStyle(host);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  return {
    text: read("--ql-text"),
    muted: read("--ql-muted"),
    faint: read("--ql-grid"),
    line: read("--ql-border"),
    surface: read("--ql-surface"),
    accent: read("--ql-accent-line"),
    accentSoft: read("--ql-accent-band"),
    limit: read("--ql-limit"),
    signal: read("--ql-missed-line"),
    quiet: read("--ql-quiet"),
    status: {
      met: read("--ql-met-line"),
      warning: read("--ql-warning-line"),
      missed: read("--ql-missed-line"),
      insufficient: read("--ql-insufficient-line"),
    },
    palette: [1, 2, 3, 4, 5, 6].map((number) => read(`--ql-series-${number}`)),
    font: style.fontFamily,
  };
}
