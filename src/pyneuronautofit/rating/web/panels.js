// One panel for each sweep: the recording, and the model over it. All panels zoom together.

const TITLE_PX = 18;
const AXIS_PX = { x: 26, y: 50 };
const ASPECT = 1.9; // of a panel that is good to read
// Of a panel in which anything can be seen; on a narrow page there is one beside another, or none.
const SMALLEST_PX = { width: 180, height: 110, widthOfNarrow: 240 };
const NARROW_PX = 725;
const WHEEL = 0.8;
const SMALLEST = { x: 0.5, y: 0.5 }; // of what can be seen, ms and mV
const CLICK_PX = 5;

export class Panels {
  constructor(root) {
    this.root = root;
    this.plots = [];
    this.recording = null;
    new ResizeObserver(() => this.resize()).observe(root);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.rebuild());
  }

  // recording: {titles, n_sweep, n_sample, step_ms, stimulus_ms, voltage: [Float32Array per sweep]}
  // model: the same of the model, or null
  show(recording, model) {
    this.model = model;
    if (recording !== this.recording) {
      this.recording = recording;
      this.zoom = null;
      this.rebuild();
      return;
    }
    this.whole = this.range();
    this.plots.forEach((plot, sweep) => plot.setData(this.data(sweep), false));
    this.apply();
  }

  reset() {
    this.zoom = null;
    this.apply();
  }

  leaveAlone() {
    this.root.classList.remove("alone");
    this.resize();
  }

  // --- zoom: {x: [ms, ms], y: [mV, mV]}, or null for everything

  range() {
    let low = Infinity, high = -Infinity;
    for (const trace of [...this.recording.voltage, ...(this.model ?? [])]) {
      for (const value of trace) {
        if (value < low) low = value;
        if (value > high) high = value;
      }
    }
    const margin = Math.max(1, (high - low) * 0.04);
    const last = (this.recording.n_sample - 1) * this.recording.step_ms;
    return { x: [0, Math.max(last, this.recording.step_ms)], y: [low - margin, high + margin] };
  }

  apply() {
    const { x, y } = this.zoom ?? this.whole;
    this.root.dataset.zoom = this.zoom ? [...x, ...y].map((v) => v.toFixed(2)).join(" ") : "";
    for (const plot of this.plots) {
      plot.setScale("x", { min: x[0], max: x[1] });
      plot.setScale("y", { min: y[0], max: y[1] });
    }
  }

  zoomTo(change) {
    const zoom = { ...(this.zoom ?? this.whole), ...change };
    for (const axis of ["x", "y"]) {
      let [low, high] = zoom[axis];
      const whole = this.whole[axis];
      if (high - low < SMALLEST[axis]) return;
      zoom[axis] = [Math.max(low, whole[0]), Math.min(high, whole[1])];
      if (zoom[axis][1] - zoom[axis][0] < SMALLEST[axis]) return;
    }
    const isWhole = ["x", "y"].every((axis) =>
      zoom[axis].every((value, end) => value === this.whole[axis][end]));
    this.zoom = isWhole ? null : zoom;
    this.apply();
  }

  wheel(plot, event) {
    // Where not all panels fit, the wheel moves them; with Ctrl or Shift it zooms there, too.
    const isLong = this.root.scrollHeight > this.root.clientHeight + 1;
    if (isLong && !event.ctrlKey && !event.shiftKey) return;
    event.preventDefault();
    // Browsers turn the wheel sideways where Shift is held.
    const turned = event.deltaY || event.deltaX;
    if (!turned) return;
    const axis = event.shiftKey ? "y" : "x";
    const box = plot.over.getBoundingClientRect();
    const at = axis === "x"
      ? plot.posToVal(event.clientX - box.left, "x") : plot.posToVal(event.clientY - box.top, "y");
    const factor = turned < 0 ? WHEEL : 1 / WHEEL;
    const [low, high] = (this.zoom ?? this.whole)[axis];
    this.zoomTo({ [axis]: [at - (at - low) * factor, at + (high - at) * factor] });
  }

  selected(plot) {
    const { left, top, width, height } = plot.select;
    const wide = width > CLICK_PX && width < plot.over.clientWidth;
    const high = height > CLICK_PX && height < plot.over.clientHeight;
    const change = {};
    if (wide) change.x = [plot.posToVal(left, "x"), plot.posToVal(left + width, "x")];
    if (high) change.y = [plot.posToVal(top + height, "y"), plot.posToVal(top, "y")];
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    if (wide || high) this.zoomTo(change);
  }

  // --- drawing

  data(sweep) {
    const { n_sample, voltage, times } = this.recording;
    return [times, voltage[sweep], this.model ? this.model[sweep] : new Array(n_sample).fill(null)];
  }

  rebuild() {
    for (const plot of this.plots) plot.destroy();
    this.root.replaceChildren();
    this.root.classList.remove("alone");
    if (!this.recording) return;
    this.whole = this.range();
    const style = getComputedStyle(document.documentElement);
    this.colour = (name) => style.getPropertyValue(`--${name}`).trim();
    this.plots = this.recording.titles.map((title, sweep) => {
      const panel = document.createElement("section");
      panel.className = "panel";
      const button = document.createElement("button");
      button.textContent = title;
      button.title = "this sweep alone, or all of them";
      button.addEventListener("click", () => this.choose(panel, button));
      panel.append(button);
      this.root.append(panel);
      const plot = new uPlot(this.options(), this.data(sweep), panel);
      plot.over.addEventListener("wheel", (event) => this.wheel(plot, event), { passive: false });
      return plot;
    });
    this.resize();
    this.apply();
  }

  choose(panel, button) {
    const alone = this.root.classList.toggle("alone");
    for (const each of this.root.children) each.classList.toggle("chosen", each === panel);
    if (!alone) panel.classList.remove("chosen");
    button.blur();
    this.resize();
  }

  options() {
    const axis = (size) => ({
      stroke: this.colour("faint"), size, font: "11px system-ui, sans-serif", gap: 3,
      grid: { stroke: this.colour("grid"), width: 1 }, ticks: { stroke: this.colour("grid"), size: 4 },
    });
    return {
      width: 200,
      height: 100,
      padding: [4, 6, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: true, uni: 24, setScale: false },
        sync: { key: "sweeps", setSeries: false, scales: ["x", null] },
        bind: { dblclick: () => () => { this.reset(); return null; } },
      },
      scales: { x: { time: false, auto: false }, y: { auto: false } },
      axes: [
        { ...axis(AXIS_PX.x), space: 60, values: (_plot, ticks) => ticks.map((t) => `${t} ms`) },
        { ...axis(AXIS_PX.y), space: 26, values: (_plot, ticks) => ticks.map(named) },
      ],
      series: [
        {},
        { stroke: this.colour("recorded"), width: 1, pxAlign: 0, points: { show: false } },
        { stroke: this.colour("model"), width: 1.25, pxAlign: 0, points: { show: false } },
      ],
      hooks: {
        drawClear: [(plot) => this.shade(plot)],
        setSelect: [(plot) => this.selected(plot)],
      },
    };
  }

  shade(plot) {
    const [from, to] = this.recording.stimulus_ms.map((t) => plot.valToPos(t, "x", true));
    const { left, top, width, height } = plot.bbox;
    const x0 = Math.max(from, left), x1 = Math.min(to, left + width);
    if (x1 <= x0) return;
    plot.ctx.fillStyle = this.colour("stimulus");
    plot.ctx.fillRect(x0, top, x1 - x0, height);
  }

  resize() {
    if (!this.plots.length) return;
    const { clientWidth: width, clientHeight: height } = this.root;
    const number = this.root.classList.contains("alone") ? 1 : this.plots.length;
    const columns = bestColumns(number, width, height);
    const rows = Math.ceil(number / columns);
    this.root.style.gridTemplateColumns = `repeat(${columns}, 1fr)`;
    this.root.style.gridTemplateRows = `repeat(${rows}, minmax(${SMALLEST_PX.height}px, 1fr))`;
    this.plots.forEach((plot) => {
      const panel = plot.root.parentElement;
      const w = panel.clientWidth, h = panel.clientHeight - TITLE_PX;
      if (w > 60 && h > 40) plot.setSize({ width: w, height: h });
    });
  }
}

// The unit stands at the uppermost number alone: there is little room.
function named(value, place, values) {
  return place === values.length - 1 ? `${value} mV` : `${value}`;
}

// As many columns as make the panels' shape nearest to one that is good to read.
function bestColumns(number, width, height) {
  let best = 1, least = Infinity;
  const most = Math.max(1, Math.min(number, Math.floor(width / (width < NARROW_PX ? SMALLEST_PX.widthOfNarrow : SMALLEST_PX.width))));
  for (let columns = 1; columns <= most; columns++) {
    const rows = Math.ceil(number / columns);
    const empty = columns * rows - number;
    const shape = Math.log((width / columns) / (height / rows) / ASPECT);
    const cost = Math.abs(shape) + 0.1 * empty;
    if (cost < least) [best, least] = [columns, cost];
  }
  return best;
}
