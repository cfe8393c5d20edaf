// The page /knowledge: ask the knowledge base, see how much there is.
#include "server/face.h"

namespace rustcoder::server {

namespace {

constexpr const char* page = R"html(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Rust Coder: knowledge</title><link rel="stylesheet" href="/assets/style.css"></head><body>
<h1>Knowledge</h1>
<p>The compiler's explanations, the local Rust documentation, lessons, and fixes that were learned here. <a href="/">Compile and fix</a> · <a href="/generate">Generate</a> · <a href="/docs">API</a></p>
<form id="form" role="search">
<label for="q">Words, an identifier, an error code, or a whole message of the compiler</label>
<input id="q" type="search" autocomplete="off" placeholder="E0502 in a loop">
<label for="kind">Kind</label>
<select id="kind"><option value="">all</option><option value="lesson">lessons</option><option value="fix">learned fixes</option><option value="project">projects</option><option value="passage">documentation</option></select>
<label for="key" class="muted">API key, if this server has one</label><input id="key" type="password" autocomplete="off">
<button>Search</button><button type="button" class="plain" id="explain">Explain an error</button>
</form>
<p id="state" role="status" aria-live="polite"></p>
<div id="hits"></div>
<h2>What there is</h2><p id="background" class="muted"></p>
<table><tbody id="stats"></tbody></table>
<script src="/assets/knowledge.js"></script></body></html>
)html";

constexpr const char* script = R"js("use strict";
const $ = id => document.getElementById(id);
const make = (tag, text, ...kids) => { const e = document.createElement(tag); if (text) e.textContent = text; e.append(...kids); return e; };
const plural = (n, word) => n + " " + word + (n === 1 ? "" : "s");
async function ask(path, body) {
  const headers = body ? { "Content-Type": "application/json" } : {};
  if ($("key").value) headers.Authorization = "Bearer " + $("key").value;
  const reply = await fetch(path, body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers });
  const answer = await reply.json();
  if (!reply.ok) throw new Error(typeof answer.detail === "string" ? answer.detail : JSON.stringify(answer.detail ?? answer));
  return answer;
}
function record(c) { const n = Math.max(c.tried, c.passed); return n ? "right " + c.passed + " of " + n + " times" : "not tried yet"; }
function hit(h) {
  const title = make("button", h.title || h.id); title.type = "button"; title.className = "plain";
  const box = make("section", "", title, make("p", [h.kind, h.source, h.counts && record(h.counts)].filter(Boolean).join(" · ")));
  if (h.snippet) box.append(make("pre", h.snippet));
  title.addEventListener("click", async () => {
    if (box.querySelector(".whole")) return box.querySelector(".whole").remove();
    try { const pre = make("pre", (await ask("/knowledge/entries/" + h.id)).text); pre.className = "whole"; box.append(pre); }
    catch (e) { $("state").textContent = e.message; }
  });
  return box;
}
async function work(f) {
  $("state").textContent = "Searching …"; $("hits").replaceChildren();
  try { await f($("q").value); } catch (e) { $("state").textContent = e.message; }
}
$("form").addEventListener("submit", e => { e.preventDefault(); work(async query => {
  const body = { query, limit: 10 };
  if ($("kind").value) body.kind = $("kind").value;
  const a = await ask("/knowledge/search", body);
  $("state").textContent = plural(a.count, "result") + " in " + a.took_ms.toFixed(1) + " ms" + (a.note ? " (" + a.note + ")" : "");
  $("hits").replaceChildren(...a.hits.map(hit));
}); });
$("explain").addEventListener("click", () => work(async error => {
  const a = await ask("/knowledge/explain", { error });
  $("state").textContent = [a.code, a.explanation_from, a.note].filter(Boolean).join(" · ");
  $("hits").replaceChildren(...(a.explanation ? [make("pre", a.explanation)] : []),
    ...a.fixes.map(f => make("p", "Learned: " + f.title + " (" + f.record + ")")), ...a.lessons.map(hit));
}));
async function stats() {
  try {
    const s = await ask("/knowledge/stats");
    $("background").textContent = "In the background: " + s.background.text;
    const rows = [...Object.entries(s.entries), ["vectors", s.vectors], ["learned fixes", record(s.fixes)]];
    $("stats").replaceChildren(...rows.map(([k, v]) => make("tr", "", make("td", k), make("td", String(v)))));
    if (["seeding", "embedding"].includes(s.background.phase)) setTimeout(stats, 3000);
  } catch (e) { $("background").textContent = e.message; }
}
$("key").addEventListener("change", stats);
stats();
)js";

} // namespace

void add_knowledge_page(App& app) {
    add_page(app, "/knowledge", "text/html; charset=utf-8", page);
    add_page(app, "/assets/knowledge.js", "text/javascript; charset=utf-8", script);
}

} // namespace rustcoder::server
