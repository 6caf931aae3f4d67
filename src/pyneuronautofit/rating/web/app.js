// The page: what is shown, and what keys do. The server knows everything; nothing is kept here that
// it has not confirmed, so the page may be loaded again at any time.

import { Panels } from "./panels.js";

const VERDICTS = { a: "accepted", r: "rejected", u: "undecided" };
const SIGNS = { accepted: "✓ accepted", rejected: "✗ rejected", undecided: "? undecided" };
const AHEAD = [1, 2, -1, 3]; // models that are fetched before they are asked for
const KEPT = 12; // models whose traces the page remembers
const PROGRESS_MS = 1000;

const find = (id) => document.getElementById(id);
const panels = new Panels(find("panels"));
const traces = new Map(); // place -> promise of {voltage} or {problem}
let waitingFor = null; // the place whose traces the server has been asked to wait for
let leaving = null;
let state = null;
let drawn = 0; // counts turns, so that a slow answer does not overwrite a later model
let queue = Promise.resolve(); // what keys ask for is done one after the other
let n_queued = 0;
let noteOf = null; // the place whose note is being written

// --- asking

async function ask(path, body, signal) {
  const options = body === undefined ? { signal } : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Error("final-check does not answer: it has been ended, or cannot be reached");
  }
  if (response.ok) return response;
  const said = await response.json().catch(() => ({}));
  throw new Error(said.error ?? `final-check answered ${response.status}`);
}

function volts(buffer, { n_sweep, n_sample }) {
  const steps = new Int16Array(buffer);
  const all = new Float32Array(steps.length);
  for (let k = 0; k < steps.length; k++) all[k] = steps[k] / state.steps_per_mV;
  return Array.from({ length: n_sweep }, (_, k) => all.subarray(k * n_sample, (k + 1) * n_sample));
}

async function recordingOf(place) {
  const number = state.models[place].recording;
  const recording = state.recordings[number];
  recording.fetched ??= (async () => {
    const buffer = await (await ask(`recordings/${number}`)).arrayBuffer();
    recording.voltage = volts(buffer, recording);
    recording.times = Float64Array.from(
      { length: recording.n_sample }, (_, k) => k * recording.step_ms);
    return recording;
  })().catch((error) => { recording.fetched = undefined; throw error; });
  return recording.fetched;
}

// The traces of a model, waited for until it is simulated or the rater has turned to another.
async function traceOf(place) {
  const found = await traces.get(place)?.catch(() => null);
  if (found) return found;
  if (place !== state.place) throw new Error("turned to another model");
  leaving = new AbortController();
  waitingFor = place;
  remember(place, awaitTrace(place, leaving.signal));
  return traces.get(place);
}

// Browsers keep few connections to a server, so only one of them ever waits.
function stopWaiting(place) {
  if (waitingFor === null || waitingFor === place) return;
  leaving.abort();
  traces.delete(waitingFor);
  waitingFor = null;
}

function remember(place, found) {
  traces.set(place, found);
  found.catch(() => {
    if (traces.get(place) === found) traces.delete(place);
  });
}

async function awaitTrace(place, signal) {
  for (;;) {
    const response = await ask(`traces/${place}`, undefined, signal);
    if (response.status === 202) continue; // not simulated yet
    const trace = await traceIn(response, place);
    if (waitingFor === place) waitingFor = null;
    return trace;
  }
}

async function fetchReady(place) {
  const response = await ask(`ready/${place}`);
  if (response.status === 202) throw new Error("not simulated yet");
  return traceIn(response, place);
}

async function traceIn(response, place) {
  if (response.headers.get("Content-Type") === "application/json") return response.json();
  const recording = state.recordings[state.models[place].recording];
  return { voltage: volts(await response.arrayBuffer(), recording) };
}

// --- showing

async function turn() {
  const mine = ++drawn;
  const place = state.place;
  describe();
  stopWaiting(place);
  forget(place);
  const asked = traceOf(place);
  // What comes quickly is shown at once; the model before it stays on the screen no longer.
  const waiting = setTimeout(() => blank(place, mine), 150);
  try {
    const [recording, trace] = await Promise.all([recordingOf(place), asked]);
    clearTimeout(waiting);
    if (mine !== drawn) return;
    panels.show(recording, trace.voltage ?? null);
    notice(trace.problem ? `This model could not be simulated: ${trace.problem}` : "");
    find("panels").dataset.place = place;
    prefetch(place);
  } catch (error) {
    clearTimeout(waiting);
    if (mine === drawn) trouble(error);
  }
}

async function blank(place, mine) {
  const recording = await recordingOf(place);
  if (mine !== drawn || Number(find("panels").dataset.place) === place) return;
  panels.show(recording, null);
  notice("simulating …");
}

function prefetch(place) {
  for (const step of AHEAD) {
    const other = place + step;
    if (state.models[other] && !traces.has(other)) remember(other, fetchReady(other));
  }
}

function forget(place) {
  const near = (other) => Math.abs(other - place);
  const known = [...traces.keys()].sort((a, b) => near(b) - near(a));
  for (const other of known.slice(0, Math.max(0, known.length - KEPT))) traces.delete(other);
}

function describe() {
  const { models, place } = state;
  const model = models[place];
  find("count").textContent = `${place + 1} of ${models.length}`;
  find("heading").textContent = find("heading").title = model.heading;
  const verdict = find("verdict");
  verdict.className = model.verdict ?? "unrated";
  verdict.textContent = SIGNS[model.verdict] ?? "not rated";
  if (noteOf === null) find("note").value = model.note;
  find("undo").disabled = !state.can_undo;
  const number = (kind) => models.filter((each) => each.verdict === kind).length;
  const export_ = find("export");
  export_.textContent = `export ${number("accepted")} accepted`;
  export_.setAttribute("aria-disabled", String(!number("accepted")));
  if (number("accepted")) export_.setAttribute("href", "export");
  else export_.removeAttribute("href");
  const strip = find("strip");
  models.forEach((each, k) => {
    strip.children[k].className = `${each.verdict ?? ""} ${k === place ? "here" : ""}`.trim();
    strip.children[k].title = `${k + 1}: ${each.verdict ?? "not rated"}${each.note ? `, ${each.note}` : ""}`;
  });
  describeProgress();
}

function describeProgress() {
  const { models, n_ready, n_wanted } = state;
  const rated = models.filter((each) => each.verdict).length;
  const ready = n_ready < n_wanted ? `${n_ready} simulated, ` : "";
  find("status").textContent = `${ready}${rated} of ${models.length} rated`;
  find("status").title = `kept in ${state.file}`;
}

function notice(text) {
  find("notice").textContent = text;
  find("notice").hidden = !text;
}

function trouble(error) {
  find("trouble").textContent = error ? error.message : "";
  find("trouble").hidden = !error;
}

// --- doing

function enqueue(act) {
  n_queued++;
  queue = queue.then(act).then(() => trouble(null), (error) => {
    trouble(new Error(`Not kept: ${error.message}`));
  }).finally(() => n_queued--);
}

// Nobody judges a model that they have not seen: a key that was pressed twice counts once.
function isDrawn() {
  return n_queued === 0 && find("panels").dataset.place === String(state.place);
}

async function change(path, body) {
  const before = state.place;
  const answer = await (await ask(path, body)).json();
  if (answer.said) Object.assign(state.models[answer.changed], answer.said);
  state.place = answer.place;
  state.can_undo = answer.can_undo;
  if (state.place === before && drawn) describe();
  else turn();
}

async function look(place) {
  if (place < 0 || place >= state.models.length || place === state.place) return;
  await change("look", { place });
}

const ACTS = {
  n: () => look(state.place + 1),
  p: () => look(state.place - 1),
  Home: () => look(0),
  End: () => look(state.models.length - 1),
  z: () => change("undo", {}),
};
ACTS.ArrowRight = ACTS.n;
ACTS.ArrowLeft = ACTS.p;
for (const [key, verdict] of Object.entries(VERDICTS)) {
  ACTS[key] = () => change("rate", { place: state.place, verdict });
}

function press(key) {
  if (key === "e" || key === "t") find("note").focus();
  else if (key === "?") find("keys").showModal();
  else if (key === "0") panels.reset();
  else if (key === "Escape") panels.leaveAlone();
  else if (Object.hasOwn(VERDICTS, key)) isDrawn() && enqueue(ACTS[key]);
  else if (Object.hasOwn(ACTS, key)) enqueue(ACTS[key]);
  else return false;
  return true;
}

function beginNote() {
  if (!n_queued) {
    noteOf = state.place;
    return;
  }
  // The model is about to change; what is typed meanwhile belongs to the next one.
  noteOf = -1;
  find("note").value = "";
  enqueue(() => {
    noteOf = state.place;
    find("note").value = state.models[noteOf].note + find("note").value;
  });
}

async function annotate(place, note) {
  if (state.models[place].note !== note) await change("annotate", { place, note });
}

function endNote() {
  const taken = () => {
    const place = noteOf;
    noteOf = null;
    return [place, find("note").value];
  };
  if (noteOf === -1) {
    enqueue(() => annotate(...taken())); // behind what says whose note it is
  } else {
    const words = taken();
    enqueue(() => annotate(...words));
  }
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || !state) return;
  if (find("keys").open) {
    if (event.key === "?") find("keys").close();
    return;
  }
  if (event.target === find("note")) {
    if (event.key === "Enter" || event.key === "Escape") find("note").blur();
    return;
  }
  const onButton = event.target.tagName === "BUTTON" || event.target.tagName === "A";
  if (onButton && (event.key === "Enter" || event.key === " ")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.repeat && Object.hasOwn(VERDICTS, key)) return;
  if (press(key)) event.preventDefault();
});
find("note").addEventListener("focus", beginNote);
find("note").addEventListener("blur", endNote);
addEventListener("pagehide", () => {
  // The note that is being written when the page is left.
  const place = noteOf, note = find("note").value;
  if (!state?.models[place] || state.models[place].note === note) return;
  fetch("annotate", {
    method: "POST", keepalive: true, headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ place, note }),
  });
});
for (const button of document.querySelectorAll("button[data-key]")) {
  button.addEventListener("click", () => {
    button.blur();
    press(button.dataset.key);
  });
}

async function follow() {
  while (state.n_ready < state.n_wanted) {
    await new Promise((resolve) => setTimeout(resolve, PROGRESS_MS));
    try {
      state.n_ready = (await (await ask("progress")).json()).n_ready;
    } catch {
      return; // the next key says so
    }
    describeProgress();
  }
}

async function start() {
  state = await (await ask("state")).json();
  const rater = state.rater === null ? "" : ` (${state.rater})`;
  document.title = `${state.database}${rater}`;
  const strip = find("strip");
  strip.classList.toggle("dense", state.models.length > 150);
  strip.replaceChildren(...state.models.map((_model, place) => {
    const mark = document.createElement("i");
    mark.addEventListener("click", () => enqueue(() => look(place)));
    return mark;
  }));
  turn();
  follow();
}

start().catch(trouble);
