// The objectives' scatter, the parameters, the table, and the bar of the chosen model.

let axes = [0, Math.min(1, D.modes.length - 1)];
let logarithmic = false;

function scatterOption(colours, width) {
  const [i, j] = axes;
  const kind = logarithmic ? "log" : "value";
  const narrow = width < 600;
  const axisName = (k) => (narrow ? `sum of ${D.modes[k].code}` : `${D.modes[k].code}: ${D.modes[k].title}`);
  const shown = (x, y) => !logarithmic || (x > 0 && y > 0);
  const members = (test) => D.models.row.map((_, k) => k).filter((k) => test(k) && shown(D.models.sums[k][i], D.models.sums[k][j]))
    .map((k) => [D.models.sums[k][i], D.models.sums[k][j], k]);
  const sample = D.sample.filter((sums) => shown(sums[i], sums[j])).map((sums) => [sums[i], sums[j]]);
  const front = members((k) => D.models.archive[k]);
  const option = base(colours, width, {
    title: "", legend: { top: 2, width: width - 80 }, bottom: 40, left: 66, zoom: "both",
    x: { type: kind, name: axisName(i), nameGap: 28 },
    y: { type: kind, name: axisName(j) },
    tooltip: { trigger: "item", formatter: (p) => p.value.length > 2 ? pointText(p.value[2]) : p.value.slice(0, 2).map(short).join(", ") },
  });
  option.grid.top = narrow ? 88 : 40;
  const point = { type: "scatter", cursor: "pointer", progressive: 0 };
  option.series = [
    { type: "scatter", progressive: 0, name: "evaluations", data: sample, symbolSize: 4, color: colours.sample, silent: true },
    { type: "line", name: "best pairs", data: paretoLine([...sample, ...front]), step: "end", symbol: "none", color: colours.faint, lineStyle: { type: "dashed", width: 1 }, silent: true },
    { ...point, name: "non-dominated", data: front, symbolSize: 9, color: colours.front, itemStyle: { opacity: 0.75 } },
    { ...point, name: "population", data: members((k) => D.models.population[k]), symbol: "triangle", symbolSize: 8, color: colours.population, itemStyle: { opacity: 0.75 } },
    { ...point, name: "chosen", data: members((k) => k === chosen), symbol: "diamond", symbolSize: 18, color: colours.chosen, itemStyle: { borderColor: colours.back, borderWidth: 2 }, z: 5 },
  ];
  return option;
}

// The points that no other beats in these two modes, as a line from left to right.
function paretoLine(points) {
  let lowest = Infinity;
  return points.map((p) => p.slice(0, 2)).sort((a, b) => a[0] - b[0] || a[1] - b[1]).filter((p) => p[1] < lowest && ((lowest = p[1]), true));
}

function pointText(place) {
  const sums = D.modes.map((mode, k) => `${escapeText(mode.code)} ${short(D.models.sums[place][k])}`).join(", ");
  return `${escapeText(nameOf(place))}<br>${sums}`;
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
  if (value !== undefined) lines.push(`chosen: ${short(value)}`);
  if (spread.pressing) lines.push(`presses on ${spread.pressing === "both" ? "both bounds" : `its ${spread.pressing} bound`}`);
  return lines.join("<br>");
}

function addModels() {
  addChart("scatter", scatterOption, (chart) => chart.on("click", (p) => { if (p.value && p.value.length > 2) choose(p.value[2]); }));
  const parameters = document.querySelector('[data-chart="parameters"]');
  if (parameters) parameters.style.height = `${96 + 21 * D.spreads.length}px`;
  addChart("parameters", parametersOption);
  listeners.push(() => { draw("scatter"); draw("parameters"); });
  listeners.push(showChosen, markRow);
  for (const [k, axis] of ["x", "y"].entries()) {
    const select = document.getElementById(`axis-${axis}`);
    if (!select) continue;
    select.value = String(axes[k]);
    select.addEventListener("change", () => { axes[k] = Number(select.value); draw("scatter"); });
  }
  const log = document.getElementById("axis-log");
  if (log) {
    logarithmic = log.checked = [0, 1].every((k) => spansDecades(D.sample.map((sums) => sums[axes[k]])));
    log.addEventListener("change", () => { logarithmic = log.checked; draw("scatter"); });
  }
  makeSortable();
}

function showChosen(place) {
  const bar = document.getElementById("chosen");
  const sums = D.modes.map((mode, k) => `${mode.code} ${short(D.models.sums[place][k])}`).join("  ");
  const text = document.createElement("span");
  text.textContent = `${nameOf(place)}: ${sums}`;
  const button = (label, attribute, value) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = label;
    made.dataset[attribute] = value;
    return made;
  };
  bar.replaceChildren(text, button("‹ before", "choose", place - 1), button("next ›", "choose", place + 1), button("copy parameters", "copy", place));
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
