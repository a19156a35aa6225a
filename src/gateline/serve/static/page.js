// The script of the page: it sends what is typed and shows what comes back. It compares nothing with any line of law.

const TYPING_MS = 120;
const WORKING_MS = 300;
const DAY_MS = 86400000;
const CSV_BYTES = 2000000;
const NARROW = matchMedia("(max-width: 820px)");
const at = (id) => document.getElementById(id);

const squeezed = (text) => text.replace(/\s+/g, " ").trim();

function show(element, visible) {
  if (element) element.hidden = !visible;
}

function listProblems(errors) {
  const list = document.createElement("ul");
  for (const error of errors) {
    const item = document.createElement("li");
    if (error.field && at(error.field)) {
      const link = document.createElement("a");
      link.href = `#${error.field}`;
      link.textContent = error.message;
      link.addEventListener("click", (event) => {
        event.preventDefault();
        for (let each = at(error.field); each; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
        at(error.field).focus();
      });
      item.append(link);
    } else {
      item.textContent = error.message;
    }
    list.append(item);
  }
  at("summary").querySelector("ul").replaceWith(list);
  show(at("summary"), errors.length > 0);
}

function stopped(gone) {
  at("banner").textContent = gone ? "gateline serve has stopped. Start it again; what you typed is still here." : "";
  show(at("banner"), gone);
}

async function ask(path, body, type) {
  const slow = setTimeout(() => show(at("working"), true), WORKING_MS);
  try {
    const answer = await fetch(path, { method: "POST", body, headers: { "content-type": type } });
    stopped(false);
    return answer;
  } catch {
    stopped(true);
    return null;
  } finally {
    clearTimeout(slow);
    show(at("working"), false);
  }
}

function save(text, type, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function calculator(form) {
  const result = at("result");
  let busy = false;
  let again = false;
  let timer = 0;

  const fields = () => Object.fromEntries([...new FormData(form)].filter(([, text]) => text.trim() !== ""));
  const permalink = () => `#${new URLSearchParams(fields())}`;

  function fill(values) {
    for (const input of form.elements) {
      if (!input.name) continue;
      const text = values[input.name] ?? "";
      if (input.type === "radio") input.checked = input.value === (text || (input.name === "datacenter" ? "unknown" : ""));
      else if (input.tagName === "SELECT") input.value = text || input.options[0].value;
      else if (input.value !== text && !(input === document.activeElement && squeezed(text) === squeezed(input.value))) input.value = text;
    }
    placeSlider();
  }

  function mark(errors) {
    for (const place of document.querySelectorAll(".wrong")) {
      const field = place.id.replace("-wrong", "");
      const told = errors.filter((error) => error.field === field).map((error) => error.message);
      place.textContent = told.join(" ");
      show(place, told.length > 0);
      if (told.length) at(field)?.setAttribute("aria-invalid", "true");
      else at(field)?.removeAttribute("aria-invalid");
    }
    listProblems(errors);
  }

  function origins(hints) {
    for (const place of document.querySelectorAll(".origin")) {
      const told = hints[place.id.replace("-origin", "")] ?? "";
      place.textContent = told;
      show(place, told !== "");
    }
  }

  // One question at a time: what is typed meanwhile is asked when the answer is there, and only the last of it.
  async function update() {
    again = true;
    if (busy) return;
    busy = true;
    while (again) {
      again = false;
      await askOnce();
    }
    busy = false;
  }

  async function askOnce() {
    const sent = { ...fields(), ...(NARROW.matches ? { narrow: "yes" } : {}) };
    const answer = await ask(form.dataset.update, JSON.stringify(sent), "application/json");
    if (!answer || !answer.ok) {
      if (answer) listProblems([{ field: "", message: (await answer.json()).detail }]);
      stale(true);
      return;
    }
    const told = await answer.json();
    if (again) return;
    mark(told.errors);
    stale(told.errors.length > 0);
    if (told.errors.length) return;
    const focused = result.contains(document.activeElement) ? document.activeElement.id : "";
    fill(told.fields);
    origins(told.hints);
    result.innerHTML = told.html;
    ready();
    if (focused) at(focused)?.focus();
    show(at("first"), false);
    history.replaceState(null, "", permalink());
  }

  function stale(old) {
    const visible = old && result.childElementCount > 0;
    result.classList.toggle("stale", visible);
    result.toggleAttribute("inert", visible);
    show(at("stale"), visible);
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(update, TYPING_MS);
  }

  function ready() {
    show(result.querySelector(".actions"), true);
  }

  async function act(button) {
    const { question, api } = button.parentElement.dataset;
    const done = (text) => (at("done").textContent = text);
    if (button.dataset.do === "link") {
      await navigator.clipboard.writeText(location.origin + location.pathname + permalink());
      done("Copied. The link contains the inputs.");
    } else if (button.dataset.do === "command") {
      await navigator.clipboard.writeText(at("command").textContent);
      const about = JSON.parse(question);
      const file = typeof about.chip === "object" ? ["chip.json", about.chip] : about.config ? ["config.json", about.config] : about.ledger ? ["ledger.json", about.ledger] : null;
      if (file) save(JSON.stringify(file[1], null, 2), "application/json", file[0]);
      done(file ? `Copied; ${file[0]} is saved for it.` : "Copied.");
    } else {
      const report = button.dataset.do === "report";
      const answer = await ask(`api/v1/${report ? "report/" : ""}${api}`, question, "application/json");
      if (!answer) return;
      save(await answer.text(), report ? "text/html" : "application/json", report ? `${api}-report.html` : `${api}-verdict.json`);
      done("Saved.");
    }
  }

  const slide = at("slide");

  function placeSlider() {
    if (!slide) return;
    const day = (Date.parse(at("as_of").value) - Date.parse(slide.dataset.first)) / DAY_MS;
    if (Number.isFinite(day)) slide.value = String(day);
    slide.setAttribute("aria-valuetext", at("as_of").value);
  }

  function slideTo(day) {
    const date = new Date(Date.parse(slide.dataset.first) + day * DAY_MS);
    at("as_of").value = date.toISOString().slice(0, 10);
    placeSlider();
    later();
  }

  if (slide) {
    show(slide.parentElement, true);
    slide.addEventListener("input", () => slideTo(Number(slide.value)));
    slide.addEventListener("keydown", (event) => {
      if (event.key !== "PageUp" && event.key !== "PageDown") return;
      event.preventDefault();
      const days = slide.dataset.days.split(" ").map(Number);
      const now = Number(slide.value);
      const next = event.key === "PageUp" ? days.find((day) => day > now) : days.findLast((day) => day < now);
      if (next !== undefined) slideTo(next);
    });
  }

  const config = at("config");
  config?.addEventListener("dragover", (event) => event.preventDefault());
  config?.addEventListener("drop", async (event) => {
    const file = event.dataTransfer.files[0];
    if (!file) return;
    event.preventDefault();
    if (file.size > config.maxLength) {
      listProblems([{ field: "config", message: `${file.name} is larger than 50 kB. On the command line: gateline release --config ${file.name}` }]);
      return;
    }
    config.value = await file.text();
    later();
  });

  const ours = (event) => event.target.form === form && event.target !== slide;
  document.addEventListener("input", (event) => {
    const typingName = event.target.id === "name" && event.inputType && event.inputType !== "insertReplacementText";
    if (ours(event) && !typingName) later();
    if (event.target.id === "as_of") placeSlider();
  });
  document.addEventListener("change", (event) => {
    if (!ours(event)) return;
    history.pushState(null, "", permalink());
    if (event.target.id === "name") later();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    update().then(() => at("summary").hidden || at("summary").focus());
  });
  result.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-do]");
    if (button) act(button);
  });
  addEventListener("popstate", () => {
    fill(Object.fromEntries(new URLSearchParams(location.hash.slice(1))));
    update();
  });
  NARROW.addEventListener("change", update);
  if (NARROW.matches) document.querySelector(".inputs").open = false;
  ready();
  placeSlider();
  if (location.hash.includes("=")) {
    fill(Object.fromEntries(new URLSearchParams(location.hash.slice(1))));
    update();
  } else if (NARROW.matches) {
    update();
  }
}

function tables(form) {
  let data = null;
  show(form, true);

  async function send(path, more = "") {
    return ask(`${path}?as_of=${encodeURIComponent(at("as_of").value)}${more}`, data, "text/csv");
  }

  async function update() {
    if (!data) return;
    listProblems([]);
    show(at("downloads"), false);
    at("result").replaceChildren();
    if (data.size > CSV_BYTES) {
      listProblems([{ message: `${data.name} is larger than 2 MB. On the command line: gateline fleet ${data.name} -o verdicts.csv` }]);
      return;
    }
    const answer = await send("ui/table", NARROW.matches ? "&narrow=yes" : "");
    if (!answer) return;
    if (!answer.ok) {
      listProblems([{ message: (await answer.json()).detail }]);
      return;
    }
    at("result").innerHTML = await answer.text();
    show(at("downloads"), true);
  }

  at("file").addEventListener("change", () => {
    data = at("file").files[0];
    update();
  });
  at("as_of").addEventListener("change", update);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    update();
  });
  form.addEventListener("dragover", (event) => {
    event.preventDefault();
    form.classList.add("over");
  });
  form.addEventListener("dragleave", () => form.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    data = event.dataTransfer.files[0];
    update();
  });
  at("downloads").addEventListener("click", async (event) => {
    const name = event.target.dataset.do;
    const answer = name && (await send(name === "verdicts" ? "api/v1/fleet" : "ui/rejects"));
    if (answer) save(await answer.text(), "text/csv", `${name}.csv`);
  });
}

if (at("form")) calculator(at("form"));
if (at("drop")) tables(at("drop"));
