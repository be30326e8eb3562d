// What does a page do by itself? It looks again when something has changed, and never takes away what a person is typing.
(function () {
  "use strict";

  var LOOK_AGAIN_MS = 600;
  var waiting = null;
  var again = false;

  function lookAgain() {
    if (waiting) { again = true; return; }
    window.htmx.trigger("#live", "look");
    waiting = setTimeout(function () {
      waiting = null;
      if (again) { again = false; lookAgain(); }
    }, LOOK_AGAIN_MS);
  }

  function isTyped(field) {
    if (field.type === "hidden") { return false; }
    if (field.type === "checkbox" || field.type === "radio") { return field.checked !== field.defaultChecked; }
    if (field.tagName === "SELECT") { return field === document.activeElement; }
    return field.value !== field.defaultValue;
  }

  function isInUse(part) {
    if (part.contains(document.activeElement)) { return true; }
    if (part.querySelector("details[open]:not([data-open])")) { return true; }
    return Array.prototype.some.call(part.querySelectorAll("input, textarea, select"), isTyped);
  }

  document.addEventListener("htmx:sseMessage", function (event) {
    if (event.target.id === "events") { lookAgain(); }
  });

  document.addEventListener("htmx:oobBeforeSwap", function (event) {
    var used = isInUse(event.detail.target);
    event.detail.target.toggleAttribute("data-kept", used);
    if (used) { event.detail.shouldSwap = false; }
  });

  // The minutes of an item that the CAB discusses count up here, and ask the server nothing.
  var seen = new WeakMap();

  function clocked(seconds) {
    return Math.floor(seconds / 60) + ":" + String(Math.floor(seconds % 60)).padStart(2, "0");
  }

  function countUp() {
    document.querySelectorAll("[data-counts]").forEach(function (timer) {
      if (!seen.has(timer)) { seen.set(timer, performance.now()); }
      var seconds = Number(timer.dataset.counts) + (performance.now() - seen.get(timer)) / 1000;
      var over = seconds - Number(timer.dataset.box);
      timer.querySelector(".num").textContent = clocked(seconds);
      timer.querySelector(".late").textContent = over > 0 ? " " + clocked(over) + " over" : "";
      timer.classList.toggle("waiting", over > 0);
    });
  }

  if (document.querySelector("[data-counts]")) { countUp(); }
  setInterval(countUp, 1000);

  // One letter goes to what the page marks with it: a link is followed, a button only gets the focus.
  var hint = document.querySelector("[data-keys]");
  var OFF = "leverframe.keys.off";

  function remembered() {
    try { return localStorage.getItem(OFF); } catch (refused) { return null; }
  }

  function sayKeys(off) {
    var button = hint.querySelector("button");
    button.setAttribute("aria-pressed", String(!off));
    button.textContent = off ? "Keys are off" : "Keys are on";
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || remembered()) { return; }
    var field = event.target;
    if (field.isContentEditable || field.matches("textarea, select, input:not([type=radio]):not([type=checkbox])")) { return; }
    var wanted = /^[a-z]$/.test(event.key) ? document.querySelector('main [data-key="' + event.key + '"]') : null;
    if (!wanted) { return; }
    event.preventDefault();
    if (wanted.tagName === "A") { wanted.click(); } else { wanted.focus(); }
  }

  if (hint) {
    hint.hidden = false;
    sayKeys(remembered());
    hint.querySelector("button").addEventListener("click", function () {
      var off = !remembered();
      try { if (off) { localStorage.setItem(OFF, "1"); } else { localStorage.removeItem(OFF); } } catch (refused) { return; }
      sayKeys(off);
    });
    document.addEventListener("keydown", onKey);
  }
})();
