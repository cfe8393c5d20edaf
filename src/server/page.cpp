// The landing page, its script and style, and /docs: self-contained, no third party, strict content policy.
#include "server/face.h"

namespace rustcoder::server {

namespace {

constexpr const char* style = R"css(
:root { color-scheme: light dark; --line: #8884; --accent: #b7410e; }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 1.5rem 0 .5rem; }
a { color: var(--accent); }
textarea, input, select { width: 100%; font: 14px/1.45 ui-monospace, monospace; padding: .5rem; border: 1px solid var(--line); border-radius: 4px; background: transparent; color: inherit; }
textarea { min-height: 18rem; resize: vertical; } textarea.short { min-height: 6rem; }
label { display: block; margin: .75rem 0 .25rem; font-weight: 600; }
button { margin: 1rem .5rem 0 0; padding: .5rem 1.25rem; font: inherit; border: 1px solid var(--accent); border-radius: 4px; background: var(--accent); color: #fff; cursor: pointer; }
button.plain { background: transparent; color: inherit; border-color: var(--line); } button:disabled { opacity: .5; cursor: default; }
pre { overflow: auto; padding: .75rem; border: 1px solid var(--line); border-radius: 4px; white-space: pre-wrap; overflow-wrap: anywhere; }
.add { color: #1a7f37; } .del { color: #cf222e; } .hunk { color: #8250df; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; vertical-align: top; padding: .35rem .5rem; border-bottom: 1px solid var(--line); }
code { font-family: ui-monospace, monospace; } .muted { opacity: .7; } [hidden] { display: none; }
)css";

constexpr const char* landing = R"html(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Rust Coder</title><link rel="stylesheet" href="/assets/style.css"></head><body>
<h1>Rust Coder</h1>
<p>Compiles Rust and repairs it until the compiler accepts it. <a href="/generate">Generate</a> · <a href="/knowledge">Knowledge</a> · <a href="/docs">API</a> · <a href="/readyz">status</a> · MCP at <code>/mcp</code></p>
<form id="form">
<label for="code">Your project: flat text with <code>[filename: PATH]</code> lines, or one plain Rust file</label>
<textarea id="code" spellcheck="false" autocomplete="off">[filename: Cargo.toml]
[package]
name = "hello"
version = "0.1.0"
edition = "2021"

[filename: src/main.rs]
fn main() {
    println!("Hello, world!";
}
</textarea>
<label for="description">What it should do</label><input id="description" value="Greets the world">
<label for="key" class="muted">API key, if this server has one</label><input id="key" type="password" autocomplete="off">
<button id="fix">Compile and fix</button><button type="button" class="plain" id="compile">Compile only</button><button type="button" class="plain" id="stop" disabled>Stop</button>
</form>
<p id="state" role="status" aria-live="polite"></p>
<section id="out" hidden>
<div id="edits-box"><h2>What was changed, and why</h2><table><tbody id="edits"></tbody></table></div>
<div id="diff-box"><h2>Diff</h2><pre id="diff"></pre></div>
<div id="run-box"><h2>Output of the program</h2><pre id="run"></pre></div>
<div id="build-box"><h2>Compiler</h2><pre id="build"></pre></div>
<div id="text-box"><h2>Project</h2><pre id="text"></pre></div>
</section>
<script src="/assets/app.js"></script></body></html>
)html";

constexpr const char* script = R"js("use strict";
const $ = id => document.getElementById(id);
let running = null;
function show(box, text, fill) {
  $(box).hidden = text === undefined || text === null || text === "";
  if (!$(box).hidden) fill(text);
}
function diff(text) {
  const pre = $("diff"); pre.replaceChildren();
  for (const line of text.split("\n")) {
    const span = document.createElement("span");
    span.className = line.startsWith("@@") ? "hunk" : line.startsWith("+") ? "add" : line.startsWith("-") ? "del" : "";
    span.textContent = line + "\n"; pre.append(span);
  }
}
function edits(list) {
  $("edits").replaceChildren(...list.map(e => {
    const row = document.createElement("tr");
    for (const text of [e.line ? e.file + ":" + e.line : e.file, e.code, e.why, "risk: " + e.risk]) {
      const cell = document.createElement("td"); cell.textContent = text; row.append(cell);
    }
    return row;
  }));
}
function render(r) {
  $("out").hidden = false;
  show("edits-box", r.edits && r.edits.length ? r.edits : "", edits);
  show("diff-box", r.diff, diff);
  show("run-box", r.run_output, t => { $("run").textContent = t; });
  show("build-box", r.build_output, t => { $("build").textContent = t; });
  show("text-box", r.combined_text, t => { $("text").textContent = t; });
  $("state").textContent = (r.success ? "It compiles." : "It does not compile.") + (r.message ? " " + r.message + "." : "") +
    (r.verdict ? " Verdict: " + r.verdict + "." : "");
}
async function send(path) {
  running?.abort();
  running = new AbortController();
  const mine = running;
  for (const id of ["fix", "compile"]) $(id).disabled = true;
  $("stop").disabled = false; $("out").hidden = true; $("state").textContent = "Working …";
  const headers = { "Content-Type": "application/json" };
  if ($("key").value) headers.Authorization = "Bearer " + $("key").value;
  try {
    const reply = await fetch(path, { method: "POST", headers, signal: mine.signal,
      body: JSON.stringify({ code: $("code").value, description: $("description").value }) });
    const body = await reply.json();
    if (reply.ok) render(body);
    else $("state").textContent = typeof body.detail === "string" ? body.detail : JSON.stringify(body.detail ?? body);
  } catch (e) {
    $("state").textContent = mine.signal.aborted ? "Stopped." : "The server could not be reached: " + e.message;
  } finally {
    if (running === mine) { for (const id of ["fix", "compile"]) $(id).disabled = false; $("stop").disabled = true; }
  }
}
$("form").addEventListener("submit", e => { e.preventDefault(); send("/compile-and-fix"); });
$("compile").addEventListener("click", () => send("/compile"));
$("stop").addEventListener("click", () => running?.abort());
)js";

constexpr const char* docs = R"html(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Rust Coder API</title><link rel="stylesheet" href="/assets/style.css"></head><body>
<h1>Rust Coder API</h1><p>From <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1). <a href="/">Try it</a>.</p>
<noscript>This page needs JavaScript to list the routes; /openapi.json has them all.</noscript>
<div id="routes"></div><script src="/assets/docs.js"></script></body></html>
)html";

constexpr const char* docs_script = R"js("use strict";
const make = (tag, text, ...kids) => { const e = document.createElement(tag); if (text) e.textContent = text; e.append(...kids); return e; };
(async () => {
  const root = document.getElementById("routes");
  const api = await (await fetch("/openapi.json")).json();
  const name = schema => schema?.$ref?.split("/").pop() ?? "";
  for (const [path, item] of Object.entries(api.paths)) for (const [method, op] of Object.entries(item)) {
    root.append(make("h2", "", make("code", method.toUpperCase() + " " + path)), make("p", op.summary));
    const schema = api.components.schemas[name(op.requestBody?.content?.["application/json"]?.schema)];
    if (schema?.properties) {
      const rows = Object.entries(schema.properties).map(([field, s]) => make("tr", "", make("td", "", make("code", field)),
        make("td", [].concat(s.type ?? name(s) ?? "").join(" | ")), make("td", (schema.required?.includes(field) ? "required. " : "") + (s.description ?? "") + ("default" in s ? " default: " + s.default : ""))));
      root.append(make("table", "", make("tbody", "", ...rows)));
      if (schema.example) root.append(make("pre", "curl -s " + location.origin + path + " -H 'Content-Type: application/json' -d '" + JSON.stringify(schema.example) + "'"));
    }
    root.append(make("table", "", make("tbody", "", ...Object.entries(op.responses).map(([status, r]) => make("tr", "",
      make("td", status), make("td", r.description), make("td", Object.entries(r.content ?? {}).map(([type, c]) => type + " " + name(c.schema)).join(", ")))))));
  }
})();
)js";

} // namespace

void add_page(App& app, const char* path, const char* type, const char* text) {
    app.routes.push_back({"GET",
                          path,
                          Access::open,
                          false,
                          [type, text](const std::shared_ptr<Call>& call) {
                              net::HttpResponse r;
                              r.content_type = type;
                              r.body = text;
                              r.headers.set(
                                  "Content-Security-Policy",
                                  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                                  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
                              r.headers.set("Cache-Control", "no-cache");
                              call->send(std::move(r));
                          },
                          "",
                          "",
                          "",
                          {}});
}

void add_page_routes(App& app) {
    add_page(app, "/", "text/html; charset=utf-8", landing);
    add_page(app, "/docs", "text/html; charset=utf-8", docs);
    add_page(app, "/assets/style.css", "text/css; charset=utf-8", style);
    add_page(app, "/assets/app.js", "text/javascript; charset=utf-8", script);
    add_page(app, "/assets/docs.js", "text/javascript; charset=utf-8", docs_script);
    add_generate_page(app);
    add_knowledge_page(app);
}

} // namespace rustcoder::server
