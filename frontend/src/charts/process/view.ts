/** The process map on the page: pan, zoom, fit, filter by frequency, selection by mouse and keyboard. */
import { countText, durationText } from "../numbers";
import type { ProcessEdge, ProcessPayload } from "../payloads";
import { element } from "../spark";
import type { Chart } from "../surface";
import { drawn, edgeKey, WAITING_STEPS } from "./draw";
import { frequent, placed, type Placed } from "./layout";

const FIRST_EDGES = 30; // more than this is a hairball; the slider brings the rest
const FIRST_EDGES_NARROW = 16;
const MOST_EDGES = 150; // beyond this nobody can follow a line, and laying it out takes seconds
const LARGEST = 3;
const READABLE = 0.72; // smaller than this nothing can be read: then the map is panned instead
const TALLEST = 900;

export function processMap(host: HTMLElement, payload: ProcessPayload): Chart {
  const map = new ProcessMap(host, payload);
  return { redraw: () => map.fit(), dispose: () => host.replaceChildren() };
}

class ProcessMap {
  private readonly svg: SVGElement;
  private readonly slider: HTMLInputElement;
  private readonly shownText: HTMLElement;
  private readonly waiting: (edge: ProcessEdge) => number;
  private scene: SVGElement = element("g", {});
  private shape: Placed | undefined;
  private selected: string | undefined;
  private scale = 1;
  private x = 0;
  private y = 0;

  constructor(
    private readonly host: HTMLElement,
    private readonly payload: ProcessPayload,
  ) {
    host.classList.add("ql-process");
    host.removeAttribute("role");
    this.svg = element("svg", { class: "ql-process__canvas", role: "group" });
    this.svg.setAttribute("aria-label", payload.words.label ?? host.getAttribute("aria-label") ?? "");
    this.waiting = waitingSteps(payload.edges);
    this.shownText = made("output", "ql-process__shown");
    this.slider = this.filter();
    host.replaceChildren(this.toolbar(), this.svg);
    this.svg.addEventListener("click", (event) => this.pick(event.target));
    this.svg.addEventListener("keydown", (event) => this.key(event as KeyboardEvent));
    this.minded();
    this.draw();
  }

  /** The map as large as it fits and no larger than life; unless the `whole` is asked for, never too small to read. */
  fit(whole = false): void {
    const { width, height } = this.room();
    if (!this.shape || !width || !height) return;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const least = whole ? 0 : width < 640 ? READABLE * 0.85 : READABLE;
    this.scale = Math.max(Math.min(width / this.shape.width, height / this.shape.height, 1), least);
    this.x = this.beginning(width, this.shape.width * this.scale);
    this.y = Math.max((height - this.shape.height * this.scale) / 2, 0);
    this.move();
  }

  /** Where the map's left edge stands: centred where all of it fits, else so that the start can be seen. */
  private beginning(room: number, whole: number): number {
    if (whole <= room) return (room - whole) / 2;
    const start = this.shape?.markers.find((marker) => marker.kind === "start")?.x ?? 0;
    return Math.min(0, Math.max(room / 2 - start * this.scale, room - whole));
  }

  private room(): { width: number; height: number } {
    return { width: this.svg.clientWidth, height: this.svg.clientHeight };
  }

  private draw(): void {
    const shown = Number(this.slider.value);
    const part = frequent(this.payload, shown);
    this.shape = placed(part, { width: this.room().width, height: TALLEST });
    this.scene = drawn(this.shape, this.waiting, this.payload.words);
    this.svg.replaceChildren(this.scene);
    this.shownText.textContent = `${countText(part.edges.length)} / ${countText(this.payload.edges.length)}`;
    const first = this.items()[0];
    first?.setAttribute("tabindex", "0");
    this.mark();
    this.stretch();
    this.fit();
  }

  /** As high as the map needs at this width, within reason; `ql-chart--fixed` leaves the height to the page. */
  private stretch(): void {
    if (this.host.classList.contains("ql-chart--fixed") || !this.shape) return;
    const { width } = this.room();
    const scale = Math.max(Math.min(width / this.shape.width, TALLEST / this.shape.height, 1), READABLE);
    const needed = Math.min(this.shape.height * scale, TALLEST * 1.3);
    const bar = this.host.clientHeight - this.svg.clientHeight;
    const most = Math.min(TALLEST, Math.max(window.innerHeight * 0.8, 560));
    this.host.style.height = `${Math.round(Math.min(Math.max(needed, 240), width < 640 ? most : needed) + bar)}px`;
  }

  private move(): void {
    this.scene.setAttribute("transform", `translate(${this.x} ${this.y}) scale(${this.scale})`);
  }

  private zoom(factor: number, x = this.room().width / 2, y = this.room().height / 2): void {
    const scale = Math.min(Math.max(this.scale * factor, 0.04), LARGEST);
    this.x = x - ((x - this.x) * scale) / this.scale;
    this.y = y - ((y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.move();
  }

  private items(): SVGElement[] {
    return [...this.scene.querySelectorAll<SVGElement>("[data-key]")].sort(
      (a, b) => Number(b.dataset.kind === "node") - Number(a.dataset.kind === "node"),
    );
  }

  private pick(target: EventTarget | null): void {
    const label = (target as Element | null)?.closest<SVGElement>("[data-label]")?.dataset.label;
    const item = label
      ? this.items().find((found) => found.dataset.key === label)
      : (target as Element | null)?.closest<SVGElement>("[data-key]");
    if (!item || this.dragged) return;
    const key = item.dataset.key!;
    this.selected = this.selected === key ? undefined : key;
    this.mark();
    const detail = this.selected === undefined ? null : this.detail(item.dataset.kind!, key);
    this.host.dispatchEvent(new CustomEvent("ql:select", { bubbles: true, detail }));
  }

  private detail(kind: string, key: string): object {
    if (kind === "node") return { kind, key, ...this.payload.nodes.find((node) => node.id === key) };
    return { kind, key, ...this.payload.edges.find((edge) => edgeKey(edge) === key) };
  }

  private mark(): void {
    for (const item of this.items()) {
      const chosen = item.dataset.key === this.selected;
      item.classList.toggle("is-selected", chosen);
      item.setAttribute("aria-pressed", String(chosen));
    }
    for (const label of this.scene.querySelectorAll<SVGElement>("[data-label]")) {
      label.classList.toggle("is-selected", label.dataset.label === this.selected);
    }
  }

  /** One tab stop; arrows walk through steps, then edges; Enter selects; + − 0 zoom. */
  private key(event: KeyboardEvent): void {
    const items = this.items();
    const at = items.indexOf(document.activeElement as unknown as SVGElement);
    const steps: Record<string, number> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    if (event.key in steps && at >= 0) {
      const next = items[(at + steps[event.key]! + items.length) % items.length]!;
      items[at]!.setAttribute("tabindex", "-1");
      next.setAttribute("tabindex", "0");
      next.focus();
    } else if (event.key === "Enter" || event.key === " ") this.pick(event.target);
    else if (event.key === "+" || event.key === "=") this.zoom(1.25);
    else if (event.key === "-") this.zoom(0.8);
    else if (event.key === "0") this.fit(true);
    else return;
    event.preventDefault();
  }

  private filter(): HTMLInputElement {
    const id = this.host.dataset.source ?? "";
    const outside = id && document.querySelector<HTMLInputElement>(`input[data-filter="${CSS.escape(id)}"]`);
    const slider = outside || made("input", "ql-process__slider");
    const edges = this.payload.edges.length;
    slider.type = "range";
    slider.min = String(Math.min(3, edges));
    slider.max = String(Math.min(edges, MOST_EDGES));
    slider.value = String(Math.min(edges, this.host.clientWidth < 640 ? FIRST_EDGES_NARROW : FIRST_EDGES));
    if (!outside) slider.setAttribute("aria-label", this.payload.words.filter ?? "");
    let waiting = false; // a drag gives more events than can be drawn
    slider.addEventListener("input", () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        this.draw();
      });
    });
    return slider;
  }

  private toolbar(): HTMLElement {
    const bar = made("div", "ql-process__bar");
    const { words } = this.payload;
    if (!this.slider.isConnected) {
      const label = made("label", "ql-process__filter");
      label.append(words.filter ?? "", this.slider, this.shownText);
      bar.append(label);
    }
    bar.append(this.legend());
    const buttons = made("div", "ql-process__buttons");
    const actions: [string, string | undefined, () => void][] = [
      ["M5 12h14", words.zoom_out, () => this.zoom(0.8)],
      ["M12 5v14M5 12h14", words.zoom_in, () => this.zoom(1.25)],
      ["M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5", words.fit, () => this.fit(true)],
    ];
    for (const [drawing, label, act] of actions) {
      const button = made("button", "ql-process__button");
      button.type = "button";
      button.setAttribute("aria-label", label ?? "");
      button.title = label ?? "";
      const icon = element("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" });
      icon.append(element("path", { d: drawing }));
      button.append(icon);
      button.addEventListener("click", act);
      buttons.append(button);
    }
    bar.append(buttons);
    return bar;
  }

  private legend(): HTMLElement {
    const legend = made("div", "ql-process__legend");
    const { words, edges, nodes } = this.payload;
    for (const mark of ["worse", "better", "difference"] as const) {
      if (![...edges, ...nodes].some((part) => part.mark === mark)) continue;
      legend.append(made("i", `ql-process__swatch ql-process__swatch--${mark}`), words[mark] ?? "", " ");
    }
    const waits = this.payload.edges.flatMap((edge) => (edge.median === null ? [] : [edge.median]));
    if (!waits.length) return legend;
    legend.append(this.payload.words.median ?? "", " ", durationText(Math.min(...waits)));
    for (let step = 0; step < WAITING_STEPS; step++) legend.append(made("i", `ql-process__swatch ql-process__swatch--${step}`));
    legend.append(durationText(Math.max(...waits)));
    return legend;
  }

  private dragged = false;

  /** Drag pans, two fingers pinch, Ctrl and wheel zooms (a bare wheel scrolls the page). */
  private minded(): void {
    const held = new Map<number, { x: number; y: number }>();
    const local = (event: { clientX: number; clientY: number }) => {
      const box = this.svg.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    this.svg.addEventListener("pointerdown", (event) => {
      if (!held.size) this.dragged = false;
      held.set(event.pointerId, local(event));
    });
    this.svg.addEventListener("pointermove", (event) => {
      const before = held.get(event.pointerId);
      if (!before) return;
      const now = local(event);
      const other = [...held].find(([id]) => id !== event.pointerId)?.[1];
      if (!other && !this.dragged && Math.hypot(now.x - before.x, now.y - before.y) < 4) return;
      if (!this.dragged) this.svg.setPointerCapture(event.pointerId);
      this.dragged = true;
      held.set(event.pointerId, now);
      if (other) {
        const apart = (point: { x: number; y: number }): number => Math.hypot(point.x - other.x, point.y - other.y) || 1;
        this.zoom(apart(now) / apart(before), (now.x + other.x) / 2, (now.y + other.y) / 2);
      } else {
        this.x += now.x - before.x;
        this.y += now.y - before.y;
        this.move();
      }
    });
    const release = (event: PointerEvent): void => void held.delete(event.pointerId);
    for (const name of ["pointerup", "pointercancel", "pointerleave"] as const) this.svg.addEventListener(name, release);
    this.svg.addEventListener(
      "wheel",
      (event) => {
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        const { x, y } = local(event);
        this.zoom(Math.exp(-event.deltaY / 300), x, y);
      },
      { passive: false },
    );
  }
}

function made<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, name: string): HTMLElementTagNameMap[Tag] {
  const found = document.createElement(tag);
  found.className = name;
  return found;
}

/** Waiting on a scale of five, by ratio: twice as long is as far apart anywhere on the scale. */
function waitingSteps(edges: ProcessEdge[]): (edge: ProcessEdge) => number {
  const logs = edges.flatMap((edge) => (edge.median === null ? [] : [Math.log1p(Math.max(edge.median, 0))]));
  const low = Math.min(...logs);
  const range = Math.max(...logs) - low || 1;
  return ({ median }) => {
    if (median === null) return 0;
    const share = (Math.log1p(Math.max(median, 0)) - low) / range;
    return Math.min(Math.floor(share * WAITING_STEPS), WAITING_STEPS - 1);
  };
}
