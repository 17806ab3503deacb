"use strict";
/* The mapping grid: type-ahead, save a cell, move on. One list for the whole page; every answer of the server is shown as text. */
(function () {
  const grid = document.getElementById("mapping-grid");
  if (!grid) return;
  const token = grid.querySelector("[name=csrfmiddlewaretoken]").value;
  const toast = grid.querySelector(".mg-toast");
  const WAIT_MS = 140;
  let list = null; // the open list: {input, matches, at}
  let timer = 0;
  let asked = 0; // the newest question; older answers are dropped

  const inputs = () => Array.from(grid.querySelectorAll(".mg-cell input:not([readonly])"));
  const rowOf = (input) => input.closest("tr");
  const stored = new WeakMap(); // input -> what the server holds: {text, reference}
  grid.querySelectorAll(".mg-cell input").forEach((input) => stored.set(input, { text: input.value, reference: input.dataset.reference }));

  // --- moving -------------------------------------------------------------------------------------------------------
  function neighbour(input, step) {
    const rows = Array.from(grid.querySelectorAll("tbody tr"));
    const row = rows[rows.indexOf(rowOf(input)) + step];
    return row ? row.querySelector(`[data-field="${input.dataset.field}"]`) : null;
  }
  function go(input) {
    if (!input) return;
    input.focus();
    input.select();
    rowOf(input).scrollIntoView({ block: "nearest" });
  }

  // --- the list of matches ------------------------------------------------------------------------------------------
  function close() {
    if (!list) return;
    list.box.remove();
    list.input.setAttribute("aria-expanded", "false");
    list.input.removeAttribute("aria-activedescendant");
    list.input.parentNode.classList.remove("mg-up");
    list = null;
  }
  function show(input, matches) {
    close();
    const box = document.createElement("div");
    box.className = "mg-list";
    box.id = "mg-list";
    box.setAttribute("role", "listbox");
    matches.forEach((match, index) => {
      const option = document.createElement("div");
      option.id = `mg-option-${index}`;
      option.setAttribute("role", "option");
      const code = document.createElement("span");
      code.className = "mg-code";
      code.textContent = match.code;
      option.append(code, match.name === match.code ? "" : match.name);
      if (match.why_not) {
        const why = document.createElement("small");
        why.textContent = match.why_not;
        option.append(why);
        option.setAttribute("aria-disabled", "true");
      }
      option.addEventListener("mousedown", (event) => { event.preventDefault(); choose(input, match, false); input.focus(); });
      box.append(option);
    });
    if (!matches.length) {
      const none = document.createElement("div");
      none.className = "mg-none";
      none.textContent = "Nothing in the ledger's list has these words.";
      box.append(none);
    }
    input.parentNode.append(box);
    input.setAttribute("aria-expanded", "true");
    input.setAttribute("aria-controls", "mg-list");
    list = { input, matches, box, at: -1 };
    if (box.getBoundingClientRect().bottom > window.innerHeight && input.getBoundingClientRect().top > 340) input.parentNode.classList.add("mg-up");
    if (matches.length) mark(0);
  }
  function mark(index) {
    const options = list.box.querySelectorAll("[role=option]");
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    list.at = index;
    list.input.setAttribute("aria-activedescendant", `mg-option-${index}`);
    options[index].scrollIntoView({ block: "nearest" });
  }
  async function find(input, text = input.value) {
    const mine = ++asked;
    const query = new URLSearchParams({ integration: grid.dataset.integration, field: input.dataset.field, q: text });
    try {
      const answer = await fetch(`${grid.dataset.targets}?${query}`, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(`the server said ${answer.status}`);
      const matches = (await answer.json()).matches;
      if (mine === asked && document.activeElement === input) show(input, matches);
      return matches;
    } catch (problem) {
      tell(`The list could not be asked: ${problem.message}. Check the connection and type again.`, true);
      return null;
    }
  }

  // --- saving ---------------------------------------------------------------------------------------------------------
  function fault(input, sentence) {
    input.parentNode.querySelector(".mg-fault").textContent = sentence;
    input.setAttribute("aria-invalid", String(Boolean(sentence)));
  }
  function revert(input) {
    const kept = stored.get(input);
    input.value = kept.text;
    fault(input, "");
  }
  function choose(input, match, onward) {
    if (match.why_not) {
      doubt(input, `${match.label} cannot be chosen: ${match.why_not}.`);
      return;
    }
    save(input, match.id, onward);
  }
  async function send(address, body) {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token, Accept: "application/json" },
      body: JSON.stringify(body),
    });
    if (answer.status === 422 || answer.ok) return answer.json();
    throw new Error(answer.status === 403 ? "your role may not change mappings, or you were signed out" : `the server said ${answer.status}`);
  }
  async function save(input, reference, onward, undoing) {
    const row = rowOf(input);
    const before = stored.get(input).reference;
    close();
    row.classList.add("mg-busy");
    row.classList.remove("mg-done");
    if (onward) go(neighbour(input, 1) || input);
    try {
      const answer = await send(grid.dataset.save, { mapping: row.dataset.row, field: input.dataset.field, reference });
      if (!answer.ok) {
        fault(input, answer.sentence);
        tell(answer.sentence, true);
        return;
      }
      redraw(row, answer.row);
      row.classList.add("mg-done");
      tell(answer.sentence, false, undoing ? null : () => save(input, before || null, false, true));
    } catch (problem) {
      fault(input, `Not saved: ${problem.message}. Press Enter in the field to try again.`);
    } finally {
      row.classList.remove("mg-busy");
    }
  }
  function redraw(row, fresh) {
    const was = row.classList.contains("mg-open");
    row.classList.toggle("mg-open", !fresh.mapped);
    row.querySelector(".mg-mark").textContent = fresh.mapped ? "mapped" : "unmapped";
    row.querySelector(".mg-state").title = fresh.told;
    fresh.cells.forEach((cell) => {
      const input = row.querySelector(`[data-field="${cell.field}"]`);
      if (!input) return;
      stored.set(input, { text: cell.code, reference: cell.reference || "" });
      input.value = cell.code;
      input.parentNode.querySelector(".mg-name").textContent = cell.name;
      fault(input, cell.fault);
    });
    if (was !== !fresh.mapped) count(fresh.mapped ? 1 : -1);
  }
  function count(step) {
    const add = (key, by) => { const place = grid.querySelector(`[data-count="${key}"]`); place.textContent = Number(place.textContent) + by; };
    add("mapped", step);
    add("unmapped", -step);
  }
  let toastTimer = 0;
  function tell(sentence, bad, undo) {
    toast.textContent = sentence;
    toast.classList.toggle("mg-bad", Boolean(bad));
    if (undo) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "Undo";
      button.addEventListener("click", undo);
      toast.append(button);
    }
    toast.hidden = false;
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => { toast.hidden = true; }, bad ? 9000 : 6000);
  }

  // --- keys -----------------------------------------------------------------------------------------------------------
  async function enter(input) {
    clearTimeout(timer);
    const text = input.value.trim();
    if (text === stored.get(input).text) { close(); go(neighbour(input, 1)); return; }
    if (!text) { save(input, null, true); return; }
    if (list && list.input === input && list.text === input.value && list.at >= 0) { choose(input, list.matches[list.at], true); return; }
    // Typed faster than the list came: the hands go on, and only what cannot be meant otherwise is taken.
    const row = rowOf(input);
    row.classList.add("mg-busy");
    go(neighbour(input, 1) || input);
    const matches = await find(input, text);
    row.classList.remove("mg-busy");
    if (!matches) { fault(input, "Not saved: the list could not be asked. Press Enter here to try again."); return; }
    const exact = matches.filter((match) => match.code.toLowerCase() === text.toLowerCase());
    const sure = exact.length === 1 ? exact[0] : matches.length === 1 ? matches[0] : null;
    if (sure) choose(input, sure, false);
    else doubt(input, matches.length ? `Not saved: several fit “${text}”. Choose one here.` : `Not saved: nothing in the ledger's list is called “${text}”.`);
  }
  function doubt(input, sentence) {
    fault(input, sentence);
    tell(sentence, true);
  }
  grid.addEventListener("input", (event) => {
    const input = event.target;
    if (!input.matches(".mg-cell input")) return;
    fault(input, "");
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const text = input.value;
      if (!text.trim()) { close(); return; }
      await find(input);
      if (list && list.input === input) list.text = text;
    }, WAIT_MS);
  });
  grid.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!input.matches(".mg-cell input") || event.isComposing) return;
    const open = list && list.input === input && list.matches.length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (event.altKey && !open) { find(input).then(() => { if (list) list.text = input.value; }); return; }
      if (open) mark((list.at + step + list.matches.length) % list.matches.length);
      else { revertIfLeft(input); go(neighbour(input, step)); }
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (!input.readOnly) enter(input);
    } else if (event.key === "Escape") {
      event.preventDefault();
      clearTimeout(timer);
      asked += 1;
      close();
      revert(input);
      input.select();
    }
  });
  function revertIfLeft(input) {
    if (!rowOf(input).classList.contains("mg-busy") && input.value !== stored.get(input).text) revert(input);
  }
  grid.addEventListener("focusin", (event) => {
    grid.querySelectorAll(".mg-at").forEach((row) => row.classList.remove("mg-at"));
    const row = event.target.closest("tbody tr");
    if (row) row.classList.add("mg-at");
  });
  grid.addEventListener("focusout", (event) => {
    const input = event.target;
    if (!input.matches(".mg-cell input")) return;
    clearTimeout(timer);
    if (list && list.input === input) close();
    if (!input.readOnly && input.getAttribute("aria-invalid") !== "true") revertIfLeft(input);
  });
  grid.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-spread]");
    if (!button) return;
    try {
      const answer = await send(grid.dataset.spread, { mapping: button.dataset.spread });
      tell(answer.ok && answer.changed ? `${answer.sentence} Load the page again to see it.` : answer.sentence, !answer.ok);
    } catch (problem) {
      tell(`Not applied: ${problem.message}.`, true);
    }
  });

  // --- where to begin -------------------------------------------------------------------------------------------------
  const wanted = grid.dataset.focus && grid.querySelector(`tr[data-row="${CSS.escape(grid.dataset.focus)}"] .mg-cell input`);
  const first = wanted || inputs().find((input) => rowOf(input).classList.contains("mg-open"));
  if (first) {
    go(first);
    if (wanted) rowOf(wanted).scrollIntoView({ block: "center" });
  }
})();
