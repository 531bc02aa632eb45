import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BillTo } from './billTo.ts';
import { changedParts, conflictsOf, decideBillTo, type AgreedFields, type Compared } from './decide.ts';
import { BILL_TO_FIELDS, partOf, type BillToField } from './fields.ts';
import { normaliseBillTo } from './normalise.ts';

const ada: BillTo = normaliseBillTo({
  company: 'Acme',
  firstName: 'Ada',
  lastName: 'Byron',
  email: 'ada@acme.example',
  phone: '+43 316 555',
  address: { street: 'Herrengasse 1', city: 'Graz', postalCode: '8010', country: 'AT' },
  more: { paymentTerm: 'Net 30', Region__c: 'EMEA' },
});
const FIELDS: readonly BillToField[] = [...BILL_TO_FIELDS, 'more.paymentTerm', 'more.Region__c'];
const agreedOn = (billTo: BillTo): AgreedFields =>
  Object.fromEntries(
    FIELDS.map((field) => [field, { salesforce: partOf(field, billTo), billing: partOf(field, billTo) }]),
  );
const compared = (more: Partial<Compared>): Compared => ({
  system: 'Zuora',
  wanted: ada,
  held: ada,
  agreed: agreedOn(ada),
  fields: FIELDS,
  ...more,
});
const mail = (email: string | null): BillTo => ({ ...ada, email });

describe('who changed a field', () => {
  test.each<[string, Partial<Compared>, string, boolean]>([
    ['Salesforce', { wanted: mail('new@acme.example') }, 'salesforce', false],
    ['billing', { held: mail('new@acme.example') }, 'billing', true],
    ['both', { wanted: mail('new@acme.example'), held: mail('their@acme.example') }, 'both', true],
    ['nobody that is known', { held: mail('old@acme.example'), agreed: {} }, 'nobody', true],
  ])('%s: Salesforce holds, and what others said is a conflict', (_who, more, changedBy, isConflict) => {
    const one = compared(more);
    const decision = decideBillTo(one);
    expect(decision.changes).toMatchObject([
      { field: 'email', before: one.held.email, after: one.wanted.email, changedBy },
    ]);
    expect(conflictsOf(decision, one.agreed)).toHaveLength(isConflict ? 1 : 0);
  });

  test('what billing never had is filled without a conflict', () => {
    const one = compared({ held: mail(null), agreed: {} });
    const decision = decideBillTo(one);
    expect(decision.changes).toMatchObject([{ before: null, after: 'ada@acme.example' }]);
    expect(conflictsOf(decision, {})).toEqual([]);
  });
});

describe('what stays in billing', () => {
  const noStreet = { ...ada, address: { ...ada.address, street: null } };
  const nowhere = { ...ada, address: { ...ada.address, country: 'Atlantis' } };
  test.each<[string, BillTo, string, boolean]>([
    ['what is emptied in Salesforce', mail(null), 'email', true],
    ['what is no email in Salesforce', mail('ada'), 'email', true],
    ['what has no first name in Salesforce', { ...ada, firstName: null, lastName: 'Lovelace' }, 'name', true],
    ['what has no street in Salesforce', noStreet, 'address', true],
    ['what is nowhere in Salesforce', nowhere, 'address', true],
  ])('%s, with words, and is a conflict', (_what, wanted, field) => {
    const one = compared({ wanted });
    const decision = decideBillTo(one);
    expect(decision.changes).toEqual([]);
    expect(decision.kept).toMatchObject([{ field, why: expect.stringMatching(/\.$/) as string }]);
    expect(conflictsOf(decision, one.agreed)).toMatchObject([{ field }]);
  });

  test('a phone number that is too long for Stripe; other fields go all the same', () => {
    const wanted = { ...mail('new@acme.example'), phone: '+1 780-459-5656 ext. 725' };
    const { kept, changes } = decideBillTo(compared({ system: 'Stripe', wanted }));
    expect(kept).toMatchObject([{ field: 'phone', billing: ada.phone }]);
    expect(changes).toMatchObject([{ field: 'email' }]);
  });

  test('what Salesforce never knew, without a conflict', () => {
    const one = compared({ wanted: mail(null), agreed: {} });
    expect(decideBillTo(one).kept).toMatchObject([{ field: 'email', salesforce: null }]);
    expect(conflictsOf(decideBillTo(one), {})).toEqual([]);
  });

  test('what settings name and nobody here can read, with what to do', () => {
    const { kept, changes } = decideBillTo(compared({ wanted: { ...ada, more: { Region__c: 'APAC' } } }));
    expect(kept).toMatchObject([
      { field: 'more.paymentTerm', billing: 'Net 30', why: expect.stringContaining('integration user') as string },
    ]);
    expect(changes).toMatchObject([{ field: 'more.Region__c', before: 'EMEA', after: 'APAC' }]);
  });

  test('what is not taken over', () => {
    expect(decideBillTo(compared({ wanted: mail('x@acme.example'), fields: ['phone'] })).changes).toEqual([]);
  });
});

test('case, blanks of a number and what billing made of a value are no difference', () => {
  const held = { ...ada, email: 'ADA@acme.example', phone: '+43316555' };
  expect(decideBillTo(compared({ held, agreed: {} }))).toMatchObject({ changes: [], kept: [] });
  const own = { ...ada, phone: '0316 555' };
  const agreed = { ...agreedOn(ada), phone: { salesforce: partOf('phone', ada), billing: partOf('phone', own) } };
  expect(decideBillTo(compared({ held: own, agreed })).changes).toEqual([]);
});

const text = fc.option(fc.constantFrom('Ada', 'Byron', 'ada@acme.example', 'x', '1 Main St'), { nil: null });
const anyBillTo = fc
  .record({
    company: text,
    firstName: text,
    lastName: text,
    email: text,
    phone: text,
    address: fc.record({
      street: text,
      street2: text,
      city: text,
      postalCode: text,
      state: fc.constantFrom(null, 'CA', 'Bavaria'),
      country: fc.constantFrom(null, 'US', 'AT', 'Atlantis'),
    }),
    more: fc.dictionary(fc.constantFrom('paymentTerm', 'Region__c'), text),
  })
  .map(normaliseBillTo);

test('once its changes are made, whatever the two said, nothing is left to change, and nothing is emptied', () => {
  fc.assert(
    fc.property(anyBillTo, anyBillTo, anyBillTo, (wanted, held, before) => {
      const one = compared({ wanted, held, agreed: agreedOn(before) });
      const { changes } = decideBillTo(one);
      const parts = changedParts(changes, wanted);
      const after = { ...held, ...parts, more: { ...held.more, ...parts.more } };
      const again = decideBillTo({ ...one, held: after });
      expect(again.changes).toEqual([]);
      for (const field of ['company', 'email', 'phone', 'lastName'] as const)
        if (held[field] !== null) expect(after[field]).not.toBeNull();
      for (const [name, value] of Object.entries(held.more))
        if (value !== null) expect(after.more[name] ?? null).not.toBeNull();
    }),
  );
});
