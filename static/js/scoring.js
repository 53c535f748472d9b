// Each time the sheet is kept, the page says what the marks come to and what is still missing. On a phone the bar leads
// back to the criterion from which one went to look into the file.
(() => {
  "use strict";

  document.body.addEventListener("kept", ({ detail }) => {
    Object.entries(detail.tally ?? {}).forEach(([name, text]) => {
      document.querySelectorAll(`[data-tally="${name}"]`).forEach((place) => { place.textContent = text; });
    });
    Object.entries(detail.lacks ?? {}).forEach(([key, lacks]) => {
      const place = document.querySelector(`[data-lacks="${key}"]`);
      if (!place) return;
      place.textContent = lacks || place.dataset.done;
      place.classList.toggle("met", !lacks);
    });
  });

  document.querySelectorAll(".criterion .article a[href^='#']").forEach((link) => {
    link.addEventListener("click", () => {
      const back = document.querySelector(".jump a[href='#sheet'], .jump a[href^='#criterion-']");
      if (back) back.hash = link.closest(".criterion").id;
    });
  });
})();
