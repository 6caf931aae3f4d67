// Several runs: their courses in one chart, and the colours that they have everywhere.

let against = "evaluations";
const DASHES = ["solid", "dashed", "dotted"];

function colourOf(colours, run) { return colours.modes[run % colours.modes.length]; }
function dashOf(run) { return DASHES[Math.floor(run / palette().modes.length) % DASHES.length]; }

function comparedOption(k) {
  return (colours, width) => {
    const mode = D.modes[k];
    const log = spansDecades(D.runs.flatMap((run) => run.best[k]));
    const option = base(colours, width, {
      title: `${mode.code}: ${mode.title}`, legend: { icon: "rect", itemHeight: 3 },
      x: { name: against === "seconds" ? "computing (s)" : "evaluations", min: 0 },
      y: { name: withUnit("best sum", mode.unit) + (log ? ", log" : ""), type: log ? "log" : "value" },
      tooltip: { trigger: "item", formatter: (p) => `${escapeText(D.runs[p.seriesIndex].label)} ${escapeText(D.runs[p.seriesIndex].name)}<br>${short(p.value[1])} after ${short(p.value[0])}` },
    });
    option.series = D.runs.map((run, number) => ({
      name: run.label, type: "line", symbol: "circle", symbolSize: 3, showSymbol: false, triggerLineEvent: true, step: "end",
      color: colourOf(colours, number), lineStyle: { width: 2, type: dashOf(number) },
      data: run[against].map((at, i) => [at, run.best[k][i]]),
    }));
    return option;
  };
}

function paintKeys() {
  const colours = palette();
  for (const mark of document.querySelectorAll("[data-run]")) {
    const colour = colourOf(colours, Number(mark.dataset.run));
    if (mark.classList.contains("key")) mark.style.borderTop = `3px ${dashOf(Number(mark.dataset.run))} ${colour}`;
    else mark.style.background = colour;
  }
}

function startComparison() {
  D = JSON.parse(document.getElementById("data").textContent);
  D.modes.forEach((_, k) => addChart(`course-${k}`, comparedOption(k)));
  document.getElementById("against").addEventListener("change", (event) => { against = event.target.value; drawAll(); });
  drawAgainWhereItChanges(paintKeys);
  paintKeys();
  drawOneByOne();
}

startComparison();
