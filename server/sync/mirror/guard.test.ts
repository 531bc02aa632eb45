import { describe, expect, it } from 'vitest';
import type { MirrorWrite } from '../../workflows/ports/mirror.ts';
import { mayReplace, type MirrorState } from './guard.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
const stored = (second: number, more: Partial<MirrorState> = {}): MirrorState => ({
  asOf: at(second),
  version: 0,
  deleted: false,
  ...more,
});
const write = (
  second: number,
  via: MirrorWrite['via'],
  more: { version?: number; deleted?: boolean; kind?: 'usage' } = {},
): MirrorWrite => ({
  via,
  record: {
    key: 'stripe:invoice:in_1',
    kind: 'invoice',
    billingAccountKey: 'stripe:account:cus_1',
    asOf: at(second),
    version: 0,
    deleted: false,
    body: {},
    ...more,
  },
});

describe('mayReplace', () => {
  it.each([
    ['nothing is stored', null, write(1, 'snapshot'), true],
    ['a snapshot is newer', stored(1), write(2, 'snapshot'), true],
    ['a snapshot is older', stored(2), write(1, 'snapshot'), false],
    ['a fetch is older', stored(2), write(1, 'fetch'), false],
    ['a snapshot is of the same second', stored(1), write(1, 'snapshot'), false],
    ['a fetch is of the same second', stored(1), write(1, 'fetch'), true],
    [
      'the version is higher though the time is older',
      stored(2, { version: 1 }),
      write(1, 'snapshot', { version: 2 }),
      true,
    ],
    [
      'the version is lower though the time is newer',
      stored(1, { version: 2 }),
      write(9, 'fetch', { version: 1 }),
      false,
    ],
    ['it was deleted, in the same second', stored(1), write(1, 'snapshot', { deleted: true }), true],
    [
      'it was deleted, of which no version is told',
      stored(1, { version: 7 }),
      write(2, 'fetch', { deleted: true }),
      true,
    ],
    [
      'a later state of something deleted comes',
      stored(1, { deleted: true }),
      write(9, 'fetch', { version: 9 }),
      false,
    ],
    [
      'usage was gone in an earlier second, as from where its subscription left',
      stored(2),
      write(1, 'fetch', { kind: 'usage', deleted: true }),
      false,
    ],
    ['usage is gone', stored(2), write(3, 'fetch', { kind: 'usage', deleted: true }), true],
    [
      'usage is there again, as of an undone cancellation',
      stored(1, { deleted: true }),
      write(2, 'fetch', { kind: 'usage' }),
      true,
    ],
  ])('when %s', (_case, state, incoming, expected) => {
    expect(mayReplace(state, incoming)).toBe(expected);
  });
});
