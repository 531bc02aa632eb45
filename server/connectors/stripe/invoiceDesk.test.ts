import { expect, it } from 'vitest';
import { hostedPageEnd } from './invoiceDesk.ts';

const day = (text: string) => new Date(`${text}T12:00:00Z`);

it.each([
  ['30 days after the due date', '2026-11-01', '2026-11-15', '2026-11-16', '2026-12-15'],
  ['30 days after it was finalized where nothing is due on a day', '2026-11-01', null, '2026-11-16', '2026-12-01'],
  ['120 days after it was finalized, however late it is due', '2026-01-01', '2026-12-01', '2026-02-01', '2026-05-01'],
  ['10 days from now, when that is later', '2026-01-01', '2026-01-15', '2026-11-21', '2026-12-01'],
])('the hosted page of an invoice ends %s', (_what, finalized, due, now, end) => {
  const dates = { finalizedAt: day(finalized), dueAt: due === null ? null : day(due) };
  expect(hostedPageEnd(dates, day(now))).toEqual(day(end));
});
