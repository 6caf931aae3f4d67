// The page of a run that goes on: it renews itself, and can stop the run or let it go on.

const LOOK_MS = 1000;
const SILENT_MS = 3000;

const live = (name) => document.getElementById(`live-${name}`);
let version = Number(document.getElementById("live").dataset.version);
let isTyped = false;
let refused = ""; // why what was asked last is not done

async function ask(path, body) {
  const options = body === undefined ? {} : {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  };
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Error("report does not answer: it has been ended, or cannot be reached. The page shows what was known then");
  }
  if (response.ok) return response;
  const said = await response.json().catch(() => ({}));
  throw new Error(said.error ?? `report answered ${response.status}`);
}

function tell(text, isTrouble = false) {
  live("said").textContent = text;
  live("said").classList.toggle("trouble", isTrouble);
}

function describe(state) {
  const left = state.left ? `, about ${state.left} left` : "";
  const done = Math.max(state.done, 0);
  live("state").textContent = `${state.state}: ${done} of ${state.goal} ${state.what}${left}`;
  live("stop").hidden = !state.can_stop;
  live("stop").disabled = state.asked;
  live("go").hidden = !state.can_go_on;
  live("what").textContent = state.what;
  live("planned").hidden = !state.planned;
  if (!isTyped) live("goal").value = Math.max(state.goal, done + 1);
  if (refused) tell(refused, true);
  else tell(state.asked ? "it stops after this generation" : state.said || (state.error ?? ""), Boolean(state.error) || state.said.startsWith("it did not"));
}

async function look() {
  let wait = LOOK_MS;
  try {
    const state = await (await ask("state")).json();
    describe(state);
    if (state.version > version && !document.hidden) {
      const newer = new DOMParser().parseFromString(await (await ask("./")).text(), "text/html");
      version = Number(newer.getElementById("live").dataset.version);
      renew(newer);
    }
  } catch (error) {
    tell(error.message, true);
    wait = SILENT_MS;
  }
  setTimeout(look, wait);
}

async function act(path, body) {
  try {
    refused = "";
    tell((await (await ask(path, body)).json()).said);
    isTyped = false;
  } catch (error) {
    refused = error.message;
    tell(refused, true);
  }
}

live("stop").addEventListener("click", () => act("stop", {}));
live("goal").addEventListener("input", () => { isTyped = true; });
live("go").addEventListener("submit", (event) => {
  event.preventDefault();
  act("go-on", { goal: Number(live("goal").value) });
});
look();
