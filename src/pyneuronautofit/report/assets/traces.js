// Traces of the recording and of models, a panel per sweep; spikes against current.

// One of each recording.
let responses = [];
// Place of a model in the table -> its trace; the recording is trace 0.
let traceOf = new Map();

function decode(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Int16Array(bytes.buffer);
}

function trace(R, number, panel) {
  const [, nSweep, n] = R.shape;
  const start = (number * nSweep + panel) * n;
  const points = new Array(n);
  // Of a bin there are two samples; where in the bin they were is not kept.
  const step = R.bin ? (R.bin * R.step) / 2 : R.step;
  const shift = R.bin ? step / 2 : 0;
  for (let i = 0; i < n; i++) points[i] = [i * step + shift, R.samples[start + i] * R.unit];
  return points;
}

function shownTraces() {
  const shown = [{ number: 0, name: "recording", colour: "recording", width: 1.4 }];
  if (traceOf.has(0) && chosen !== 0) shown.push({ number: traceOf.get(0), name: "compromise", colour: "compromise", width: 1.1 });
  if (traceOf.has(chosen)) shown.push({ number: traceOf.get(chosen), name: "chosen", colour: "chosen", width: 1.1 });
  return shown;
}

function panelOption(R, panel) {
  return (colours, width) => {
    const option = base(colours, width, {
      title: `sweep ${R.sweeps[panel]}: ${short(R.current[panel])} pA${R.held[panel] ? ", held out" : ""}`, bottom: 22, left: 50,
      x: { name: "time (ms)", nameGap: 20, min: 0, max: R.duration, scale: false }, y: { name: "voltage (mV)", nameGap: 34 },
    });
    option.tooltip.axisPointer = { type: "line" };
    option.tooltip.formatter = (points) => [`${short(points[0].value[0])} ms`, ...points.map((p) => `${p.marker}${escapeText(p.seriesName)} ${p.value[1].toFixed(1)} mV`)].join("<br>");
    option.series = shownTraces().map((line) => ({
      name: line.name, type: "line", symbol: "none", sampling: "minmax", lineStyle: { width: line.width }, color: colours[line.colour], data: trace(R, line.number, panel),
    }));
    option.series[0].markArea = { silent: true, itemStyle: { color: colours.faint, opacity: 0.07 }, data: [[{ xAxis: R.stimulus[0] }, { xAxis: R.stimulus[1] }]] };
    return option;
  };
}

function spikeOption(R, title, unit, values) {
  return (colours, width) => {
    const option = base(colours, width, { title, legend: {}, x: { name: "current (pA)" }, y: { name: unit }, zoom: true });
    const order = R.current.map((_, k) => k).sort((a, b) => R.current[a] - R.current[b]);
    const symbols = { recording: "circle", compromise: "rect", chosen: "diamond" };
    option.series = shownTraces().map((line) => ({
      name: line.name, type: "line", symbol: symbols[line.colour], symbolSize: line.number ? 7 : 9, color: colours[line.colour],
      lineStyle: { width: line.number ? 1.3 : 2 }, connectNulls: false, data: order.map((k) => [R.current[k], values[line.number][k]]),
    }));
    return option;
  };
}

function addTraces() {
  responses = D.responses.map((R) => ({ ...R, samples: decode(R.voltage) }));
  traceOf = new Map(responses.length ? responses[0].models.map((place, k) => [place, k + 1]) : []);
  if (!responses.length) return;
  responses.forEach((R, k) => {
    R.sweeps.forEach((_, panel) => addChart(`trace-${k}-${panel}`, panelOption(R, panel), followZoom));
    addChart(`rate-${k}`, spikeOption(R, "Firing rate within the stimulus", "rate (Hz)", R.rate));
    addChart(`count-${k}`, spikeOption(R, "Spikes in the sweep", "spikes", R.count));
    addChart(`latency-${k}`, spikeOption(R, "Latency of the first spike", "latency (ms)", R.latency));
  });
  fillPicker();
  listeners.push(() => { fillPicker(); for (const name of tracesAndSpikes()) draw(name); });
}

function tracesAndSpikes() {
  return [...charts.keys()].filter((name) => /^(trace|rate|count|latency)-/.test(name));
}

// All panels of a recording show the same part of time.
let following = false;
function followZoom(chart) {
  chart.on("datazoom", () => {
    if (following) return;
    const { start, end } = chart.getOption().dataZoom[0];
    showPart(start, end, chart);
  });
  chart.on("restore", () => showPart(0, 100, chart));
}

function showPart(start, end, source) {
  const own = [...charts].find(([, entry]) => entry.chart === source)[0].replace(/[0-9]+$/, "");
  following = true;
  for (const [name, entry] of charts) {
    if (name.startsWith(own) && entry.chart && entry.chart !== source) entry.chart.dispatchAction({ type: "dataZoom", dataZoomIndex: 0, start, end });
  }
  following = false;
}

function fillPicker() {
  const picker = document.getElementById("shown-models");
  const keys = [["recording", "recording"], ...(chosen === 0 ? [] : [["compromise", "compromise"]])].map(([name, colour]) => mark(name, colour));
  const buttons = responses[0].models.map((place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.choose = place;
    button.setAttribute("aria-pressed", String(place === chosen));
    button.textContent = D.models.title[place] || String(D.models.row[place]);
    return button;
  });
  const said = mark(traceOf.has(chosen) ? nameOf(chosen) : `${nameOf(chosen)} was not simulated for this page; choose one of these:`, "chosen");
  picker.replaceChildren(...keys, said, ...buttons);
}

function mark(text, colour) {
  const span = document.createElement("span");
  const line = document.createElement("span");
  line.style.cssText = `display:inline-block;width:1.4em;height:3px;vertical-align:middle;margin-right:0.4em;background:${palette()[colour]}`;
  span.append(line, text);
  return span;
}
