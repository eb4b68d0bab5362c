// Runs before the page is drawn, so that it never flashes in the wrong brightness.
(function () {
  var root = document.documentElement;
  if (root.dataset.theme !== "auto") return;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function apply() { root.dataset.bsTheme = dark.matches ? "dark" : "light"; }
  dark.addEventListener("change", apply);
  apply();
})();
