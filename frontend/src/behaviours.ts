/** Small behaviours that pages ask for by attribute. */

const root = document.documentElement;

/** `[data-theme-toggle]` flips light and dark; the cookie lets the server render the choice next time. */
function toggleTheme(): void {
  const theme = root.dataset.bsTheme === "dark" ? "light" : "dark";
  root.dataset.bsTheme = theme;
  document.cookie = `ql_theme=${theme}; path=/; max-age=31536000; samesite=lax`;
  showTheme();
}

function showTheme(): void {
  for (const button of document.querySelectorAll("[data-theme-toggle]")) {
    button.setAttribute("aria-pressed", String(root.dataset.bsTheme === "dark"));
  }
}

/** The menu is long: where the page's own entry is below its edge, the menu begins scrolled to it. */
function showOwnEntry(): void {
  const menu = document.querySelector<HTMLElement>(".ql-sidebar");
  const entry = menu?.querySelector<HTMLElement>(".nav-link.active");
  if (!menu || !entry || entry.offsetParent === null) return;
  const below = entry.getBoundingClientRect().bottom - menu.getBoundingClientRect().bottom;
  const scrolled = [menu, ...menu.querySelectorAll<HTMLElement>("*")].find((e) => e.scrollHeight > e.clientHeight + 1 && getComputedStyle(e).overflowY !== "visible");
  if (below > 0) scrolled?.scrollBy({ top: below + menu.clientHeight / 3 });
}

/** Rows marked `data-select="KEY"` light up with the part of a process map that they describe. */
function showSelection(event: Event): void {
  const key = (event as CustomEvent<{ key: string } | null>).detail?.key;
  for (const row of document.querySelectorAll<HTMLElement>("[data-select]")) {
    row.classList.toggle("is-selected", row.dataset.select === key);
  }
}

/** Paper is white: print in light colours and go back afterwards. `redraw` must be done before this returns. */
function printInLight(redraw: () => void): void {
  let before: string | undefined;
  window.addEventListener("beforeprint", () => {
    before = root.dataset.bsTheme;
    for (const detail of document.querySelectorAll<HTMLDetailsElement>("details[data-print-open]")) detail.open = true;
    if (before !== "dark") return;
    root.dataset.bsTheme = "light";
    redraw();
  });
  window.addEventListener("afterprint", () => {
    if (before) root.dataset.bsTheme = before;
  });
}

export function startBehaviours(redraw: () => void): void {
  showTheme();
  showOwnEntry();
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    if (target.closest("[data-theme-toggle]")) toggleTheme();
    if (target.closest("[data-print]")) window.print();
  });
  document.addEventListener("change", (event) => {
    const field = (event.target as Element).closest<HTMLSelectElement | HTMLInputElement>("[data-autosubmit]");
    field?.form?.requestSubmit();
  });
  document.addEventListener("ql:select", showSelection);
  printInLight(redraw);
}
