import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** Faults of the requirement that concern the sync. */
const NUMBERS = Array.from({ length: 40 }, (_, index) => index + 1);

const rows = readFileSync(join(root, 'docs/faults.md'), 'utf8')
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter(([, number]) => /^\d+$/.test(number ?? ''))
  .map(([, number, fault, outcome, tests]) => ({
    number: Number(number),
    fault: fault!,
    outcome: outcome!,
    tests: [...(tests ?? '').matchAll(/`([^`]+\.ts) › ([^`]+)`/g)].map(([, file, title]) => ({
      file: file!,
      title: title!,
    })),
  }));

/** @returns what is wrong with a named test; null when its file holds it and runs it */
function troubleOf({ file, title }: { file: string; title: string }): string | null {
  if (!existsSync(join(root, file))) return `there is no ${file}`;
  const text = readFileSync(join(root, file), 'utf8');
  const quoted = ["'", '"', '`'].map((quote) => `${quote}${title}${quote}`).find((one) => text.includes(one));
  if (quoted === undefined) return `${file} has no test '${title}'`;
  return /\b(?:it|test|describe)\s*\.(?:skip|todo|only|fails|skipIf|runIf)\b/.test(text) ? `${file} skips tests` : null;
}

it('docs/faults.md has every fault from 1 to 40 once, each with what is done and a test', () => {
  expect(rows.map(({ number }) => number)).toEqual(NUMBERS);
  for (const { number, fault, outcome, tests } of rows) {
    expect(fault.length, `fault ${number}`).toBeGreaterThan(10);
    expect(outcome.length, `outcome ${number}`).toBeGreaterThan(10);
    expect(tests.length, `tests of ${number}`).toBeGreaterThan(0);
  }
});

it('every test that docs/faults.md names is there and is not skipped', () => {
  expect(rows.flatMap(({ tests }) => tests.map(troubleOf)).filter((trouble) => trouble !== null)).toEqual([]);
});
