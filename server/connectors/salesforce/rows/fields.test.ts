import { expect, it } from 'vitest';
import { lines, numbers } from './fields.ts';

const many = Array.from({ length: 40 }, (_, index) => `A-S000000${10 + index}`);

it('tells as many numbers as fit whole, and how many more there are', () => {
  expect(numbers([])).toBeNull();
  expect(numbers(['A-S1', 'A-S2'])).toBe('A-S1, A-S2');
  expect(numbers(many, 40)).toBe('A-S00000010, A-S00000011 and 38 more');
  expect(numbers(many)!.length).toBeLessThanOrEqual(255);
});

it('tells as many lines as fit whole, and how many more there are', () => {
  expect(lines([], 100)).toBeNull();
  expect(lines(['one', 'two'], 7)).toBe('one\ntwo');
  expect(lines(many, 100)).toBe(`${many.slice(0, 4).join('\n')}\n… and 36 more lines, which do not fit here`);
  expect(lines(['one'.repeat(50), 'two'], 100)).toBe(`${'one'.repeat(33)}…`);
  for (let length = 50; length < 500; length++) expect(lines(many, length)!.length).toBeLessThanOrEqual(length);
});
