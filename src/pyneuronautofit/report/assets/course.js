// Convergence: what was best, generation by generation; the weights; the hypervolume.

function courseOption(title, unit, lines, mayBeLog = true) {
  return (colours, width) => {
    const values = lines.flatMap((line) => line.values);
    const log = mayBeLog && spansDecades(values);
    const option = base(colours, width, {
      title, legend: lines.length > 1 ? { icon: "rect", itemHeight: 3 } : null,
      x: { name: "generation", minInterval: 1 }, y: { name: unit + (log ? ", log" : ""), type: log ? "log" : "value" },
    });
    option.tooltip.formatter = (points) => {
      const k = points[0].dataIndex;
      const head = `generation ${D.course.generation[k]}, ${D.course.evaluations[k]} evaluations`;
      return [head, ...points.map((p) => `${p.marker}${escapeText(p.seriesName)} ${short(p.value[1])}`)].join("<br>");
    };
    option.series = lines.map((line) => ({
      name: line.name, type: "line", symbol: "none", step: line.step ? "end" : false,
      lineStyle: { width: line.width || 1.5, type: line.dash || "solid" }, color: colours[line.colour],
      data: D.course.generation.map((g, k) => [g, line.values[k]]),
    }));
    return option;
  };
}

function addCourse() {
  const c = D.course;
  D.modes.forEach((mode, k) => addChart(`course-${mode.code}`, courseOption(`${mode.code}: ${mode.title}`, withUnit("sum", mode.unit), [
    { name: "best so far", values: c.best[k], colour: "compromise", width: 2.5, step: true },
    { name: "population: best", values: c.population_best[k], colour: "population", dash: "dashed" },
    { name: "median", values: c.population_median[k], colour: "median" },
  ])));
  addChart("course-scalar", courseOption("Weighted fitness of the population", "weighted sum", [
    { name: "best", values: c.scalar_best, colour: "compromise", width: 2.5 },
    { name: "median", values: c.scalar_median, colour: "median" },
  ]));
  addChart("course-volume", courseOption("Hypervolume", "part of the box", [
    { name: "hypervolume", values: c.hypervolume, colour: "compromise", width: 2.5, step: true },
  ], false));
  addChart("course-weights", weightsOption);
}

// On a logarithmic axis smaller parts of the largest weight are not drawn: they count for nothing.
const SMALLEST_WEIGHT = 1e-5;

function weightsOption(colours, width) {
  const codes = D.modes.map((mode) => mode.code);
  const values = D.course.weights.flat();
  const highest = Math.max(...values);
  const log = highest > 0 && spansDecades(values.filter((value) => value > 0));
  const option = base(colours, width, {
    title: "Weights of the components", legend: { data: codes, icon: "rect", itemHeight: 3 },
    x: { name: "generation", minInterval: 1 }, y: log ? { name: "weight, log", type: "log", min: highest * SMALLEST_WEIGHT } : { name: "weight", min: 0 },
    tooltip: { trigger: "item", formatter: (p) => `${escapeText(p.seriesId)}: ${short(p.value[1])}<br>generation ${p.value[0]}` },
  });
  const symbol = D.course.generation.length < 80 ? "circle" : "none";
  option.series = D.course.weights.map((values, k) => {
    const label = D.course.components[k];
    const mode = codes.indexOf(D.course.markers[k]);
    return {
      id: label, name: D.course.markers[k], type: "line", symbol, symbolSize: 3, showSymbol: false, triggerLineEvent: true, lineStyle: { width: 1.2, opacity: 0.75 },
      color: colours.modes[mode % colours.modes.length], emphasis: { focus: "self", lineStyle: { width: 3 } },
      data: D.course.generation.map((g, i) => [g, values[i]]),
    };
  });
  return option;
}
