// The page GET /generate: describe a project, watch it being made, see what is covered, take it home.
#include "server/face.h"

namespace rustcoder::server {

namespace {

constexpr const char* page = R"html(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Rust Coder: generate</title><link rel="stylesheet" href="/assets/style.css"></head><body>
<h1>Generate</h1>
<p>A description in, a cargo project out that compiles and passes its tests. <a href="/">Compile and fix</a> · <a href="/knowledge">Knowledge</a> · <a href="/docs">API</a></p>
<form id="form">
<label for="description">What it is and does</label>
<input id="description" autocomplete="off" required placeholder="A command-line calculator for the four operations">
<label for="requirements">Requirements, one a line</label>
<textarea id="requirements" class="short" spellcheck="false" placeholder="keep a history of the last 20 results"></textarea>
<label for="key" class="muted">API key, if this server has one</label><input id="key" type="password" autocomplete="off">
<button id="make">Generate</button><button type="button" class="plain" id="stop" disabled>Stop</button>
</form>
<p id="state" role="status" aria-live="polite"></p>
<section id="out" hidden>
<p id="explanation"></p>
<div id="coverage-box"><h2>Requirements</h2><table><tbody id="coverage"></tbody></table></div>
<div id="nearest-box"><h2>Nearest templates</h2><table><tbody id="nearest"></tbody></table></div>
<div id="run-box"><h2>Output of the program</h2><pre id="run"></pre></div>
<div id="build-box"><h2>Compiler</h2><pre id="build"></pre></div>
<div id="files-box"><h2>Files</h2><p><button type="button" class="plain" id="download">Download as zip</button></p><div id="files"></div></div>
</section>
<script src="/assets/generate.js"></script></body></html>
)html";

constexpr const char* script = R"js("use strict";
const $ = id => document.getElementById(id);
const make = (tag, text, ...kids) => { const e = document.createElement(tag); if (text) e.textContent = text; e.append(...kids); return e; };
const row = (...cells) => make("tr", "", ...cells.map(text => make("td", text)));
const pause = ms => new Promise(done => setTimeout(done, ms));
let current = null;
function headers(more) { const h = { ...more }; if ($("key").value) h.Authorization = "Bearer " + $("key").value; return h; }
async function ask(path, options) {
  const reply = await fetch(path, options ?? { headers: headers() });
  const body = await reply.json();
  if (!reply.ok) throw new Error(typeof body.detail === "string" ? body.detail : (body.detail ?? [body]).map(d => d.msg ?? JSON.stringify(d)).join("; "));
  return body;
}
function show(box, list, fill) { $(box).hidden = !list || !list.length; if (!$(box).hidden) fill(list); }
async function save(path, name) {
  const reply = await fetch(path, { headers: headers() });
  if (!reply.ok) { $("state").textContent = "Download failed: " + reply.status; return; }
  const link = make("a"); link.href = URL.createObjectURL(await reply.blob()); link.download = name; link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
function file(project, path) {
  const name = make("button", path); name.type = "button"; name.className = "plain";
  const box = make("div", "", name);
  name.addEventListener("click", async () => {
    if (box.querySelector("pre")) return box.querySelector("pre").remove();
    const reply = await fetch(project + "/files/" + path.split("/").map(encodeURIComponent).join("/"), { headers: headers() });
    box.append(make("pre", await reply.text()));
  });
  return box;
}
function render(p) {
  $("out").hidden = false;
  $("explanation").textContent = p.explanation ?? p.message;
  show("coverage-box", p.requirements, list => $("coverage").replaceChildren(...list.map(r =>
    row(r.met ? "done" : r.claimed ? "claimed" : "missing", r.text, r.how))));
  show("nearest-box", p.status === "failed" ? p.nearest : [], list => $("nearest").replaceChildren(...list.map(t =>
    row(t.name, t.title, Math.round(t.confidence * 100) + " %"))));
  show("run-box", p.run_output, text => { $("run").textContent = text; });
  show("build-box", p.build_output, text => { $("build").textContent = text; });
  show("files-box", p.files, list => $("files").replaceChildren(...list.map(path => file(p.links.self, path))));
  $("download").onclick = () => save(p.links.download, "project-" + p.project_id + ".zip");
}
async function follow(id) {
  for (let wait = 150; ; wait = Math.min(wait * 1.3, 1500)) {
    const p = await ask("/project/" + id);
    if (current !== id) return;
    $("state").textContent = p.message + (p.template ? " from the template " + p.template : "") + ".";
    if (p.status === "completed" || p.status === "failed") return render(p);
    await pause(wait);
  }
}
$("form").addEventListener("submit", async e => {
  e.preventDefault();
  $("make").disabled = true; $("stop").disabled = false; $("out").hidden = true; $("state").textContent = "Sent.";
  try {
    const p = await ask("/generate", { method: "POST", headers: headers({ "Content-Type": "application/json" }),
      body: JSON.stringify({ description: $("description").value, requirements: $("requirements").value || null }) });
    current = p.project_id;
    await follow(current);
  } catch (error) { $("state").textContent = error.message; }
  finally { $("make").disabled = false; $("stop").disabled = true; }
});
$("stop").addEventListener("click", () => { if (current) fetch("/jobs/" + current, { method: "DELETE", headers: headers() }); });
)js";

} // namespace

void add_generate_page(App& app) {
    add_page(app, "/generate", "text/html; charset=utf-8", page);
    add_page(app, "/assets/generate.js", "text/javascript; charset=utf-8", script);
}

} // namespace rustcoder::server
