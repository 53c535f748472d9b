// Comforts only: every page works without this script.
(() => {
  "use strict";

  // After a refused form the reader is taken to what is to be mended.
  document.querySelector("[data-focus]")?.focus();

  // A link of the error summary leads into the field, not only to it.
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".error-summary a[href^='#']");
    const field = link && document.getElementById(link.hash.slice(1));
    if (field) {
      event.preventDefault();
      (field.closest(".field") ?? field).scrollIntoView({ block: "start" });
      field.focus({ preventScroll: true });
    }
  });

  // Menus close on a click elsewhere and on Escape.
  const menus = () => document.querySelectorAll("details.menu[open]");
  document.addEventListener("click", (event) => {
    menus().forEach((menu) => menu.contains(event.target) || menu.removeAttribute("open"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      menus().forEach((menu) => { menu.removeAttribute("open"); menu.querySelector("summary").focus(); });
    }
  });

  // Pages that ask by themselves do so only while somebody is at them, so that an idle session still comes to its end;
  // and they never show the sign-in page in the place of the answer.
  let active = Date.now();
  ["input", "keydown", "pointerdown", "pointermove", "scroll"].forEach((name) => {
    addEventListener(name, () => { active = Date.now(); }, { passive: true });
  });
  document.body.addEventListener("htmx:configRequest", (event) => {
    if (document.hidden || Date.now() - active > 5 * 60 * 1000) event.preventDefault();
  });
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    if (!event.detail.xhr.responseURL.endsWith(event.detail.pathInfo.requestPath)) event.detail.shouldSwap = false;
  });

  // One press, one sending. The server holds too when a press comes twice.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.method === "get") return;
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "1";
  });
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  });

  // How much of a limited text is written.
  document.querySelectorAll("textarea[maxlength]").forEach((text) => {
    const line = document.createElement("span");
    line.className = "counter";
    const tell = () => { line.textContent = `${text.value.length} / ${text.maxLength}`; };
    text.after(line);
    text.addEventListener("input", tell);
    tell();
  });

  // Pages may ask to be printed by a button.
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
})();
