// Times in the reader's zone, pages that renew themselves, a button that copies. Everything works without it too.
"use strict";

const pad = (number) => String(number).padStart(2, "0");

function localTimes(root) {
  for (const element of root.querySelectorAll("time[datetime]")) {
    const at = new Date(element.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    const day = `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
    element.title = element.textContent;
    element.textContent = `${day} ${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}`;
  }
  for (const element of root.querySelectorAll("[data-clock]")) {
    const at = new Date(element.dataset.clock);
    element.textContent = `${pad(at.getHours())}:${pad(at.getMinutes())}`;
  }
}

function copies(root) {
  for (const button of root.querySelectorAll("button[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      button.setAttribute("aria-pressed", "true");
    });
  }
}

// The server draws; this asks a small endpoint whether anything was written and, if so, takes the parts that changed.
async function renew(main, drawn) {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of main.querySelectorAll("[id]")) {
    const other = fresh.getElementById(part.id);
    if (!drawn.has(part.id) || !other || drawn.get(part.id) === other.innerHTML) continue;
    if (part.contains(document.activeElement) || part.querySelector("details[open]")) continue;
    drawn.set(part.id, other.innerHTML);
    part.replaceChildren(...document.adoptNode(other).childNodes);
    localTimes(part);
    part.dataset.changed = "";
    setTimeout(() => delete part.dataset.changed, 1500);
  }
}

function live(main) {
  const drawn = new Map();
  for (const name of main.dataset.live.split(" ")) {
    const part = document.getElementById(name);
    if (part) drawn.set(name, part.innerHTML);
  }
  let version = Number(main.dataset.version);
  let minute = Math.floor(Date.now() / 60000);
  const count = document.querySelector("[data-open-incidents]");
  const look = async () => {
    if (document.hidden) return;
    const answer = await fetch("/api/pulse", { headers: { accept: "application/json" } });
    if (answer.status === 401) {
      location.reload();
      return;
    }
    if (!answer.ok) return;
    const pulse = await answer.json();
    if (count) {
      count.textContent = pulse.open_incidents;
      count.hidden = pulse.open_incidents === 0;
    }
    const now = Math.floor(Date.now() / 60000);
    if (version !== pulse.version || now !== minute) await renew(main, drawn);
    version = pulse.version;
    minute = now;
  };
  const again = () => setTimeout(() => look().catch(() => {}).finally(again), 2000);
  look().catch(() => {}).finally(again);
}

const main = document.getElementById("main");
const liveParts = main && main.dataset.live;
if (liveParts) live(main);
for (const element of document.querySelectorAll("[data-zone]")) {
  element.textContent = Intl.DateTimeFormat().resolvedOptions().timeZone;
}
localTimes(document);
copies(document);
