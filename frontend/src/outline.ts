/**
 * Lists within lists that a person edits (`data-outline`): entries are added from the list's <template>, moved by button,
 * by Alt + arrow and by dragging their grip, and removed. Every change dispatches `ql:outline` on the form.
 */
import Sortable from "sortablejs";

let fresh = 0;

function changed(from: Element): void {
  from.closest("[data-outline]")?.dispatchEvent(new CustomEvent("ql:outline", { bubbles: true }));
}

/** Tell those who cannot see it where the entry stands now. */
function say(entry: Element): void {
  const said = entry.closest("[data-outline]")?.querySelector("[data-outline-said]");
  const siblings = [...(entry.parentElement?.children ?? [])];
  const name = entry.querySelector("[data-outline-title]")?.textContent ?? "";
  if (said) said.textContent = `${name} ${siblings.indexOf(entry) + 1} / ${siblings.length}`;
}

function move(entry: Element, steps: number, focus: HTMLElement | null): void {
  const other = steps < 0 ? entry.previousElementSibling : entry.nextElementSibling;
  if (!other) return;
  if (steps < 0) other.before(entry);
  else other.after(entry);
  focus?.focus();
  entry.scrollIntoView({ block: "nearest" });
  say(entry);
  changed(entry);
}

function add(list: Element): void {
  const template = list.querySelector<HTMLTemplateElement>(":scope > template");
  const entries = list.querySelector(":scope > [data-outline-entries]");
  const slot = (list as HTMLElement).dataset.slot;
  if (!template || !entries || !slot) return;
  fresh += 1;
  const number = `${Date.now().toString(36)}${fresh}`;
  const made = document.createElement("template");
  made.innerHTML = template.innerHTML.replaceAll(slot, number);
  const entry = made.content.firstElementChild;
  if (!entry) return;
  entries.append(entry);
  sortable(entry);
  entry.querySelector<HTMLElement>("input, textarea, select")?.focus();
  say(entry);
  changed(list);
}

function remove(entry: Element): void {
  const next = (entry.nextElementSibling ?? entry.previousElementSibling) as HTMLElement | null;
  const list = entry.closest<HTMLElement>("[data-outline-list]");
  entry.remove();
  (next ?? list)?.focus();
  if (list) changed(list);
}

function sortable(root: ParentNode): void {
  for (const entries of root.querySelectorAll<HTMLElement>("[data-outline-entries]")) {
    if (Sortable.get(entries)) continue;
    Sortable.create(entries, {
      handle: "[data-outline-grip]",
      animation: 120,
      onEnd: (event) => {
        say(event.item);
        changed(event.item);
      },
    });
  }
}

/** The heading of an entry is what stands in its field of that name, in the language of the page. */
function retitle(field: Element): void {
  const name = (field as HTMLElement).dataset.outlineField;
  const entry = field.closest("[data-outline-entry]");
  const title = entry?.querySelector<HTMLElement>(":scope > details > summary [data-outline-title]");
  if (!entry || !title || !name || title.dataset.outlineTitle !== name) return;
  const fields = [...entry.querySelectorAll<HTMLInputElement>(`[data-outline-field="${name}"]`)].filter(
    (input) => input.closest("[data-outline-entry]") === entry,
  );
  const wanted = document.documentElement.lang.startsWith("zh") ? fields[0] : fields[1];
  const words = wanted?.value || fields.find((input) => input.value)?.value;
  if (words) title.textContent = words;
}

function goTo(id: string): void {
  const place = document.getElementById(id);
  if (!place) return;
  for (let at = place.closest("details"); at; at = at.parentElement?.closest("details") ?? null) at.open = true;
  place.scrollIntoView({ block: "center" });
  place.focus();
}

export function startOutlines(): void {
  sortable(document);
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    const button = target.closest<HTMLElement>("[data-outline-move], [data-outline-remove], [data-outline-add]");
    const link = target.closest<HTMLElement>("[data-outline-goto]");
    if (link?.dataset.outlineGoto) {
      event.preventDefault();
      goTo(link.dataset.outlineGoto);
    }
    if (!button) return;
    event.preventDefault(); // the buttons of an entry stand in the heading that opens and closes it
    const entry = button.closest("[data-outline-entry]");
    if (button.dataset.outlineAdd !== undefined) {
      const list = button.closest("[data-outline-list]");
      if (list) add(list);
    } else if (entry && button.dataset.outlineRemove !== undefined) remove(entry);
    else if (entry) move(entry, Number(button.dataset.outlineMove), button);
  });
  document.addEventListener("keydown", (event) => {
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    const field = event.target as HTMLElement;
    const entry = field.closest("[data-outline-entry]");
    if (!entry) return;
    event.preventDefault();
    move(entry, event.key === "ArrowUp" ? -1 : 1, field);
  });
  document.addEventListener("input", (event) => {
    const field = event.target as Element;
    if (!field.closest("[data-outline]")) return;
    retitle(field);
    changed(field);
  });
}
