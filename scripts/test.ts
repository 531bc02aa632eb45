import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stockSf } from '../test/support/sfCli.ts';
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

/** One that runs beside others prints what it has to say when it ends. @returns the exit code; 1 when a signal ended it */
function run(command: string, args: string[], beside = true): Promise<number> {
  return new Promise((resolve) => {
    const output = beside ? 'pipe' : 'inherit';
    const child = spawn(command, args, { stdio: ['ignore', output, output] });
    const said: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => said.push(chunk));
    child.once('error', (error) => {
      console.error(`${command} could not be started: ${error.message}`);
      resolve(1);
    });
    child.once('close', (code) => {
      process.stdout.write(Buffer.concat(said));
      resolve(code ?? 1);
    });
  });
}

/** Counts as one test. */
async function check(name: string): Promise<Counts> {
  const code = await run(process.execPath, ['scripts/check.ts', '--only', name]);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

async function withReport(name: string, command: string, args: (report: string) => string[], beside = true) {
  const report = join(reports, `${name}.json`);
  const code = await run(command, args(report), beside);
  return readReport(name, report, code, (file) => readFileSync(file, 'utf8'));
}

const checks = (...names: string[]) => (wanted.has('check') ? names.map((name) => () => check(name)) : []);
const lwc = () => withReport('lwc', 'sfdx-lwc-jest', (report) => ['--', '--json', `--outputFile=${report}`]);
/** What uses one core each, in two rows of about the same length. */
const rows = [checks('format', 'lint'), [...checks('types'), ...(wanted.has('lwc') ? [lwc] : [])]];

const counts: Counts[] = [];
try {
  // Its tests wait for it, and say why it could not be installed.
  if (wanted.has('vitest')) void stockSf().catch(() => undefined);
  await Promise.all(
    rows.map(async (row) => {
      for (const work of row) counts.push(await work());
    }),
  );
  if (wanted.has('vitest')) {
    const reporters = (report: string) => ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    counts.push(await withReport('vitest', 'vitest', (report) => ['run', ...reporters(report)], false));
  }
} finally {
  rmSync(reports, { recursive: true, force: true });
}
const total = addUp(counts);
console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exit(failedOf(total) ? 1 : 0);
