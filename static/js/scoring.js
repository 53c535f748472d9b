// Each time the sheet is kept, the page says what the marks come to, what is still missing and, beside the field and
// in the foot, what was not saved. On a phone the bar leads
// back to the criterion from which one went to look into the file.
(() => {
  "use strict";

  const form = document.querySelector("form[data-autosave]");
  const said = document.getElementById("saved");

  // As the server draws a field with an error. What it drew itself stays until somebody types there.
  const mark = (field, why) => {
    const box = field.closest(".field"), id = `${field.id}_error`;
    const was = box.querySelectorAll(".error");
    if (!why && field.value === field.defaultValue && [...was].some((line) => !line.dataset.live)) return;
    was.forEach((line) => line.remove());
    const described = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((one) => one && one !== id);
    if (why) {
      const line = document.createElement("p");
      Object.assign(line, { className: "error", id, textContent: why });
      line.dataset.live = "1";
      field.before(line);
      described.push(id);
    }
    box.classList.toggle("wrong", Boolean(why));
    field.toggleAttribute("aria-invalid", Boolean(why));
    if (why) field.setAttribute("aria-invalid", "true");
    if (described.length) field.setAttribute("aria-describedby", described.join(" "));
    else field.removeAttribute("aria-describedby");
  };

  // The sentence in the foot with each criterion that it names leading to its field.
  const name = (text, unsaved) => {
    let rest = text;
    said.textContent = "";
    unsaved.forEach((one) => {
      const at = rest.indexOf(one.title);
      if (at < 0) return;
      const link = document.createElement("a");
      Object.assign(link, { href: `#id_${one.name}`, textContent: one.title });
      said.append(rest.slice(0, at), link);
      rest = rest.slice(at + one.title.length);
    });
    said.append(rest);
  };

  document.body.addEventListener("kept", ({ detail }) => {
    if (detail.unsaved) {
      form.querySelectorAll(".field .form-control").forEach((field) => {
        mark(field, detail.unsaved.find((one) => one.name === field.name)?.why ?? "");
      });
      if (detail.unsaved.length) name(detail.text, detail.unsaved);
    }
    Object.entries(detail.tally ?? {}).forEach(([name, text]) => {
      document.querySelectorAll(`[data-tally="${name}"]`).forEach((place) => { place.textContent = text; });
    });
    Object.entries(detail.lacks ?? {}).forEach(([key, lacks]) => {
      const place = document.querySelector(`[data-lacks="${key}"]`);
      if (!place) return;
      place.textContent = lacks || place.dataset.done;
      place.classList.toggle("met", !lacks);
      place.classList.toggle("unmet", Boolean(lacks && place.closest(".criterion").querySelector("[data-live]")));
    });
  });

  // The foot may grow while one types; the field with the cursor is never left below it.
  const foot = form.querySelector(".savebar");
  const free = () => {
    const field = document.activeElement;
    if (!form.contains(field) || foot.contains(field)) return;
    const { top, bottom } = field.getBoundingClientRect(), edge = foot.getBoundingClientRect();
    if (bottom > edge.top - 8 && top < edge.bottom) field.scrollIntoView({ block: "nearest" });
  };
  new ResizeObserver(() => {
    document.documentElement.style.setProperty("--foot", `${foot.offsetHeight}px`);
    free();
  }).observe(foot);
  form.addEventListener("focusin", () => requestAnimationFrame(free));

  // What a mark comes to where it counts for more or less than it says, two decimals with halves upwards.
  const convert = (field) => {
    const place = field.closest(".criterion")?.querySelector(".counts");
    if (!place) return;
    const { top, weight, said: words } = place.dataset;
    const typed = field.value.normalize("NFKC").replace("。", ".").trim().replace(/分$/, "").trim();
    const fits = /^\d+(\.\d*)?$/.test(typed) && Number(typed) <= Number(top) && (typed * 2) % 1 === 0;
    place.textContent = fits ? words.replace("{}", Math.round((typed * weight * 100) / top + 1e-6) / 100) : "";
  };
  document.querySelectorAll(".criterion [name^=points_]").forEach((field) => {
    convert(field);
    field.addEventListener("input", () => convert(field));
  });

  document.querySelectorAll(".criterion .article a[href^='#']").forEach((link) => {
    link.addEventListener("click", () => {
      const back = document.querySelector(".jump a[href='#sheet'], .jump a[href^='#criterion-']");
      if (back) back.hash = link.closest(".criterion").id;
    });
  });
})();
