// verdict.mjs SET FOLDER: counts the checks that the suite wrote down, names each that did not pass, and fails on any.
import fs from "node:fs";
import path from "node:path";

const [, , set, folder] = process.argv;
// How many there are: fewer means that something was not run at all.
const expected = {
  "2025-11-25": { scenarios: 33, checks: 84 },
  "2026-07-28": { scenarios: 50, checks: 197 },
}[set];
const counts = { SUCCESS: 0, FAILURE: 0, WARNING: 0, SKIPPED: 0, INFO: 0 };
let scenarios = 0;
for (const name of fs.readdirSync(folder).sort()) {
  const file = path.join(folder, name, "checks.json");
  if (!fs.existsSync(file)) continue;
  ++scenarios;
  for (const check of JSON.parse(fs.readFileSync(file, "utf8"))) {
    counts[check.status] = (counts[check.status] ?? 0) + 1;
    if (check.status !== "SUCCESS" && check.status !== "INFO")
      console.log(`${check.status}: ${name}: ${check.id}: ${(check.errorMessage ?? "").slice(0, 300)}`);
  }
}
console.log(`${set}: ${scenarios} scenarios, ${counts.SUCCESS} checks passed, ${counts.FAILURE} failed, ` +
  `${counts.WARNING} warnings, ${counts.SKIPPED} skipped`);
const all = scenarios >= expected.scenarios && counts.SUCCESS >= expected.checks;
process.exit(all && counts.FAILURE === 0 && counts.WARNING === 0 ? 0 : 1);
