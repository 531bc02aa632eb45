import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** Codes that Zuora's refusals get from their kind (connectors/zuora/errors.ts). */
const ofKinds = ['invalid', 'not_found', 'conflict', 'forbidden', 'rate_limited', 'unavailable', 'bug'].map(
  (kind) => `zuora_${kind}`,
);

function codesOfServer(): Set<string> {
  const files = readdirSync(join(root, 'server'), { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
  );
  const text = files.map((file) => readFileSync(join(root, 'server', file), 'utf8')).join('\n');
  const codes = [...text.matchAll(/(?:\bcode: |\brefuse\(\s*)'([a-z]+(?:_[a-z0-9]+)+)'/g)].map((match) => match[1]!);
  return new Set([...codes, ...ofKinds]);
}

function codesOfPage(): Set<string> {
  const tables = readFileSync(join(root, 'docs/errors.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|')[1]!);
  return new Set(tables.flatMap((cell) => [...cell.matchAll(/`([a-z0-9_]+)`/g)].map((match) => match[1]!)));
}

it('docs/errors.md explains every error code, and no other', () => {
  const codes = codesOfServer();
  expect(codes.size).toBeGreaterThan(30);
  expect([...codesOfPage()].toSorted()).toEqual([...codes].toSorted());
});
