// Adds up the test reports, names what failed, and prints `N passed, N failed, N skipped`; a step that failed without a failed test counts as one.
import { readFileSync } from 'node:fs';

const [failedSteps = '0', ...reports] = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: 0 };
let failedReports = 0;
for (const path of reports) {
  const report = read(path);
  total.passed += report.numPassedTests;
  total.failed += report.numFailedTests;
  total.skipped += report.numPendingTests + report.numTodoTests;
  if (!report.success) failedReports += 1;
  if (!report.success && report.numFailedTests === 0) total.failed += 1;
  for (const line of failuresOf(report)) console.log(line);
}
total.failed += Math.max(0, Number(failedSteps) - failedReports);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return {
      success: false,
      numPassedTests: 0,
      numFailedTests: 0,
      numPendingTests: 0,
      numTodoTests: 0,
      testResults: [],
    };
  }
}

/** A line for each test that failed, and for each file that failed as a whole, with the beginning of what it said. */
function failuresOf({ testResults }) {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = name.slice(name.lastIndexOf('/test/') + 1);
    const failed = assertionResults.filter((one) => one.status === 'failed');
    if (failed.length === 0) return status === 'failed' ? [`FAILED ${file}: ${startOf(message)}`] : [];
    return failed.map((one) => `FAILED ${file} > ${one.fullName}: ${startOf(one.failureMessages[0])}`);
  });
}

function startOf(text = '') {
  return text.replaceAll(/\s+/g, ' ').slice(0, 400);
}
