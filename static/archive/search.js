// The search of an export: its page is opened from a disk, where scripts may be loaded and nothing else.
"use strict";

(() => {
  const MOST = 200;
  const AROUND = 60;
  const field = document.getElementById("find");
  const status = document.getElementById("found");
  const hits = document.getElementById("hits");
  const all = document.getElementById("all");
  const files = field.dataset.files.split(" ").filter(Boolean);
  const texts = [];
  let loading = null;

  // Each file of the search calls this once: [title, page, [[number, name, time, text], ...]].
  window.chatify = ([title, page, lines]) => texts.push({ title, page, lines });

  field.addEventListener("focus", load);
  field.addEventListener("input", () => load().then(show));

  function load() {
    loading ??= files.reduce((before, file) => before.then(() => script(file)), Promise.resolve());
    return loading;
  }

  function script(file) {
    return new Promise((done) => {
      const element = document.createElement("script");
      element.addEventListener("load", done);
      element.addEventListener("error", done);
      element.src = file;
      document.head.append(element);
    });
  }

  function show() {
    const words = folded(field.value).split(/\s+/).filter(Boolean);
    const found = words.length ? find(words) : [];
    all.hidden = words.length > 0;
    hits.replaceChildren(...found.slice(0, MOST).map((hit) => entry(hit, words)));
    status.textContent = !words.length ? "" : told(found.length);
  }

  function told(number) {
    if (!number) return "Nothing found.";
    if (number > MOST) return `More than ${MOST} found; the first are shown.`;
    return number === 1 ? "1 message" : `${number} messages`;
  }

  function find(words) {
    const found = [];
    for (const { title, page, lines } of texts) {
      for (const [number, name, time, text] of lines) {
        const whole = folded(`${text} ${name}`);
        if (words.every((word) => whole.includes(word))) found.push({ title, page, number, name, time, text });
        if (found.length > MOST) return found;
      }
    }
    return found;
  }

  function entry(hit, words) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    const about = document.createElement("small");
    link.href = `${hit.page}#m${hit.number}`;
    link.dir = "auto";
    link.textContent = near(hit.text, words);
    about.textContent = ` ${hit.name} in ${hit.title}, ${hit.time.slice(0, 10)}`;
    item.append(link, about);
    return item;
  }

  function near(text, words) {
    const at = Math.max(0, folded(text).indexOf(words[0]));
    const cut = text.slice(Math.max(0, at - AROUND), at + AROUND * 2).trim();
    return `${at > AROUND ? "…" : ""}${cut}${at + AROUND * 2 < text.length ? "…" : ""}`;
  }

  function folded(text) {
    return text.normalize("NFKC").toLowerCase();
  }
})();
