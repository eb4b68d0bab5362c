/** `form[data-dropzone]`: files may be dropped on it; what is chosen is listed before it is sent. */

function size(bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const step = Math.min(units.length - 1, bytes > 0 ? Math.floor(Math.log10(bytes) / 3) : 0);
  const language = document.documentElement.lang || "zh-Hans";
  const format = { style: "unit", unit: units[step], unitDisplay: "short", maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(language, format).format(bytes / 1000 ** step);
}

function show(form: HTMLElement, input: HTMLInputElement): void {
  const list = form.querySelector("[data-dropzone-list]");
  const files = [...(input.files ?? [])];
  list?.replaceChildren(
    ...files.map((file) => {
      const item = document.createElement("li");
      const name = document.createElement("span");
      name.textContent = file.name;
      const much = document.createElement("small");
      much.textContent = size(file.size);
      item.append(name, much);
      return item;
    }),
  );
  form.classList.toggle("has-files", files.length > 0);
}

function add(input: HTMLInputElement, dropped: FileList): void {
  const all = new DataTransfer();
  const known = new Set<string>();
  for (const file of [...(input.files ?? []), ...dropped]) {
    const key = `${file.name}/${file.size}/${file.lastModified}`;
    if (!known.has(key)) all.items.add(file);
    known.add(key);
  }
  input.files = all.files;
}

export function startDropzones(): void {
  const zone = (event: Event): HTMLElement | null => (event.target as Element).closest<HTMLElement>("[data-dropzone]");
  const inputOf = (form: HTMLElement): HTMLInputElement | null => form.querySelector("[data-dropzone-input]");
  document.addEventListener("change", (event) => {
    const form = zone(event);
    const input = form && inputOf(form);
    if (form && input) show(form, input);
  });
  for (const kind of ["dragenter", "dragover", "dragleave", "drop"] as const) {
    document.addEventListener(kind, (event) => {
      const form = zone(event);
      if (!form) return;
      event.preventDefault();
      form.classList.toggle("is-over", kind === "dragenter" || kind === "dragover");
      const input = inputOf(form);
      if (kind === "drop" && input && event.dataTransfer) {
        add(input, event.dataTransfer.files);
        show(form, input);
      }
    });
  }
}
