/** Forms with `data-check="URL"` are checked while somebody types; what is wrong stands under its field. */

interface Answer {
  faults: Record<string, string>;
  said: Record<string, string>;
}

const PAUSE = 450; // milliseconds without a key before the form is sent

/** `form.dataset` would be the field called "dataset" where there is one, hence `getAttribute`. */
async function check(form: HTMLFormElement, signal: AbortSignal): Promise<void> {
  const answer = await fetch(form.getAttribute("data-check") ?? "", { method: "POST", body: new FormData(form), signal });
  if (!answer.ok) return;
  const found = (await answer.json()) as Answer;
  for (const place of form.querySelectorAll<HTMLElement>("[data-fault]")) {
    const name = place.dataset.fault ?? "";
    const text = found.faults[name] ?? "";
    if (place.textContent !== text) place.textContent = text; // unchanged text is not read out again
    const field = form.elements.namedItem(name);
    if (!(field instanceof HTMLElement)) continue;
    if (text) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
  for (const place of form.querySelectorAll<HTMLElement>("[data-said]")) {
    const text = found.said[place.dataset.said ?? ""] ?? "";
    if (place.textContent !== text) place.textContent = text;
  }
}

export function startChecks(root: ParentNode): void {
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-check]")) {
    let timer: number | undefined;
    let running: AbortController | undefined;
    const later = (): void => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => {
        running?.abort();
        running = new AbortController();
        check(form, running.signal).catch(() => undefined); // saving says it too
      }, PAUSE);
    };
    form.addEventListener("input", later);
    form.addEventListener("change", later);
    form.addEventListener("submit", () => {
      window.clearTimeout(timer);
      running?.abort();
    });
  }
}
