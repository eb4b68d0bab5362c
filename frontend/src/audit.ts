/**
 * The checklist of an audit (`data-audit`): ↑ ↓ choose a point, 1–4 answer it, N goes to the note, F to a finding, E to
 * evidence, Escape back to the point. Each change is sent at once; what is refused is said.
 */

interface Said {
  tone?: string;
  answered?: number;
  points?: string;
  cases?: string;
  error?: string;
}

const TONES = ["is-met", "is-warning", "is-missed", "is-insufficient"];

function put(selector: string, text: string | number | undefined): void {
  const place = document.querySelector(selector);
  if (place && text !== undefined) place.textContent = String(text);
}

async function send(list: HTMLElement, form: HTMLFormElement): Promise<void> {
  const said = list.querySelector<HTMLElement>("[data-audit-said]");
  const failed = list.dataset.failed ?? "";
  form.querySelector(".invalid-feedback")?.remove();
  let answer: Said = { error: failed };
  try {
    const got = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
    if (got.headers.get("Content-Type")?.startsWith("application/json")) answer = (await got.json()) as Said;
  } catch {
    // nobody answers: as refused
  }
  if (answer.error !== undefined) {
    const note = document.createElement("div");
    note.className = "invalid-feedback d-block";
    note.textContent = answer.error;
    form.append(note);
    if (said) said.textContent = answer.error;
    return;
  }
  const point = form.closest<HTMLElement>("[data-audit-point]");
  point?.classList.remove(...TONES);
  if (answer.tone) point?.classList.add(`is-${answer.tone}`);
  put("[data-audit-answered]", answer.answered);
  put("[data-audit-points]", answer.points);
  put("[data-audit-cases]", answer.cases);
  if (said) said.textContent = answer.points ?? "";
}

/** Both counts or none: while the second is still to be typed, nothing is sent. */
function whole(form: HTMLFormElement): boolean {
  const value = (name: string): string => form.querySelector<HTMLInputElement>(`[name=${name}]`)?.value.trim() ?? "";
  return (value("fine") === "") === (value("looked") === "");
}

function go(list: HTMLElement, from: HTMLElement, by: number): void {
  const points = [...list.querySelectorAll<HTMLElement>("[data-audit-point]")];
  const next = points[points.indexOf(from) + by];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function key(list: HTMLElement, point: HTMLElement, event: KeyboardEvent): boolean {
  const form = point.querySelector<HTMLFormElement>("[data-audit-form]");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") go(list, point, event.key === "ArrowDown" ? 1 : -1);
  else if (/^[1-4]$/.test(event.key) && form) {
    const radio = form.querySelectorAll<HTMLInputElement>("[name=answer]")[Number(event.key) - 1];
    if (radio) radio.checked = true;
    void send(list, form);
  } else if (event.key.toLowerCase() === "n") point.querySelector<HTMLInputElement>("[name=note]")?.focus();
  else if (event.key.toLowerCase() === "f") point.querySelector<HTMLAnchorElement>("[data-audit-finding]")?.click();
  else if (event.key.toLowerCase() === "e") point.querySelector<HTMLAnchorElement>("[data-audit-evidence]")?.click();
  else return false;
  return true;
}

export function startAudits(): void {
  for (const list of document.querySelectorAll<HTMLElement>("[data-audit]")) {
    list.addEventListener("keydown", (event) => {
      const at = event.target as HTMLElement;
      const point = at.closest<HTMLElement>("[data-audit-point]");
      if (!point || event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.key === "Escape" && at !== point) point.focus();
      else if (at !== point || !key(list, point, event)) return;
      event.preventDefault();
    });
    list.addEventListener("change", (event) => {
      const form = (event.target as HTMLElement).closest<HTMLFormElement>("[data-audit-form]");
      if (form && whole(form)) void send(list, form);
    });
    list.addEventListener("submit", (event) => {
      const form = (event.target as HTMLElement).closest<HTMLFormElement>("[data-audit-form]");
      if (!form) return;
      event.preventDefault();
      void send(list, form);
    });
  }
}
