// The parameters, the table, and the bar of the chosen model.

// --- the chosen model: every part of the page that shows it is told

let chosen = 0;
const listeners = [];

function choose(place) {
  if (place < 0 || place >= D.models.row.length) return;
  chosen = place;
  for (const tell of listeners) tell(place);
}

function nameOf(place) {
  const title = D.models.title[place];
  return `evaluation ${D.models.row[place]}${title ? ` (${title})` : ""}`;
}

function sumsOf(place) {
  return D.modes.map((mode, k) => `${mode.code} ${short(D.models.sums[place][k])}${mode.unit && mode.unit !== "spikes" ? ` ${mode.unit}` : ""}`).join(", ");
}

function parametersOption(colours, width) {
  const spreads = D.spreads;
  const letters = width < 600 ? 16 : 34;
  const label = (name) => (name.length > letters ? `…${name.slice(1 - letters)}` : name);
  const left = width < 600 ? 122 : 236;
  const option = base(colours, width, {
    title: "", legend: { top: 2, data: ["models", "middle half", "median", "chosen"] }, left, bottom: 30, zoom: false,
    x: { min: 0, max: 1, name: width < 600 ? "0: lower bound, 1: upper bound" : "part of the interval from the lower bound (0) to the upper (1)", nameGap: 26 },
    y: {
      type: "category", inverse: true, data: spreads.map((s) => s.name), name: "", axisTick: { show: false },
      axisLabel: { interval: 0, color: colours.text, fontSize: 12, formatter: (name, k) => (spreads[k].pressing ? `{p|${label(name)} ◂}` : label(name)), rich: { p: { color: colours.chosen, fontWeight: "bold", fontSize: 12 } } },
    },
    tooltip: { trigger: "item", formatter: (p) => spreadText(spreads[Array.isArray(p.value) ? p.value[1] : p.dataIndex]) },
  });
  option.grid.top = 36;
  const marks = (k) => D.models.unit[k];
  option.series = [
    { type: "bar", stack: "half", silent: true, itemStyle: { color: "transparent" }, barWidth: "46%", data: spreads.map((s) => s.quartiles[0]) },
    { type: "bar", name: "middle half", stack: "half", color: colours.compromise, itemStyle: { opacity: 0.35 }, data: spreads.map((s) => s.quartiles[2] - s.quartiles[0]) },
    { type: "scatter", progressive: 0, name: "models", color: colours.population, symbolSize: 4, itemStyle: { opacity: 0.5 }, data: spreads.flatMap((s, k) => s.points.map((v) => [v, k])) },
    { type: "scatter", name: "median", color: colours.compromise, symbol: "rect", symbolSize: [3, 14], data: spreads.map((s, k) => [s.quartiles[1], k]) },
    { type: "scatter", name: "chosen", color: colours.chosen, symbol: "diamond", symbolSize: 11, data: spreads.map((s, k) => [marks(chosen)?.[s.column] ?? null, k]) },
  ];
  return option;
}

function spreadText(spread) {
  const value = D.models.parameters[chosen]?.[spread.column];
  const lines = [`<b>${escapeText(spread.name)}</b>`, `${escapeText(spread.scale)}, ${escapeText(spread.low)} to ${escapeText(spread.high)}`];
  const unit = D.parameter_units[spread.column];
  if (value !== undefined) lines.push(`chosen: ${short(value)} ${escapeText(unit)}`);
  if (spread.pressing) lines.push(`presses on ${spread.pressing === "both" ? "both bounds" : `its ${spread.pressing} bound`}`);
  return lines.join("<br>");
}

function addModels() {
  const parameters = document.querySelector('[data-chart="parameters"]');
  if (parameters) parameters.style.height = `${96 + 21 * D.spreads.length}px`;
  addChart("parameters", parametersOption);
  listeners.push(() => draw("parameters"), showChosen, showParameters, markRow);
  makeSortable();
}

// The table of the chosen model's parameters, each with its place between the bounds.
function showParameters(place) {
  const name = document.getElementById("model-name");
  if (!name) return;
  const said = nameOf(place);
  name.textContent = said[0].toUpperCase() + said.slice(1);
  for (const line of document.querySelectorAll("#model-table tbody tr")) {
    const k = Number(line.dataset.column);
    const set = (which, value) => { line.querySelector(`[data-${which}]`).textContent = short(value); };
    line.querySelector("[data-value]").textContent = short(D.models.parameters[place][k], 6);
    const moving = D.models.bounds[k];
    if (moving) { set("low", moving.low[place]); set("high", moving.high[place]); }
    const axis = line.querySelector(".axis"), unit = D.models.unit[place][k];
    if (!axis || unit === null) continue;
    const near = D.scales[k] === "int" ? 0 : D.near;
    const bound = unit <= near ? "at the lower bound" : unit >= 1 - near ? "at the upper bound" : "";
    const part = Math.min(Math.max(100 * unit, 0), 100);
    axis.querySelector(".mark").style.left = `${part}%`;
    const text = (which) => line.querySelector(`[data-${which}]`).textContent;
    axis.setAttribute("aria-label", `${Math.round(part)} % of the way from ${text("low")} to ${text("high")}${bound ? `, ${bound}` : ""}`);
    line.querySelector(".bound").textContent = bound;
    line.classList.toggle("at-bound", Boolean(bound));
  }
}

function showChosen(place) {
  const bar = document.getElementById("chosen");
  const text = document.createElement("span");
  text.setAttribute("aria-live", "polite");
  text.textContent = `${nameOf(place)}: ${sumsOf(place)}`;
  const button = (label, attribute, value) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = label;
    made.dataset[attribute] = value;
    return made;
  };
  bar.replaceChildren(text, button("‹ before", "choose", Math.max(place - 1, 0)), button("next ›", "choose", Math.min(place + 1, D.models.row.length - 1)), button("copy parameters", "copy", place));
  bar.hidden = false;
}

function markRow(place) {
  document.querySelectorAll("#models-table tr.chosen").forEach((row) => row.classList.remove("chosen"));
  const row = document.querySelector(`#models-table tr[data-place="${place}"]`);
  if (!row) return;
  row.classList.add("chosen");
  const box = row.closest(".long");
  const inside = row.offsetTop - box.scrollTop;
  // Only the table's own box is scrolled, never the page.
  if (inside < 40 || inside > box.clientHeight - 40) box.scrollTop = row.offsetTop - box.clientHeight / 2;
}

function makeSortable() {
  const table = document.getElementById("models-table");
  if (!table) return;
  const body = table.tBodies[0];
  table.querySelectorAll("th button").forEach((button) => {
    button.addEventListener("click", () => {
      const heading = button.closest("th");
      const rising = heading.getAttribute("aria-sort") !== "ascending";
      table.querySelectorAll("th").forEach((th) => th.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", rising ? "ascending" : "descending");
      const key = (row) => row.cells[heading.cellIndex].textContent;
      const compare = (a, b) => (Number.isNaN(Number(key(a))) || Number.isNaN(Number(key(b))) ? key(a).localeCompare(key(b)) : Number(key(a)) - Number(key(b)));
      body.append(...[...body.rows].sort((a, b) => (rising ? compare(a, b) : compare(b, a))));
    });
  });
}

function parametersText(place) {
  const values = {};
  D.paths.forEach((paths, k) => paths.forEach((path) => { values[path] = D.models.parameters[place][k]; }));
  return JSON.stringify(values, null, 1);
}

async function copyParameters(place, button) {
  const text = parametersText(place);
  let done = false;
  try {
    await navigator.clipboard.writeText(text);
    done = true;
  } catch {
    // A page that was opened as a file may not be allowed to; the old way may.
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    done = document.execCommand("copy");
    area.remove();
  }
  const before = button.textContent;
  button.textContent = done ? "copied" : "not allowed";
  setTimeout(() => { button.textContent = before; }, 1200);
}
