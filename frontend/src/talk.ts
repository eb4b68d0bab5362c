/** A conversation: transcript and recording follow each other, keys mark moments. */

const KINDS: Record<string, string> = { f: "first_response", r: "resolution", c: "remark" };
const FIELDS = "input, textarea, select, [contenteditable]";

const talk = (): HTMLElement | null => document.querySelector<HTMLElement>("[data-talk]");
const player = (): HTMLAudioElement | null => document.querySelector<HTMLAudioElement>("#talk-audio");
const lines = (): HTMLElement[] => [...(talk()?.querySelectorAll<HTMLElement>("[data-offset]") ?? [])];
const offsetOf = (line: HTMLElement): number => Number(line.dataset.offset);

let chosen = 0; // seconds; kept while htmx puts a new transcript in place

/** The line that is being said at `seconds`. */
function lineAt(seconds: number): HTMLElement | undefined {
  const said = lines();
  return said.filter((line) => offsetOf(line) <= seconds + 0.001).pop() ?? said[0];
}

function show(line: HTMLElement | undefined): void {
  for (const other of lines()) {
    const current = other === line;
    other.classList.toggle("is-current", current);
    if (current) other.setAttribute("aria-current", "true");
    else other.removeAttribute("aria-current");
  }
  const field = document.querySelector<HTMLInputElement>("#mark-offset");
  if (field && document.activeElement !== field) field.value = String(Math.round(chosen * 1000) / 1000);
}

/** Go to a moment, in the recording too. */
function go(seconds: number, scroll = true): void {
  chosen = seconds;
  const sound = player();
  if (sound) sound.currentTime = Math.max(0, seconds);
  const line = lineAt(seconds);
  show(line);
  if (scroll) line?.scrollIntoView({ block: "nearest" });
}

function step(by: number): void {
  const said = lines();
  const now = said.findIndex((line) => line.classList.contains("is-current"));
  const next = said[Math.min(said.length - 1, Math.max(0, now < 0 ? 0 : now + by))];
  if (next) go(offsetOf(next));
}

function mark(kind: string): void {
  const form = document.querySelector<HTMLFormElement>("[data-mark-form]");
  const choice = form?.querySelector<HTMLSelectElement>("[name=kind]");
  const at = form?.querySelector<HTMLInputElement>("[name=offset_seconds]");
  if (!form || !choice || !at) return;
  choice.value = kind;
  at.value = String(Math.round(chosen * 1000) / 1000);
  if (kind === "remark") form.querySelector<HTMLInputElement>("[name=text]")?.focus();
  else form.requestSubmit();
}

function pressed(event: KeyboardEvent): void {
  if (!talk() || event.ctrlKey || event.metaKey || event.altKey) return;
  if ((event.target as Element).closest(FIELDS)) return;
  const kind = KINDS[event.key];
  if (kind) mark(kind);
  else if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else return;
  event.preventDefault();
}

/** `?at=SECONDS`: a piece of evidence leads to its moment. */
function goToAsked(): void {
  const asked = Number(new URLSearchParams(window.location.search).get("at") || "x");
  if (!talk() || !Number.isFinite(asked) || asked < 0) return;
  go(asked);
  lineAt(asked)?.scrollIntoView({ block: "center" });
}

export function startTalk(): void {
  goToAsked();
  document.addEventListener("keydown", pressed);
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-jump]");
    if (button && talk()) go(Number(button.dataset.jump), button.closest("[data-offset]") === null);
  });
  document.addEventListener(
    "timeupdate",
    (event) => {
      if (event.target !== player()) return;
      chosen = (event.target as HTMLAudioElement).currentTime;
      show(lineAt(chosen));
    },
    true,
  );
  document.addEventListener("htmx:after:swap", () => talk() && show(lineAt(chosen)));
}
