import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { decideMatch, rankCandidates, type Candidate, type MatchSubject } from './match.ts';

const A = '001000000000001AAA';
const B = '001000000000002AAA';
const subject: MatchSubject = {
  name: 'Acme, Inc.',
  email: 'Ada@acme.example',
  fieldValues: ['cus_1'],
  key: 'stripe:account:cus_1',
  parentAccountId: null,
};
const candidate = (more: Partial<Candidate> = {}): Candidate => ({
  accountId: A,
  name: 'Other',
  website: null,
  contactEmails: [],
  personEmail: null,
  fieldValue: null,
  madeFor: null,
  parentId: null,
  ...more,
});
const decide = (candidates: readonly Candidate[], options = {}, about = subject) =>
  decideMatch(rankCandidates(about, candidates), options);
const linked = (accountId: string, rule: string) => ({ outcome: 'link', to: { accountId, rule } });
const waits = (because: string) => ({ outcome: 'wait', because });

const byName = candidate({ name: 'ACME GmbH' });
const byEmail = candidate({ contactEmails: ['ada@acme.example'] });
const byBoth = candidate({ name: 'acme', contactEmails: ['ada@acme.example'] });
const byDomain = candidate({ name: 'acme', website: 'www.acme.example' });
const at = (accountId: string, one: Candidate): Candidate => ({ ...one, accountId });

test.each([
  ['nobody', [], waits('nothing found')],
  ['somebody for whom nothing speaks', [candidate()], waits('nothing found')],
  ['one with the name alone', [byName], waits('weak')],
  ['one with the address alone', [byEmail], waits('weak')],
  ['one with address and name', [byBoth], linked(A, 'email and name')],
  ['one with domain and name', [byDomain], linked(A, 'domain and name')],
  ['one whose domain agrees and whose name does not', [{ ...byDomain, name: 'Other' }], waits('nothing found')],
  ['a person with the address', [candidate({ personEmail: 'ADA@acme.example' })], linked(A, 'person email')],
  ['one whose field names the customer', [candidate({ fieldValue: 'cus_1' })], linked(A, 'field')],
  ['one whose field names another customer', [candidate({ fieldValue: 'cus_2' })], waits('nothing found')],
  ['two of one name', [byName, at(B, byName)], waits('weak')],
  ['two of one name, one with the address', [byBoth, at(B, byName)], linked(A, 'email and name')],
  ['two with address and name', [byBoth, at(B, byBoth)], waits('ambiguous')],
  ['one with address and name, one with domain and name', [byBoth, at(B, byDomain)], waits('ambiguous')],
  ['one with domain and name, one with the address', [byDomain, at(B, byEmail)], waits('ambiguous')],
  ['a field beside address and name', [candidate({ fieldValue: 'cus_1' }), at(B, byBoth)], linked(A, 'field')],
  [
    'two fields',
    [candidate({ fieldValue: 'cus_1' }), candidate({ accountId: B, fieldValue: 'cus_1' })],
    waits('ambiguous'),
  ],
])('among %s', (_case, candidates, expected) => {
  expect(decide(candidates)).toMatchObject(expected);
});

it('an Account that a person took it away from is proposed, but never linked again by a rule', () => {
  expect(decide([byBoth], { rejected: [A] })).toEqual(waits('weak'));
  expect(rankCandidates(subject, [byBoth])).toHaveLength(1);
});

it('among more Accounts than were looked at none is known to be the only one, unless its field says so', () => {
  expect(decide([byBoth], { complete: false })).toEqual(waits('ambiguous'));
  expect(decide([candidate({ fieldValue: 'cus_1' })], { complete: false })).toMatchObject(linked(A, 'field'));
});

it('says why', () => {
  expect(rankCandidates(subject, [{ ...byBoth, website: 'acme.example' }])[0]).toEqual({
    accountId: A,
    name: 'acme',
    madeFor: null,
    rule: 'email and name',
    score: 90,
    reasons: ['a contact has the same email', 'the website is of the same domain', 'the same name'],
  });
});

describe('a billing account below another one', () => {
  const below: MatchSubject = { ...subject, email: null, parentAccountId: B };
  const C = '001000000000003AAA';

  it('goes to the Account of its name below that of its parent, not to the parent of the same name', () => {
    const candidates = [candidate({ accountId: B, name: 'Acme' }), candidate({ name: 'ACME Inc', parentId: B })];
    expect(decide(candidates, {}, below)).toMatchObject(linked(A, 'parent and name'));
    expect(decide(candidates, {}, { ...below, parentAccountId: null })).toMatchObject({ because: 'weak' });
  });

  it('waits where two of its name stand there, and where only the place fits', () => {
    const two = [candidate({ name: 'Acme', parentId: B }), candidate({ accountId: C, name: 'Acme', parentId: B })];
    expect(decide(two, {}, below)).toMatchObject({ because: 'ambiguous' });
    expect(decide([candidate({ parentId: B })], {}, below)).toMatchObject({ outcome: 'wait' });
    expect(decide([candidate({ name: 'Acme', parentId: C })], {}, below)).toMatchObject({ because: 'weak' });
  });
});

describe('whatever the candidates', () => {
  const someName = fc.constantFrom('Acme', 'ACME Inc', 'Ümlaut 🚀', 'Other', '');
  const someCandidate = fc.record({
    accountId: fc.integer({ min: 1, max: 5 }).map((number) => `00100000000000${number}AAA`),
    name: someName,
    website: fc.constantFrom(null, 'acme.example', 'gmail.com', 'https://www.acme.example'),
    contactEmails: fc.constantFrom<string[]>([], ['ada@acme.example'], ['x@gmail.com']),
    personEmail: fc.constantFrom(null, 'ada@acme.example'),
    fieldValue: fc.constantFrom(null, 'cus_1', 'cus_2'),
    madeFor: fc.constant(null),
    parentId: fc.constantFrom(null, '001000000000009AAA'),
  });
  const some = fc.uniqueArray(someCandidate, { selector: ({ accountId }) => accountId });

  it('their order does not matter', () => {
    fc.assert(
      fc.property(some, fc.infiniteStream(fc.nat()), (candidates, numbers) => {
        const shuffled = candidates
          .map((one) => ({ one, place: numbers.next().value! }))
          .sort((a, b) => a.place - b.place)
          .map(({ one }) => one);
        expect(rankCandidates(subject, shuffled)).toEqual(rankCandidates(subject, candidates));
        expect(decide(shuffled)).toEqual(decide(candidates));
      }),
    );
  });

  it('a provider of mail for everybody never makes two domains one', () => {
    fc.assert(
      fc.property(some, someName, (candidates, name) => {
        const about = {
          name,
          email: 'somebody@gmail.com',
          fieldValues: [],
          key: 'stripe:account:cus_1',
          parentAccountId: null,
        };
        for (const { rule } of rankCandidates(about, candidates)) expect(rule).toBe('name');
        expect(decide(candidates, {}, about).outcome).toBe('wait');
      }),
    );
  });

  it('at most one is linked, and it is one that speaks for itself more than any other', () => {
    fc.assert(
      fc.property(some, (candidates) => {
        const ranked = rankCandidates(subject, candidates);
        const decision = decideMatch(ranked);
        if (decision.outcome !== 'link') return;
        const equals = ranked.filter(({ score }) => score >= decision.to.score);
        expect(equals).toEqual([decision.to]);
      }),
    );
  });
});
