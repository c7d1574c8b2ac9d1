"use strict";
(function () {
  const form = document.getElementById("filters");
  const shown = document.getElementById("shown");
  const findings = Array.from(document.querySelectorAll(".finding"));
  const groups = Array.from(document.querySelectorAll("section.file"));
  const fields = ["q", "severity", "check", "owner"];

  const texts = new Map();

  function textOf(finding) {
    if (!texts.has(finding)) texts.set(finding, finding.textContent.toLowerCase());
    return texts.get(finding);
  }

  function matches(finding, wanted) {
    if (wanted.severity && finding.dataset.severity !== wanted.severity) return false;
    if (wanted.check && finding.dataset.check !== wanted.check) return false;
    if (wanted.owner && !finding.dataset.owner.split(" ").includes(wanted.owner)) return false;
    return wanted.words.every((word) => textOf(finding).includes(word));
  }

  function apply() {
    const wanted = {};
    for (const name of fields) wanted[name] = form.elements[name].value;
    wanted.words = wanted.q.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const finding of findings) {
      finding.hidden = !matches(finding, wanted);
      count += finding.hidden ? 0 : 1;
    }
    for (const group of groups) {
      group.hidden = !group.querySelector(".finding:not([hidden])");
    }
    shown.textContent = count + " of " + findings.length + " shown";
    const state = new URLSearchParams();
    for (const name of fields) if (wanted[name]) state.set(name, wanted[name]);
    history.replaceState(null, "", "#" + state.toString());
  }

  function restore() {
    const state = new URLSearchParams(location.hash.slice(1));
    for (const name of fields) form.elements[name].value = state.get(name) || "";
    apply();
  }

  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("hashchange", restore);
  restore();
})();
