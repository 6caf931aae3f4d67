// The objectives' scatter: two modes against each other.

let axes = [0, 1];
let logarithmic = [false, false];
let far = false;
// A part of the models is far worse than the others in one mode: at first they are left outside.
const NEAR_PART = 0.9;
const LOG_FROM = 20; // of the largest value to the smallest

// The values of a mode, ascending: of the models, or of all that is known.
function valuesOf(k, all) {
  const from = all ? [...D.models.sums, ...D.sample] : D.models.sums;
  return from.map((sums) => sums[k]).filter((v) => v !== null).sort((a, b) => a - b);
}

function rangeOf(axis) {
  const k = axes[axis];
  const values = valuesOf(k, far).filter((v) => !logarithmic[axis] || v > 0);
  if (!values.length) return {};
  const worthIt = [...Object.keys(D.models.title).map(Number), chosen].map((place) => D.models.sums[place][k]);
  const low = values[0];
  const near = values[Math.ceil((values.length - 1) * (far ? 1 : NEAR_PART))];
  const high = Math.max(near, ...worthIt);
  if (logarithmic[axis]) return { min: low / 1.15, max: high * 1.15 };
  const step = niceStep((high - low) / 5 || Math.abs(high) / 5 || 1);
  return { min: Math.floor(low / step) * step, max: (Math.floor(high / step) + 1) * step };
}

function niceStep(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * [1, 2, 5, 10].find((m) => m * power >= rough * 0.999);
}

function scatterOption(colours, width) {
  const [i, j] = axes;
  const narrow = width < 600;
  const axisName = (axis) => {
    const mode = D.modes[axes[axis]];
    return (narrow ? modeName(mode) : `${modeName(mode)}: ${mode.title}`) + (logarithmic[axis] ? ", log" : "");
  };
  const ranges = [rangeOf(0), rangeOf(1)];
  const inside = (value, axis) => value !== null && !(value < ranges[axis].min) && !(value > ranges[axis].max);
  const shown = (sums) => inside(sums[i], 0) && inside(sums[j], 1);
  const places = D.models.row.map((_, k) => k);
  const members = (test) => places.filter((k) => test(k) && shown(D.models.sums[k]))
    .map((k) => [D.models.sums[k][i], D.models.sums[k][j], k]);
  const sample = D.sample.filter(shown).map((sums) => [sums[i], sums[j]]);
  const front = members((k) => D.models.archive[k]);
  tellOutside(places.filter((k) => !shown(D.models.sums[k])).length, places.length);
  const option = base(colours, width, {
    title: "", legend: { top: 2, width: width - 80 }, bottom: 40, left: 66, zoom: "both",
    x: { type: logarithmic[0] ? "log" : "value", name: axisName(0), nameGap: 28, ...ranges[0] },
    y: { type: logarithmic[1] ? "log" : "value", name: axisName(1), ...ranges[1] },
    tooltip: { trigger: "item", formatter: (p) => p.value.length > 2 ? pointText(p.value[2]) : p.value.slice(0, 2).map(short).join(", ") },
  });
  for (const [axis, which] of [option.xAxis, option.yAxis].entries()) {
    if (logarithmic[axis]) Object.assign(which.axisLabel, { showMinLabel: false, showMaxLabel: false });
  }
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

function tellOutside(number, all) {
  const without = [0, 1].some((axis) => logarithmic[axis] && valuesOf(axes[axis], false)[0] === 0);
  const zero = without ? " or are 0, which no logarithmic axis has" : "";
  document.getElementById("scatter-note").textContent = number ? `${number} of ${all} models lie outside of what is shown${zero}.` : "";
}

// The points that no other beats in these two modes, as a line from left to right.
function paretoLine(points) {
  let lowest = Infinity;
  return points.map((p) => p.slice(0, 2)).sort((a, b) => a[0] - b[0] || a[1] - b[1]).filter((p) => p[1] < lowest && ((lowest = p[1]), true));
}

function pointText(place) {
  return `${escapeText(nameOf(place))}<br>${escapeText(sumsOf(place))}`;
}

// Logarithmic from the start where the values of what is shown are far apart.
function isLogAtFirst(axis) {
  const values = valuesOf(axes[axis], false);
  if (!values.length || !(values[0] > 0)) return false;
  return values[Math.ceil((values.length - 1) * NEAR_PART)] > LOG_FROM * values[0];
}

function addScatter() {
  addChart("scatter", scatterOption, (chart) => chart.on("click", (p) => { if (p.value && p.value.length > 2) choose(p.value[2]); }));
  const element = (id) => document.getElementById(id);
  if (!element("scatter-note")) return;
  axes = axes.map((k) => Math.min(k, D.modes.length - 1));
  for (const [axis, letter] of ["x", "y"].entries()) {
    const select = element(`axis-${letter}`), log = element(`log-${letter}`);
    const settle = () => { logarithmic[axis] = log.checked = isLogAtFirst(axis); };
    select.value = String(axes[axis]);
    if (scatterIsNew) settle();
    log.checked = logarithmic[axis];
    select.addEventListener("change", () => { axes[axis] = Number(select.value); settle(); draw("scatter"); });
    log.addEventListener("change", () => { logarithmic[axis] = log.checked; draw("scatter"); });
  }
  element("axis-all").checked = far;
  element("axis-all").addEventListener("change", (event) => { far = event.target.checked; draw("scatter"); });
  scatterIsNew = false;
  listeners.push(() => draw("scatter"));
}
let scatterIsNew = true;
