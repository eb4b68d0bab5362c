/** What pages and reports hand to the charts. `frontend/README.md` explains the fields. All words come from there. */

export type Unit =
  | "percent"
  | "minutes"
  | "hours"
  | "seconds"
  | "days"
  | "points"
  | "count"
  | "per_thousand"
  | "number";

export type Status = "met" | "warning" | "missed" | "insufficient";
export type Maybe = number | null;
export type Words = Record<string, string | undefined>;

export interface Series {
  name: string;
  values: Maybe[];
  low?: Maybe[];
  high?: Maybe[];
  n?: Maybe[];
}

export interface TrendPayload {
  unit: Unit;
  labels: string[];
  series: Series[];
  target?: Maybe;
  warning?: Maybe;
  targets?: Maybe[];
  warnings?: Maybe[];
  marks?: { at: number; text: string }[];
  center?: Maybe[];
  lower?: Maybe[];
  upper?: Maybe[];
  signals?: number[];
  better?: "higher" | "lower";
  words: Words;
}

export interface SparkPayload {
  values: Maybe[];
  status?: Status | null;
  target?: Maybe;
  words?: Words;
}

export interface ParetoItem {
  name: string;
  value: number;
  href?: string;
}

export interface ParetoPayload {
  items: ParetoItem[];
  line?: number;
  words: Words;
}

export interface BarItem {
  name: string;
  value: Maybe;
  low?: Maybe;
  high?: Maybe;
  n?: Maybe;
  status?: Status | null;
  href?: string;
}

export interface BarsPayload {
  unit: Unit;
  items: BarItem[];
  target?: Maybe;
  warning?: Maybe;
  words: Words;
}

/** How two sides of a process differ at a step or on a path. */
export type Mark = "better" | "worse" | "difference";

export interface ProcessNode {
  id: string;
  name: string;
  count: number;
  starts?: number;
  ends?: number;
  repeats?: number;
  line?: string;
  mark?: Mark;
}

export interface ProcessEdge {
  source: string;
  target: string;
  count: number;
  median: Maybe;
  p90?: Maybe;
  lines?: string[];
  mark?: Mark;
}

export interface ProcessPayload {
  nodes: ProcessNode[];
  edges: ProcessEdge[];
  words: Words;
}

export interface QuadrantItem {
  name: string;
  number: number;
  x: number;
  y: number;
  x_low?: Maybe;
  x_high?: Maybe;
  y_low?: Maybe;
  y_high?: Maybe;
  n?: Maybe;
  undecided: boolean;
  field: "concentrate" | "keep_up" | "low_priority" | "overkill";
  status: Status;
  href?: string;
}

export interface QuadrantsPayload {
  items: QuadrantItem[];
  cross: { x: number; y: number };
  words: Words;
}
