"use strict";
// The data of the page, the colours, and the charts by name.

let D = {};
const escapeText = echarts.format.encodeHTML;

// Okabe and Ito's colours, which people with any colour vision can tell apart.
const COLOURS = {
  light: { recording: "#1b1f24", compromise: "#0072b2", chosen: "#d55e00", median: "#b77f00", front: "#0072b2",
    population: "#009e73", sample: "#b9c0c7", modes: ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b77f00", "#3a8fc2", "#6a3d9a"] },
  dark: { recording: "#e4e7eb", compromise: "#56b4e9", chosen: "#ff8a3c", median: "#e6b42e", front: "#56b4e9",
    population: "#2ec49a", sample: "#4d565f", modes: ["#56b4e9", "#ff8a3c", "#2ec49a", "#e59ac3", "#e6b42e", "#9fd3f5", "#b69ae0"] },
};
const darkness = window.matchMedia("(prefers-color-scheme: dark)");
let printing = false;

function palette() {
  const style = getComputedStyle(document.body);
  const of = (name) => style.getPropertyValue(name).trim();
  const scheme = darkness.matches && !printing ? COLOURS.dark : COLOURS.light;
  return { ...scheme, family: style.fontFamily, text: of("--front"), faint: of("--faint"), line: of("--line"), back: of("--back"), soft: of("--soft") };
}

// What charts and texts call a mode: with its unit, where it has one.
const withUnit = (name, unit) => (unit ? `${name} (${unit})` : name);
const modeName = (mode) => withUnit(mode.code, mode.unit);

// name -> { element, option: (palette, width) => option, chart, after }
const charts = new Map();

function addChart(name, option, after) {
  const element = document.querySelector(`[data-chart="${CSS.escape(name)}"]`);
  if (element) charts.set(name, { element, option, after, chart: null });
}

function draw(name) {
  const entry = charts.get(name);
  if (!entry) return;
  const width = entry.element.clientWidth;
  if (!entry.chart) {
    // Traces have more points than a browser likes to have elements. All else is sharp in print, too.
    const renderer = name.startsWith("trace-") ? "canvas" : "svg";
    entry.chart = echarts.init(entry.element, null, { renderer, devicePixelRatio: Math.max(2, window.devicePixelRatio || 1) });
    if (entry.after) entry.after(entry.chart);
  }
  const zoom = entry.zoom ?? zoomOf(entry.chart);
  entry.zoom = null;
  entry.chart.resize();
  entry.chart.setOption(entry.option(palette(), width), { notMerge: true });
  zoom.forEach(([start, end], dataZoomIndex) => {
    if (start > 0 || end < 100) entry.chart.dispatchAction({ type: "dataZoom", dataZoomIndex, start, end });
  });
}

function zoomOf(chart) {
  return (chart?.getOption()?.dataZoom || []).map((z) => [z.start, z.end]);
}

function drawAll() { for (const name of charts.keys()) draw(name); }

// One chart a frame: the page can be read while they come.
function drawOneByOne() {
  const names = [...charts.keys()];
  const next = () => {
    const name = names.shift();
    if (name === undefined) { document.documentElement.dataset.ready = "true"; return; }
    draw(name);
    setTimeout(next, 0);
  };
  next();
}

// What all charts share. `axes` has xName, yName, and what else x and y are.
function base(colours, width, { title, x = {}, y = {}, legend, bottom = 34, left = 58, zoom = true, tooltip }) {
  const axis = (given) => ({
    type: "value", scale: true, nameGap: 24, nameTextStyle: { color: colours.faint }, axisLine: { show: true, onZero: false, lineStyle: { color: colours.faint } },
    axisLabel: { color: colours.faint, hideOverlap: true }, splitLine: { lineStyle: { color: colours.line, opacity: 0.6 } }, ...given,
  });
  return {
    animation: false, backgroundColor: "transparent", textStyle: { fontFamily: colours.family, color: colours.text },
    aria: { enabled: true },
    title: { text: title, left: 0, top: 0, textStyle: { fontSize: 14, fontWeight: 600, color: colours.text, width: Math.max(width - (printing ? 10 : 90), 100), overflow: "truncate" } },
    grid: { left, right: 18, top: legend ? 54 : 34, bottom: bottom + 14 },
    legend: legend ? { show: true, top: 24, left: 0, itemHeight: 8, itemWidth: 18, itemGap: 12, textStyle: { color: colours.text, fontSize: 12 }, ...legend } : { show: false },
    tooltip: {
      trigger: "axis", confine: true, backgroundColor: colours.soft, borderColor: colours.line, textStyle: { color: colours.text, fontSize: 12 },
      valueFormatter: (v) => short(v), ...tooltip,
    },
    toolbox: zoom && !printing ? { right: 0, top: -9, itemSize: 13, iconStyle: { borderColor: colours.faint }, feature: {
      dataZoom: { yAxisIndex: zoom === "both" ? 0 : "none", filterMode: "none", title: { zoom: "zoom: drag a part", back: "zoom back" } }, restore: { title: "show all" } } } : { show: false },
    dataZoom: zoom ? [
      { type: "inside", xAxisIndex: 0, filterMode: "none", zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false, preventDefaultMouseMove: false },
      ...(zoom === "both" ? [{ type: "inside", yAxisIndex: 0, filterMode: "none", zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false, preventDefaultMouseMove: false }] : []),
    ] : [],
    xAxis: axis({ nameLocation: "middle", splitLine: { show: false }, ...x }),
    yAxis: axis({ nameLocation: "middle", nameGap: left - 16, ...y }),
  };
}

function short(value, digits = 5) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (typeof value !== "number") return escapeText(String(value));
  const rounded = Number(value.toPrecision(digits));
  // 0.0000046839 takes counting.
  return rounded !== 0 && Math.abs(rounded) < 1e-4 ? rounded.toExponential() : String(rounded);
}

// Positive values over more than so many powers of ten are easier to read on a logarithmic axis.
function spansDecades(values, decades = 1.3) {
  const finite = values.filter((v) => v !== null);
  const low = Math.min(...finite), high = Math.max(...finite);
  return low > 0 && Math.log10(high / low) > decades;
}

// Charts are drawn again where their colours or their width change; `before` is done first.
function drawAgainWhereItChanges(before) {
  const again = () => { before(); drawAll(); };
  darkness.addEventListener("change", again);
  let waiting = 0;
  let width = document.documentElement.clientWidth;
  window.addEventListener("resize", () => {
    // On phones the height changes all the time, while bars come and go.
    if (printing || document.documentElement.clientWidth === width) return;
    width = document.documentElement.clientWidth;
    clearTimeout(waiting);
    waiting = setTimeout(drawAll, 150);
  });
  // Paper is white, and as wide as A4 without its margins.
  const print = (on) => {
    printing = on;
    document.documentElement.classList.toggle("printing", on);
    document.body.classList.toggle("printing", on);
    document.querySelector("main").style.width = on ? "680px" : "";
    again();
  };
  window.addEventListener("beforeprint", () => print(true));
  window.addEventListener("afterprint", () => print(false));
}
