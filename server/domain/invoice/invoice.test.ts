import { expect, test } from 'vitest';
import * as sample from '../../../test/support/billingObjects.ts';
import { INVOICE_STATUSES, isOpen, isPosted } from './invoice.ts';

test('what is open, paid or uncollectible was asked for; a state that nobody here knows is neither open nor asked for', () => {
  const statuses = [...INVOICE_STATUSES, 'Half-posted'];
  expect(statuses.filter((status) => isPosted({ status }))).toEqual(['Open', 'Paid', 'Uncollectible']);
  expect(statuses.filter((status) => isOpen(sample.invoice({ status })))).toEqual(['Open']);
});
