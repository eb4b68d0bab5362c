/**
 * Trees of causes that several people edit at once (`data-cause-tree`). The server changes one node at a time and answers
 * with the tree anew; every few seconds the page asks whether somebody else has changed it, and never while a person writes
 * or drags. What they wrote stays in the field when something stands against it.
 */
import Sortable from "sortablejs";

const EVERY = 3000; // milliseconds between two questions
let dragging = false;
let busy = 0; // requests that wait or are on their way
let last: Promise<void> = Promise.resolve();

const tree = (): HTMLElement | null => document.querySelector<HTMLElement>("[data-cause-tree]");
const items = (): HTMLElement[] => [...(tree()?.querySelectorAll<HTMLElement>("[data-node]") ?? [])];
const itemOf = (place: Element | null): HTMLElement | null => place?.closest<HTMLElement>("[data-node]") ?? null;
const above = (item: HTMLElement): HTMLElement | null => itemOf(item.parentElement);
const writing = (): HTMLInputElement | null => tree()?.querySelector<HTMLInputElement>("[data-writing]") ?? null;

/** Put the tree anew and go to where the person was, or to what the server says. */
function swap(html: string, focus: string | null, stay = false): void {
  const old = tree();
  if (!old) return;
  const made = document.createElement("template");
  made.innerHTML = html;
  const fresh = made.content.querySelector<HTMLElement>("[data-cause-tree]");
  if (!fresh) return;
  const scrolled = old.querySelector(".ql-fish-frame")?.scrollLeft ?? 0;
  const typed = old.querySelector<HTMLInputElement>("#cause-text")?.value ?? "";
  const chosen = old.querySelector<HTMLSelectElement>("#cause-parent")?.value;
  const field = old.contains(document.activeElement) ? (document.activeElement as HTMLElement).id : "";
  const wanted = stay ? focus : (fresh.dataset.focus ?? focus);
  old.replaceWith(fresh);
  const frame = fresh.querySelector(".ql-fish-frame");
  if (frame) frame.scrollLeft = scrolled;
  const text = fresh.querySelector<HTMLInputElement>("#cause-text");
  if (text && field === "cause-text" && focus === null) text.value = typed;
  const parent = fresh.querySelector<HTMLSelectElement>("#cause-parent");
  if (parent && chosen && [...parent.options].some((option) => option.value === chosen)) parent.value = chosen;
  prepare(fresh);
  const mine = fresh.querySelector<HTMLInputElement>("#mine");
  if (mine) mine.focus();
  else if (wanted) fresh.querySelector<HTMLElement>(`[data-node="${wanted}"]`)?.focus({ preventScroll: false });
  else if (field) document.getElementById(field)?.focus({ preventScroll: true });
}

/** The one item that the Tab key reaches; its list can be dragged. */
function prepare(root: HTMLElement): void {
  const first = root.querySelector<HTMLElement>("[data-node]");
  if (first) first.tabIndex = 0;
  if (root.dataset.mayChange === undefined) return;
  for (const list of root.querySelectorAll<HTMLElement>("[data-children]")) {
    Sortable.create(list, {
      group: list.dataset.fixed === undefined ? "causes" : "categories",
      handle: "[data-grip]",
      animation: 120,
      onStart: () => {
        dragging = true;
      },
      onEnd: (event) => {
        dragging = false;
        const item = event.item as HTMLElement;
        void act("move", item, {
          parent: above(item)?.dataset.node ?? "",
          after: (item.previousElementSibling as HTMLElement | null)?.dataset.node ?? "",
        });
      },
    });
  }
}

/** Where the person is in the tree, as the key of an item. */
function here(): string | null {
  const item = itemOf(document.activeElement);
  return item && tree()?.contains(item) ? (item.dataset.node ?? null) : null;
}

/** When nobody writes or drags: an answer to something earlier does not take the field away. */
async function unwritten(): Promise<void> {
  while (writing() || dragging) await new Promise((resolve) => window.setTimeout(resolve, 50));
}

async function sendNow(values: Record<string, string>): Promise<void> {
  const root = tree();
  const token = document.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "";
  if (!root?.dataset.do) return;
  const before = here();
  try {
    const answer = await fetch(root.dataset.do, {
      method: "POST",
      headers: { "X-CSRFToken": token, "X-Part": "1" },
      body: new URLSearchParams(values),
    });
    const html = await answer.text();
    await unwritten();
    const now = here();
    if ([200, 409, 422].includes(answer.status)) swap(html, now ?? values.node ?? null, now !== before && answer.status === 200);
    else say(`${answer.status}`);
  } catch {
    say(navigator.onLine ? "…" : "offline");
  }
}

/** One after the other: each is told of the versions that the one before has made. */
function send(make: () => Record<string, string> | null): Promise<void> {
  busy += 1;
  last = last
    .then(() => {
      const values = make();
      return values ? sendNow(values) : undefined;
    })
    .finally(() => {
      busy -= 1;
    });
  return last;
}

function say(words: string): void {
  const said = tree()?.querySelector("[data-said]");
  if (said) said.textContent = words;
}

function act(what: string, item: HTMLElement, more: Record<string, string> = {}): Promise<void> {
  const node = item.dataset.node ?? "";
  const seen = item.dataset.version ?? "";
  return send(() => {
    const now = items().find((one) => one.dataset.node === node);
    if (!now) return null;
    const version = what === "change" ? seen : (now.dataset.version ?? ""); // a text is written over what was seen
    return { do: what, node, version, revision: tree()?.dataset.revision ?? "", ...more };
  });
}

/** A field in the place of an item's text; `done` gets what was written, Esc leaves everything as it was. */
function write(row: Element, text: string, done: (written: string) => void, cancel: () => void): void {
  const field = document.createElement("input");
  field.className = "form-control";
  field.maxLength = 300;
  field.value = text;
  field.dataset.writing = "";
  field.setAttribute("aria-label", tree()?.dataset.new ?? "");
  const shown = row.querySelector<HTMLElement>("[data-text]");
  if (shown) shown.replaceWith(field);
  else row.append(field);
  let over = false;
  const finish = (keep: boolean): void => {
    if (over) return;
    over = true;
    const written = field.value.trim();
    delete field.dataset.writing;
    if (keep && written && written !== text) {
      done(written);
      return;
    }
    if (shown) field.replaceWith(shown);
    cancel();
  };
  field.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.isComposing) return; // Enter chooses a Chinese word
    if (event.key === "Enter" || event.key === "Escape") {
      event.preventDefault();
      finish(event.key === "Enter");
    }
  });
  field.addEventListener("blur", () => finish(true));
  field.focus();
  field.select();
}

function reword(item: HTMLElement): void {
  const row = item.querySelector(":scope > .ql-cause__row");
  const text = row?.querySelector<HTMLElement>("[data-text]")?.textContent ?? "";
  if (row) write(row, text, (written) => void act("change", item, { text: written }), () => item.focus());
}

/** A new one: behind `item`, or below it. */
function add(item: HTMLElement, below: boolean): void {
  const fresh = document.createElement("li");
  fresh.className = "ql-cause";
  fresh.setAttribute("role", "treeitem");
  const row = document.createElement("div");
  row.className = "ql-cause__row";
  fresh.append(row);
  if (below) item.querySelector(":scope > [data-children]")?.append(fresh);
  else item.after(fresh);
  const parent = below ? item.dataset.node : above(item)?.dataset.node;
  const place: Record<string, string> = { parent: parent ?? "", after: below ? "" : (item.dataset.node ?? "") };
  write(row, "", (written) => void send(() => ({ do: "add", text: written, ...place })), () => {
    fresh.remove();
    item.focus();
  });
}

function choose(item: HTMLElement | undefined | null): void {
  if (!item) return;
  for (const other of items()) other.tabIndex = other === item ? 0 : -1;
  item.focus();
  item.scrollIntoView({ block: "nearest" });
}

function go(item: HTMLElement, key: string): void {
  const all = items();
  const at = all.indexOf(item);
  if (key === "ArrowUp") choose(all[at - 1]);
  else if (key === "ArrowDown") choose(all[at + 1]);
  else if (key === "Home") choose(all[0]);
  else if (key === "End") choose(all[all.length - 1]);
  else if (key === "ArrowLeft") choose(above(item));
  else choose(item.querySelector<HTMLElement>("[data-node]"));
}

/** What a key does to the chosen item; false where it does nothing. */
function keyed(item: HTMLElement, event: KeyboardEvent): boolean {
  const category = tree()?.dataset.causeTree === "fishbone" && !above(item);
  if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown"))
    void act(event.key === "ArrowUp" ? "up" : "down", item);
  else if (event.altKey || event.metaKey) return false;
  else if (event.key === "Enter") add(item, event.ctrlKey || category);
  else if (event.ctrlKey) return false;
  else if (event.key === "Tab") void act(event.shiftKey ? "outdent" : "indent", item);
  else if (event.key === "Delete") void act("remove", item);
  else if (event.key === "F2") reword(item);
  else if (event.key === "v" || event.key === "V") void act("vote", item);
  else if (event.key === "Escape") tree()?.querySelector<HTMLElement>("[data-undo]")?.focus();
  else return false;
  return true;
}

function pressed(event: KeyboardEvent): void {
  const root = tree();
  const target = event.target as HTMLElement;
  if (!root || event.isComposing || target.closest("input, textarea, select")) return;
  if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey && root.contains(target)) {
    event.preventDefault();
    void send(() => ({ do: "undo" }));
    return;
  }
  if (target.dataset.node === undefined) return; // a button inside of an item has keys of its own
  if (/^(Arrow|Home|End)/.test(event.key) && !event.altKey && !event.ctrlKey) {
    event.preventDefault();
    go(target, event.key);
  } else if (root.dataset.mayChange !== undefined && keyed(target, event)) event.preventDefault();
}

function clicked(event: MouseEvent): void {
  const target = event.target as Element;
  if (!tree()?.contains(target)) return;
  if (target.closest("[data-keep-theirs]")) {
    const conflict = target.closest("[data-conflict]");
    const item = conflict?.querySelector<HTMLInputElement>("[name=node]")?.value;
    conflict?.remove();
    choose(items().find((one) => one.dataset.node === item));
  } else if (!target.closest("button, a, input, select, form")) choose(itemOf(target));
}

function submitted(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  const root = tree();
  if (!root?.contains(form) || form.getAttribute("action") !== root.dataset.do) return;
  event.preventDefault();
  const values: Record<string, string> = {};
  for (const [name, value] of new FormData(form, event.submitter)) values[name] = String(value);
  void send(() => values);
}

async function ask(): Promise<void> {
  const root = tree();
  if (!root?.dataset.part || busy || dragging || writing() || document.hidden) return;
  if (root.querySelector("[data-conflict]")) return;
  const answer = await fetch(`${root.dataset.part}?revision=${root.dataset.revision}`);
  const html = await answer.text();
  if (answer.status !== 200 || busy || dragging || writing() || tree() !== root) return;
  swap(html, here());
}

export function startCauses(): void {
  const root = tree();
  if (!root) return;
  prepare(root);
  document.addEventListener("keydown", pressed);
  document.addEventListener("click", clicked);
  document.addEventListener("dblclick", (event) => {
    const text = (event.target as Element).closest("[data-text]");
    const item = itemOf(text);
    if (item && tree()?.dataset.mayChange !== undefined) reword(item);
  });
  document.addEventListener("submit", submitted);
  window.setInterval(() => void ask().catch(() => undefined), EVERY);
}
