/** Tagging without the mouse: number keys on a record's page, j k y n in the queue of suggestions. */

const FIELDS = "input, textarea, select, [contenteditable]";

const waiting = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>("[data-suggestion]")];

/** Number keys press the tags of the panel, t goes to its search field. */
function onRecord(panel: HTMLElement, event: KeyboardEvent): boolean {
  if (event.key === "t") {
    panel.querySelector<HTMLInputElement>("[data-tag-search]")?.focus();
    return true;
  }
  const button = /^[0-9]$/.test(event.key) ? panel.querySelector<HTMLElement>(`[data-tag-key="${event.key}"]`) : null;
  button?.click();
  return button !== null;
}

function choose(item: HTMLElement | undefined): void {
  for (const other of waiting()) other.classList.toggle("is-current", other === item);
  item?.focus({ preventScroll: true });
  item?.scrollIntoView({ block: "nearest" });
}

/** j and k go through the queue, y and n judge what is chosen and go on to the next. */
function inQueue(event: KeyboardEvent): boolean {
  if (!"jkyn".includes(event.key)) return false;
  const all = waiting();
  const now = all.findIndex((item) => item.classList.contains("is-current"));
  if (event.key === "j" || event.key === "k") {
    choose(all[Math.max(0, Math.min(all.length - 1, now + (event.key === "j" ? 1 : -1)))]);
    return true;
  }
  const item = all[now];
  if (!item) return false;
  const verdict = event.key === "y" ? "accept" : "reject";
  item.querySelector<HTMLElement>(`[value="${verdict}"]`)?.click();
  choose(all[now + 1] ?? all[now - 1]);
  return true;
}

function pressed(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return;
  if ((event.target as Element).closest(FIELDS)) return;
  const panel = document.querySelector<HTMLElement>("[data-tags]");
  const done = panel ? onRecord(panel, event) : document.querySelector("[data-queue]") ? inQueue(event) : false;
  if (done) event.preventDefault();
}

/** The panel is put anew after each tag: whoever used its search field is still there. */
function swapped(): void {
  const search = document.querySelector<HTMLInputElement>("[data-tag-search]");
  if (again && search) search.focus();
  again = false;
}

let again = false;

export function startTags(): void {
  document.addEventListener("keydown", pressed);
  document.addEventListener("submit", (event) => {
    again = (event.target as Element).querySelector("[data-tag-search]") !== null;
  });
  document.addEventListener("htmx:after:swap", swapped);
  if (document.querySelector("[data-queue]")) choose(waiting()[0]);
}
