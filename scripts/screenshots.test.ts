import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PICTURES, readme } from './screenshots/readme.ts';

const folder = join(import.meta.dirname, '../docs/ui');

it('docs/ui has a picture of each panel in each state, and of the other pages', () => {
  expect(new Set(PICTURES).size).toBe(PICTURES.length);
  const taken = readdirSync(folder).filter((file) => file.endsWith('.png'));
  expect(taken.sort()).toEqual(PICTURES.map((name) => `${name}.png`).sort());
});

it('the index of docs/ui is the one of these pictures', () => {
  expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe(readme());
});
