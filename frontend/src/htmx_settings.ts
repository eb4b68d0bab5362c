/** htmx reads its settings from the page's head when it is loaded, so they must stand there first. */
const settings = document.createElement("meta");
settings.name = "htmx-config";
settings.content = JSON.stringify({ includeIndicatorCSS: false });
if (!document.querySelector('meta[name="htmx-config"]')) document.head.append(settings);
export {};
