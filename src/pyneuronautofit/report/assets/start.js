// Puts everything together.

const MOST_PRINTED = 30;

function start() {
  addCourse();
  addTraces();
  addModels();
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-choose], button[data-copy]");
    if (!button) return;
    if (button.dataset.copy !== undefined) copyParameters(Number(button.dataset.copy), button);
    else choose(Number(button.dataset.choose));
  });
  darkness.addEventListener("change", () => { if (responses.length) fillPicker(); drawAll(); });
  let waiting = 0;
  let width = document.documentElement.clientWidth;
  window.addEventListener("resize", () => {
    // On phones the height changes all the time, while bars come and go.
    if (printing || document.documentElement.clientWidth === width) return;
    width = document.documentElement.clientWidth;
    clearTimeout(waiting);
    waiting = setTimeout(drawAll, 150);
  });
  window.addEventListener("beforeprint", () => print(true));
  window.addEventListener("afterprint", () => print(false));
  if (D.models.row.length) { showChosen(0); markRow(0); }
  shortenForPrint();
  // One chart a frame: the page can be read while they come.
  const names = [...charts.keys()];
  const next = () => {
    const name = names.shift();
    if (name === undefined) { document.documentElement.dataset.ready = "true"; return; }
    draw(name);
    setTimeout(next, 0);
  };
  next();
}

// Paper is white, and as wide as A4 without its margins.
function print(on) {
  printing = on;
  document.documentElement.classList.toggle("printing", on);
  document.body.classList.toggle("printing", on);
  document.querySelector("main").style.width = on ? "680px" : "";
  if (responses.length) fillPicker();
  drawAll();
}

function shortenForPrint() {
  const rows = document.querySelectorAll("#models-table tbody tr");
  rows.forEach((row, k) => row.classList.toggle("unprinted", k >= MOST_PRINTED));
  const note = document.getElementById("print-note");
  if (note && rows.length > MOST_PRINTED) note.textContent = `${rows.length - MOST_PRINTED} more models are on the page, but not printed.`;
}

start();
