/** Suggestions while a formula is written: columns of the data set, functions, operators.
 *  A text box with a list (a textarea may not be a combobox); how many there are is said politely. */

interface Word {
  text: string;
  insert: string;
  note: string;
}

interface Offered {
  datasets: Record<string, Word[]>;
  functions: Word[];
  operators: Word[];
  words: { one: string; many: string; list: string };
}

const MOST = 12;
const WORD = /[A-Za-z_][A-Za-z0-9_]*$/;
const sources = new Map<string, Offered>();

function offered(id: string): Offered | undefined {
  if (!sources.has(id)) {
    const source = document.getElementById(id);
    if (!source?.textContent) return undefined;
    sources.set(id, JSON.parse(source.textContent) as Offered);
  }
  return sources.get(id);
}

/** Columns whose data set is chosen elsewhere in the form, or named at the field itself. */
function datasetOf(field: HTMLTextAreaElement): string {
  const name = field.dataset.datasetField;
  if (!name) return field.dataset.dataset ?? "";
  const chosen = field.form?.elements.namedItem(name);
  return chosen instanceof HTMLSelectElement || chosen instanceof HTMLInputElement ? chosen.value : "";
}

/** Those that begin with what is typed come first, then those that hold it somewhere, in name or meaning. */
export function matching(all: readonly Word[], typed: string): Word[] {
  const wanted = typed.toLowerCase();
  const starts = all.filter((word) => word.text.toLowerCase().startsWith(wanted));
  const holds = all.filter(
    (word) => !starts.includes(word) && `${word.text} ${word.note}`.toLowerCase().includes(wanted),
  );
  return [...starts, ...(wanted.length > 1 ? holds : [])].slice(0, MOST);
}

/** Inside quotes there are values, not columns. */
export function insideText(before: string): boolean {
  return (before.match(/'/g)?.length ?? 0) % 2 === 1;
}

class Suggestions {
  private readonly list = document.createElement("ul");
  private readonly said = document.createElement("p");
  private readonly words: Offered;
  private shown: Word[] = [];
  private active = -1;

  constructor(
    private readonly field: HTMLTextAreaElement,
    words: Offered,
  ) {
    this.words = words;
    const host = document.createElement("div");
    host.className = "ql-suggest";
    field.replaceWith(host);
    this.list.id = `${field.id}-suggestions`;
    this.list.className = "ql-suggest__list";
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", words.words.list);
    this.said.className = "ql-hidden";
    this.said.setAttribute("role", "status");
    host.append(field, this.list, this.said);
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-haspopup", "listbox");
    field.setAttribute("aria-controls", this.list.id);
    field.addEventListener("input", () => this.look());
    field.addEventListener("keydown", (event) => this.key(event));
    field.addEventListener("blur", () => this.close());
    window.addEventListener("scroll", (event) => event.target !== this.list && this.close(), true);
    this.list.addEventListener("pointerdown", (event) => {
      event.preventDefault(); // the field keeps the focus
      const item = (event.target as Element).closest("li");
      if (item) this.take([...this.list.children].indexOf(item));
    });
  }

  private before(): string {
    return this.field.value.slice(0, this.field.selectionStart);
  }

  private look(anyway = false): void {
    const before = this.before();
    const typed = WORD.exec(before)?.[0] ?? "";
    if (insideText(before) || (!typed && !anyway)) {
      this.close();
      return;
    }
    const columns = this.words.datasets[datasetOf(this.field)] ?? [];
    this.show(matching([...columns, ...this.words.functions, ...this.words.operators], typed));
  }

  private show(found: Word[]): void {
    this.shown = found;
    this.active = -1;
    this.field.removeAttribute("aria-activedescendant");
    this.list.replaceChildren(...found.map((word, at) => this.item(word, at)));
    this.list.hidden = !found.length;
    if (found.length) this.place();
    const { one, many } = this.words.words;
    this.said.textContent = !found.length ? "" : found.length === 1 ? one : many.replace("%(n)s", String(found.length));
  }

  /** Fixed to the window, so that no scrolling table cuts it off; above the field where there is more room. */
  private place(): void {
    const box = this.field.getBoundingClientRect();
    const below = window.innerHeight - box.bottom;
    const width = Math.min(Math.max(box.width, 360), window.innerWidth - 16);
    const { style } = this.list;
    style.width = `${width}px`;
    style.left = `${Math.max(8, Math.min(box.left, window.innerWidth - width - 8))}px`;
    style.top = below > 180 || below > box.top ? `${box.bottom + 2}px` : "auto";
    style.bottom = style.top === "auto" ? `${window.innerHeight - box.top + 2}px` : "auto";
  }

  private item(word: Word, at: number): HTMLLIElement {
    const item = document.createElement("li");
    item.id = `${this.list.id}-${at}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    const name = document.createElement("strong");
    name.textContent = word.text;
    const note = document.createElement("span");
    note.textContent = word.note;
    item.append(name, note);
    return item;
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey && event.key === " ") {
      event.preventDefault();
      this.look(true);
      return;
    }
    if (this.list.hidden || event.isComposing) return;
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (step) this.move(step);
    else if (event.key === "Escape") this.close();
    else if ((event.key === "Enter" || event.key === "Tab") && this.active >= 0) this.take(this.active);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private move(step: number): void {
    const count = this.shown.length;
    this.active = (this.active + step + (this.active < 0 && step < 0 ? 1 : 0) + count) % count;
    [...this.list.children].forEach((item, at) => {
      item.setAttribute("aria-selected", String(at === this.active));
      if (at === this.active) item.scrollIntoView({ block: "nearest" });
    });
    this.field.setAttribute("aria-activedescendant", `${this.list.id}-${this.active}`);
  }

  private take(at: number): void {
    const word = this.shown[at];
    if (!word) return;
    const before = this.before();
    const typed = WORD.exec(before)?.[0] ?? "";
    const start = before.length - typed.length;
    this.field.setRangeText(word.insert, start, before.length, "end");
    this.close();
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
    this.close();
  }

  private close(): void {
    this.show([]);
  }
}

/** Every `<textarea data-formula="ID-of-json-script">` of the page. */
export function startSuggestions(root: ParentNode): void {
  for (const field of root.querySelectorAll<HTMLTextAreaElement>("textarea[data-formula]")) {
    const words = offered(field.dataset.formula ?? "");
    if (words && !field.closest(".ql-suggest")) new Suggestions(field, words);
  }
}
