// Puts everything together.

const MOST_PRINTED = 30;

function readData(from) {
  D = JSON.parse(from.getElementById("data").textContent);
}

// All that belongs to what stands in the page now.
function addParts() {
  addCourse();
  addTraces();
  addScatter();
  addModels();
  if (D.models.row.length) choose(chosen);
  shortenForPrint();
  drawOneByOne();
}

function start() {
  readData(document);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-choose], button[data-copy]");
    if (!button) return;
    if (button.dataset.copy !== undefined) copyParameters(Number(button.dataset.copy), button);
    else choose(Number(button.dataset.choose));
  });
  drawAgainWhereItChanges(() => { if (responses.length) fillPicker(); });
  addParts();
}

// What another part of the run has come to: the same page again, for whoever is looking at it.
function renew(newer) {
  const row = D.models?.row[chosen], first = chosen === 0;
  readData(newer);
  const found = D.models.row.indexOf(row);
  chosen = first || found < 0 ? 0 : found;
  const zooms = new Map([...charts].map(([name, entry]) => [name, zoomOf(entry.chart)]));
  for (const entry of charts.values()) entry.chart?.dispose();
  charts.clear();
  listeners.length = 0;
  const scrolled = document.querySelector(".long")?.scrollTop ?? 0;
  document.querySelector("main").replaceChildren(...document.adoptNode(newer.querySelector("main")).childNodes);
  document.title = newer.title;
  addParts();
  for (const [name, zoom] of zooms) if (charts.has(name)) charts.get(name).zoom = zoom;
  const long = document.querySelector(".long");
  if (long) long.scrollTop = scrolled;
}

function shortenForPrint() {
  const rows = document.querySelectorAll("#models-table tbody tr");
  rows.forEach((row, k) => row.classList.toggle("unprinted", k >= MOST_PRINTED));
  const note = document.getElementById("print-note");
  if (note && rows.length > MOST_PRINTED) note.textContent = `${rows.length - MOST_PRINTED} more models are on the page, but not printed.`;
}

start();
