/** Numbers as the reader's language writes them. Units come from the language's own data, never from here. */
import type { Maybe, Unit } from "./payloads";

const formats = new Map<string, Intl.NumberFormat>();

function language(): string {
  return document.documentElement.lang || "zh-Hans";
}

type Options = Intl.NumberFormatOptions & { roundingMode?: "halfEven" };

function format(value: number, options: Options): string {
  const key = language() + JSON.stringify(options);
  let found = formats.get(key);
  if (!found) formats.set(key, (found = new Intl.NumberFormat(language(), options)));
  return found.format(value);
}

const UNIT_NAMES: Partial<Record<Unit, string>> = {
  seconds: "second",
  minutes: "minute",
  hours: "hour",
  days: "day",
};

/** The length of a unit's name that the pages use: s, min, h, days. */
const UNIT_DISPLAYS: Record<string, "narrow" | "short" | "long"> = { second: "narrow", minute: "short", hour: "narrow", day: "long" };

/** Percent and per mille are shares of one. */
const FACTORS: Partial<Record<Unit, number>> = { percent: 100, per_thousand: 1000 };

/** Decimal places as the pages and sentences give them: fewer for larger numbers. */
function places(shown: number, unit: Unit): number {
  const size = Math.abs(shown);
  if (Number.isInteger(Math.round(shown * 1e6) / 1e6)) return 0;
  if (unit === "percent") return size < 1 ? 2 : 1;
  if (unit === "count") return 1;
  return size >= 100 ? 0 : size >= 10 ? 1 : 2;
}

/** A value with its unit: 0.912 percent → 91.2 %. */
export function valueText(value: Maybe | undefined, unit: Unit): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const shown = value * (FACTORS[unit] ?? 1);
  return withUnit(number(shown, places(shown, unit)), unit);
}

/** The same for an axis: times go without their unit, which stands in the title of the chart. */
export function axisText(value: number, unit: Unit): string {
  const shown = value * (FACTORS[unit] ?? 1);
  const text = number(shown, Math.abs(shown) < 10 ? 2 : 1);
  return FACTORS[unit] ? withUnit(text, unit) : text;
}

function number(shown: number, digits: number): string {
  const text = format(shown, { maximumFractionDigits: digits, roundingMode: "halfEven" }); // as Python rounds
  return chinese() ? text.replaceAll(",", "\u00a0") : text;
}

function chinese(): boolean {
  return language().startsWith("zh");
}

function withUnit(text: string, unit: Unit): string {
  const space = chinese() ? "\u00a0" : "";
  if (unit === "percent") return `${text}${space}%`;
  if (unit === "per_thousand") return `${text}${space}‰`;
  const name = UNIT_NAMES[unit];
  return name ? `${text}\u00a0${unitName(name)}` : text;
}

/** What the language calls a unit of time: 分钟, min. */
function unitName(unit: string): string {
  const parts = new Intl.NumberFormat(language(), { style: "unit", unit, unitDisplay: UNIT_DISPLAYS[unit] }).formatToParts(2);
  return parts.find((part) => part.type === "unit")?.value ?? "";
}

export function countText(value: number): string {
  return number(value, 0);
}

/** Seconds in the unit that reads best. */
export function durationText(seconds: Maybe | undefined): string {
  if (seconds === null || seconds === undefined) return "–";
  const size = Math.abs(seconds);
  const scales = [["second", 1, 90], ["minute", 60, 5400], ["hour", 3600, 172800], ["day", 86400, Infinity]] as const;
  const [unit, scale] = scales.find(([, , below]) => size < below)!;
  const value = seconds / scale;
  return `${number(value, Math.abs(value) < 10 && unit !== "second" ? 1 : 0)}\u00a0${unitName(unit)}`;
}

/** Width of a text in pixels, near enough for laying out labels: a Han character is a full em. */
export function textWidth(text: string, size: number): number {
  let ems = 0;
  for (const letter of text) ems += letter.codePointAt(0)! > 0x2e7f ? 1 : /[il.,:;'|! ]/.test(letter) ? 0.32 : 0.58;
  return Math.ceil(ems * size);
}
