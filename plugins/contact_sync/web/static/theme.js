// Follows Airflow's theme: the class light or dark of the page around this one, else what Airflow remembers of it.
// Without either, the style sheet asks the browser.
(() => {
  const known = ["light", "dark"];
  const own = document.documentElement;
  const outer = () => {
    try {
      return window.parent !== window ? window.parent.document.documentElement : null;
    } catch {
      return null;
    }
  };
  const remembered = () => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null;
    }
  };
  const follow = () => {
    const around = outer();
    const theme = known.find((name) => around?.classList.contains(name)) ?? remembered();
    if (known.includes(theme)) {
      own.dataset.theme = theme;
    } else {
      delete own.dataset.theme;
    }
  };
  follow();
  const around = outer();
  if (around) {
    const watcher = new MutationObserver(follow);
    watcher.observe(around, { attributes: true, attributeFilter: ["class"] });
    addEventListener("pagehide", () => watcher.disconnect());
  }
})();
