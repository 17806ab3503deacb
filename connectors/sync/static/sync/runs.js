"use strict";
/* Live progress on the list of runs: asks every two seconds while something runs, then stops. Answers are shown as text only. */
(function () {
  const start = () => {
    const box = document.getElementById("run-progress");
    if (!box) return;
    const EVERY_MS = 2000;
    const newest = Number(box.dataset.newest);
    const all = (name) => Array.from(document.querySelectorAll(`[data-${name}]`));
    const open = () => all("run").filter((badge) => badge.dataset.state === "running").map((badge) => badge.dataset.run);
    const put = (name, id, text) => {
      const cell = document.querySelector(`[data-${name}="${id}"]`);
      if (cell && cell.textContent !== text) cell.textContent = text;
    };

    function show(run) {
      const badge = document.querySelector(`[data-run="${run.id}"]`);
      if (!badge) return;
      badge.className = `oc-badge oc-${run.tone}`;
      badge.dataset.state = run.state;
      put("run", run.id, run.words);
      put("counts", run.id, run.counts);
      put("took", run.id, run.took);
      put("sentence", run.id, run.sentence);
    }

    async function ask() {
      if (document.hidden) return again();
      let answer;
      try {
        const response = await fetch(`${box.dataset.url}?ids=${open().join(",")}`, { headers: { Accept: "application/json" } });
        if (!response.ok) throw new Error(String(response.status));
        answer = await response.json();
      } catch {
        box.textContent = "The progress could not be read. Reload the page to go on watching.";
        return;
      }
      answer.runs.forEach(show);
      if (answer.newest > newest && !document.querySelector("input.action-select:checked")) return location.reload();
      if (answer.busy || open().length) return again();
      box.textContent = "All runs are done.";
    }
    const again = () => { window.setTimeout(ask, EVERY_MS); };

    if (box.dataset.busy === "true" || open().length) {
      box.textContent = "Working: this page follows along.";
      again();
    }
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
