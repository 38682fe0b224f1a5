// Prints "N passed, N failed" from vitest's JSON report, and the skipped tests. Exits with 1 when a test failed.
import { readFileSync } from "node:fs";

const [, , path, status] = process.argv;
let report;
try {
  report = JSON.parse(readFileSync(path, "utf8"));
} catch {
  process.stderr.write("vitest wrote no report\n");
  process.stdout.write("0 passed, 1 failed\n");
  process.exit(1);
}
const skipped = [];
for (const suite of report.testResults) {
  for (const test of suite.assertionResults) {
    if (test.status === "skipped" || test.status === "pending" || test.status === "todo") skipped.push(test.fullName);
  }
}
for (const name of skipped) process.stdout.write(`skipped: ${name}\n`);
// A file that does not load has no tests: it counts as one failure.
const broken = report.testResults.filter(
  (suite) => suite.status === "failed" && suite.assertionResults.every((test) => test.status !== "failed"),
).length;
const failed = report.numFailedTests + broken || (status === "0" ? 0 : 1);
process.stdout.write(
  `${report.numPassedTests} passed, ${failed} failed${skipped.length === 0 ? "" : `, ${skipped.length} skipped`}\n`,
);
process.exit(failed === 0 ? 0 : 1);
