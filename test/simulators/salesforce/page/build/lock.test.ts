import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { alone } from './lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('one after the other', async () => {
  const steps: string[] = [];
  const work = (name: string) => async () => {
    steps.push(`${name} begins`);
    await new Promise((resolve) => setImmediate(resolve));
    steps.push(`${name} ends`);
  };
  await Promise.all([alone(folder, work('first')), alone(folder, work('second'))]);
  expect(steps).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
});

test('work that fails frees the way', async () => {
  await expect(alone(folder, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await alone(folder, () => Promise.resolve(1))).toBe(1);
  expect(existsSync(join(folder, 'building.lock'))).toBe(false);
});

test('the lock of a process that is gone is taken over', async () => {
  // Above the largest process id of any system.
  writeFileSync(join(folder, 'building.lock'), '2147483646');
  expect(await alone(folder, () => Promise.resolve(1))).toBe(1);
});
