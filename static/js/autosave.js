// Keeps what is typed: two seconds after the last key and at least every eight while somebody types. The text stays
// in the page whatever the server says; when it cannot be kept there, this browser holds it for the same person.
(() => {
  "use strict";

  // Another tab may have signed in anew meanwhile: the token of the cookie is the one that counts.
  const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";

  document.body.addEventListener("htmx:configRequest", (event) => { event.detail.headers["X-CSRFToken"] = token(); });

  const form = document.querySelector("form[data-autosave]");
  if (!form) return;
  const said = document.getElementById("saved");
  const place = `unsent:${form.dataset.person}:${location.pathname}`;
  const IDLE = 2000, MOST = 8000, HALF_A_DAY = 12 * 60 * 60 * 1000;
  let idle, first = 0, sending = false, again = false, leaving = false;

  const say = (text, look) => { said.textContent = text; said.className = `saved ${look}`; };
  const offerSignIn = () => {
    say(`${form.dataset.signedOut} `, "wrong");
    const link = document.createElement("a");
    Object.assign(link, { href: form.dataset.signIn, textContent: form.dataset.signInLabel, target: "_blank", rel: "noopener" });
    said.append(link);
  };
  const typed = () => {
    const data = new FormData(form);
    form.querySelectorAll("input[type=file]").forEach((field) => data.delete(field.name));
    data.delete("csrfmiddlewaretoken");
    return data;
  };

  const hold = () => {
    const pairs = [...typed()].filter(([name]) => name !== "once");
    try { localStorage.setItem(place, JSON.stringify({ at: Date.now(), pairs })); } catch { /* full or forbidden */ }
  };
  const release = () => { try { localStorage.removeItem(place); } catch { /* forbidden */ } };

  const send = async () => {
    clearTimeout(idle);
    if (sending) { again = true; return; }
    sending = true;
    first = 0;
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST", body: typed(), headers: { "X-CSRFToken": token() }, credentials: "same-origin",
      });
      const signedOut = answer.redirected || answer.status === 403;
      const result = !signedOut && answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : null;
      if (signedOut) { hold(); offerSignIn(); later(MOST); }
      else if (!result) throw new Error(answer.status);
      else {
        if (result.opened) form.elements.opened.value = result.opened;
        if (result.hold) hold(); else release(); // what the server did not take stays with this browser
        say(result.text, { saved: "", kept: "mend" }[result.state] ?? "wrong");
        document.body.dispatchEvent(new CustomEvent("kept", { detail: result }));
      }
    } catch {
      if (!leaving) { hold(); say(form.dataset.failed, "wrong"); later(MOST); }
    }
    sending = false;
    if (again) { again = false; later(IDLE); }
  };
  const later = (time) => { clearTimeout(idle); idle = setTimeout(send, time); };

  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    const now = Date.now();
    first ||= now;
    later(Math.max(0, Math.min(IDLE, first + MOST - now)));
  });

  form.addEventListener("submit", () => {
    leaving = true;
    clearTimeout(idle);
    form.elements.csrfmiddlewaretoken.value = token() || form.elements.csrfmiddlewaretoken.value;
  });
  window.addEventListener("pagehide", () => {
    if (leaving || !first) return;
    leaving = true;
    hold();
    fetch(form.dataset.autosave, { method: "POST", body: typed(), headers: { "X-CSRFToken": token() }, keepalive: true });
  });

  // What this browser held comes back into the form, unless it stands there already.
  const restore = ({ at, pairs }) => {
    if (Date.now() - at > HALF_A_DAY || form.querySelector("[aria-invalid]")) return false;
    let changed = false;
    const put = (field, key, value) => { if (field[key] !== value) { field[key] = value; changed = true; } };
    form.querySelectorAll("input[type=checkbox]").forEach((box) => {
      put(box, "checked", pairs.some(([name, value]) => name === box.name && value === box.value));
    });
    pairs.forEach(([name, value]) => {
      const field = form.elements[name];
      if (field?.matches?.("textarea, select, input:not([type=checkbox], [type=hidden], [type=file])")) put(field, "value", value);
    });
    if (changed && form.elements.opened) form.elements.opened.value = Object.fromEntries(pairs).opened;
    return changed;
  };
  try {
    const held = JSON.parse(localStorage.getItem(place) ?? "null");
    if (held && restore(held)) { say(form.dataset.restored, "mend"); later(500); } else release();
  } catch { release(); }
})();
