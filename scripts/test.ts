import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOptions } from './arguments.ts';
import { addUp, failedOf, type Counts, readReport } from './test-report.ts';

const runners = ['check', 'lwc', 'vitest'] as const;
const options = readOptions(
  `Runs every test and ends with the line "N passed, N failed".

npm test                      everything
npm test -- --only vitest     one runner (${runners.join(', ')}); may be given more than once`,
  { only: { type: 'string', multiple: true } },
);
const wanted = new Set<string>(options.only ?? runners);
const unknown = [...wanted].filter((name) => !(runners as readonly string[]).includes(name));
if (unknown.length > 0) {
  console.error(`There is no runner called ${unknown.join(', ')}: choose from ${runners.join(', ')}.`);
  process.exit(2);
}

const reports = mkdtempSync(join(tmpdir(), 'billing-360-test-'));

/** @returns the exit code; 1 when a signal ended it */
function run(command: string, args: string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', (error) => {
      console.error(`${command} could not be started: ${error.message}`);
      resolve(1);
    });
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** Each check counts as one test. */
async function check(): Promise<Counts> {
  const total: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const name of ['format', 'lint', 'types']) {
    const code = await run(process.execPath, ['scripts/check.ts', '--only', name]);
    if (code === 0) total.passed++;
    else total.failed++;
  }
  return total;
}

async function withReport(name: string, command: string, args: (report: string) => string[]): Promise<Counts> {
  const report = join(reports, `${name}.json`);
  const code = await run(command, args(report));
  return readReport(name, report, code, (file) => readFileSync(file, 'utf8'));
}

const counts: Counts[] = [];
try {
  if (wanted.has('check')) counts.push(await check());
  if (wanted.has('lwc'))
    counts.push(await withReport('lwc', 'sfdx-lwc-jest', (report) => ['--', '--json', `--outputFile=${report}`]));
  if (wanted.has('vitest'))
    counts.push(
      await withReport('vitest', 'vitest', (report) => [
        'run',
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${report}`,
      ]),
    );
} finally {
  rmSync(reports, { recursive: true, force: true });
}
const total = addUp(counts);
console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exit(failedOf(total) ? 1 : 0);
