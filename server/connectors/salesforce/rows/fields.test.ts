import { expect, it } from 'vitest';
import { numbers } from './fields.ts';

const many = Array.from({ length: 40 }, (_, index) => `A-S000000${10 + index}`);

it('tells as many numbers as fit whole, and how many more there are', () => {
  expect(numbers([])).toBeNull();
  expect(numbers(['A-S1', 'A-S2'])).toBe('A-S1, A-S2');
  expect(numbers(many, 40)).toBe('A-S00000010, A-S00000011 and 38 more');
  expect(numbers(many)!.length).toBeLessThanOrEqual(255);
});
