import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SeedResult } from './seed.ts';

/** Results of seeds, one JSON line each, so that a run that was broken off goes on where it was. */
export type Record = {
  results(): readonly SeedResult[];
  add(result: SeedResult): void;
};

export function openRecord(file: string, fresh: boolean): Record {
  if (fresh) rmSync(file, { force: true });
  mkdirSync(dirname(file), { recursive: true });
  // The last line may be cut by a kill.
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  const results = lines.map((line) => JSON.parse(line) as SeedResult);
  return {
    results: () => results,
    add(result) {
      results.push(result);
      appendFileSync(file, `${JSON.stringify(result)}\n`);
    },
  };
}
