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
})();
