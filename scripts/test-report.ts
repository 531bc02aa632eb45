/** How many tests a runner saw. */
export type Counts = { passed: number; failed: number; skipped: number };

type JestLikeReport = {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests?: number;
  success: boolean;
};

/**
 * Reads the report of jest or vitest. A runner that crashed, wrote no report, ran no test or ended badly without a
 * failed test counts as one failure, so that it can never pass for green.
 */
export function readReport(name: string, file: string, exitCode: number, read: (file: string) => string): Counts {
  let report: JestLikeReport;
  try {
    report = JSON.parse(read(file)) as JestLikeReport;
  } catch {
    console.error(`${name} wrote no readable report (exit code ${exitCode}): counted as a failure.`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const counts = {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + (report.numTodoTests ?? 0),
  };
  if (counts.failed === 0 && (exitCode !== 0 || !report.success || counts.passed === 0)) {
    console.error(
      `${name} ended with exit code ${exitCode} after ${counts.passed} passed tests: counted as a failure.`,
    );
    counts.failed = 1;
  }
  return counts;
}

export function addUp(counts: readonly Counts[]): Counts {
  return counts.reduce(
    (sum, one) => ({
      passed: sum.passed + one.passed,
      failed: sum.failed + one.failed,
      skipped: sum.skipped + one.skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );
}

/** Whether the whole run failed; a run without a passed test did. */
export function failedOf(total: Counts): boolean {
  return total.failed > 0 || total.passed === 0;
}
