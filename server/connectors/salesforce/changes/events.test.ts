import { describe, expect, it } from 'vitest';
import { fieldsOfBitmaps, type ChangeHeader } from './decode.ts';
import { isEcho, toEvents, type Ourselves } from './events.ts';

const US = '005000000000001AAA';
const SOMEBODY = '005000000000002AAA';
const ourselves: Ourselves = {
  userId: US,
  clientTag: 'Billing360',
  fields: {
    Account: new Set(['Billing_MRR__c', 'Billing_Row_Version__c']),
    Opportunity: new Set(['Billing_Row_Version__c']),
  },
  whole: ['Opportunity'],
};
const update = (more: Partial<ChangeHeader> = {}): ChangeHeader => ({
  entityName: 'Account',
  recordIds: ['001000000000001AAA'],
  changeType: 'UPDATE',
  changeOrigin: '',
  transactionKey: '0005163b-9f6f',
  sequenceNumber: 3,
  commitTimestamp: Date.parse('2026-11-21T10:00:00Z'),
  commitNumber: '1763719200000123456',
  commitUser: SOMEBODY,
  decision: null,
  changedFields: ['Billing_MRR__c', 'LastModifiedDate'],
  ...more,
});

describe('the echo of our own write', () => {
  it.each<[string, Partial<ChangeHeader>, boolean]>([
    ['our user in our fields', { commitUser: US }, true],
    ['our user by its 15-character id', { commitUser: US.slice(0, 15) }, true],
    [
      'our user beyond our fields, as by a flow',
      { commitUser: US, changedFields: ['Billing_MRR__c', 'Rating'] },
      false,
    ],
    ['our tag, after ;', { changeOrigin: 'com/salesforce/api/rest/66.0;client=Billing360' }, true],
    ['our tag, after a comma', { changeOrigin: 'x;defaultNamespace=n, client=Billing360' }, true],
    ['the tag of another program', { changeOrigin: 'com/salesforce/api/rest/66.0;client=Billing3601' }, false],
    ['somebody else in our fields', {}, false],
    ['our user, deleted', { commitUser: US, changeType: 'DELETE', changedFields: [] }, false],
    ['our user, fields unknown', { commitUser: US, changedFields: [] }, false],
    ['our user, another object', { commitUser: US, entityName: 'Contact' }, false],
  ])('%s', (_, more, echo) => {
    expect(isEcho(update(more), ourselves)).toBe(echo);
  });
});

describe('events of a change', () => {
  const read = (more: Partial<ChangeHeader>) => {
    const { events, gaps } = toEvents(update(more), ourselves, ['Account']);
    return { keys: events.map(({ key }) => key), gaps };
  };

  it('are one a record, under ids that another delivery has too', () => {
    const { events } = toEvents(update({ recordIds: ['001000000000001', '001000000000002AAA'] }), ourselves, [
      'Account',
    ]);
    expect(events.map(({ eventId, key }) => [eventId, key])).toEqual([
      ['Account:001000000000001AAA:0005163b-9f6f:3', 'salesforce:Account:001000000000001AAA'],
      ['Account:001000000000002AAA:0005163b-9f6f:3', 'salesforce:Account:001000000000002AAA'],
    ]);
  });

  it.each<[string, Partial<ChangeHeader>, { keys: string[]; gaps: string[] }]>([
    [
      'fields that nobody acts on are left out',
      { changedFields: ['Phone', 'BillingAddress.City'] },
      { keys: [], gaps: [] },
    ],
    ['objects that nobody acts on are left out', { entityName: 'Contact' }, { keys: [], gaps: [] }],
    [
      'a gap event tells its record',
      { changeType: 'GAP_UPDATE', changedFields: [] },
      { keys: ['salesforce:Account:001000000000001AAA'], gaps: [] },
    ],
    [
      'an overflow tells that something is missing',
      { changeType: 'GAP_OVERFLOW', recordIds: ['000000000000000AAA'], changedFields: [] },
      { keys: [], gaps: ['Account'] },
    ],
    [
      'a wildcard tells that something is missing',
      { changeType: 'GAP_UPDATE', recordIds: ['001*'], changedFields: [] },
      { keys: [], gaps: ['Account'] },
    ],
    [
      'a deletion tells its record',
      { changeType: 'DELETE', changedFields: [] },
      { keys: ['salesforce:Account:001000000000001AAA'], gaps: [] },
    ],
  ])('%s', (_, more, expected) => {
    expect(read(more)).toEqual(expected);
  });
});

describe('bitmaps of fields', () => {
  const address = { type: 'record', name: 'Address', fields: [{ name: 'Street' }, { name: 'City' }] };
  const schema = {
    fields: [
      { name: 'ChangeEventHeader', type: 'x' },
      { name: 'Name', type: ['null', 'string'] },
      { name: 'BillingAddress', type: ['null', address] },
      { name: 'ShippingAddress', type: ['null', 'Address'] },
      ...Array.from({ length: 66 }, (_, at) => ({ name: `F${at}`, type: ['null', 'string'] })),
    ],
  };

  it.each([
    [['0x02'], ['Name']],
    [['0x12'], ['Name', 'F0']],
    [['2-0x02'], ['BillingAddress.City']],
    [
      ['0x02', '3-0x03'],
      ['Name', 'ShippingAddress.Street', 'ShippingAddress.City'],
    ],
    // Beyond what a number holds.
    [['0x200000000000000010'], ['F0', 'F65']],
    [['0xFFZZ', 'nothing', '99-0x01'], []],
    [[], []],
  ])('%j stand for %j', (bitmaps, names) => {
    expect(fieldsOfBitmaps(schema as never, bitmaps)).toEqual(names);
  });
});
