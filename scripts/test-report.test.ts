import { describe, expect, it } from 'vitest';
import { addUp, failedOf, readReport } from './test-report.ts';

const report = (fields: object) => () =>
  JSON.stringify({ numPassedTests: 3, numFailedTests: 0, numPendingTests: 0, success: true, ...fields });

describe('what npm test makes of a runner', () => {
  it('counts a clean run as it is', () => {
    expect(readReport('x', 'f', 0, report({}))).toEqual({ passed: 3, failed: 0, skipped: 0 });
  });

  it('counts failures as they are', () => {
    expect(readReport('x', 'f', 1, report({ numFailedTests: 2, success: false }))).toEqual({
      passed: 3,
      failed: 2,
      skipped: 0,
    });
  });

  it.each([
    ['wrote no report', 0, () => ''],
    ['crashed after its tests', 139, report({})],
    ['ran no test', 0, report({ numPassedTests: 0 })],
    ['could not load a file', 1, report({ success: false })],
  ])('counts a runner that %s as a failure', (_what, code, read) => {
    expect(readReport('x', 'f', code, read).failed).toBe(1);
  });

  it('fails a run of nothing', () => {
    expect(failedOf(addUp([]))).toBe(true);
  });
});
