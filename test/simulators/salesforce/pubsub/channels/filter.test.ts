import { describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { SimClock } from '../../../kit/clock.ts';
import { createOrg } from '../../org/org.ts';
import type { FieldValue } from '../../org/types.ts';
import { parseFilter } from './filter.ts';

const forceApp = join(import.meta.dirname, '../../../../../force-app/main/default');
const org = createOrg({ clock: new SimClock(), forceApp });
const account = org.object('Account')!;

const RECORD: Record<string, FieldValue> = {
  Name: 'Acme',
  Industry: 'Energy',
  Phone: null,
  NumberOfEmployees: 50,
  BillingCity: 'Bern',
  LastModifiedDate: '2026-11-21T09:30:00.000+0000',
  'ChangeEventHeader.commitUser': '0055g0000000003AAA',
  'ChangeEventHeader.changeType': 'UPDATE',
  'ChangeEventHeader.sequenceNumber': 2,
};

const matches = (expression: string): boolean =>
  parseFilter(account, expression).matches((name) => RECORD[name] ?? null);

describe('a filter of a channel member', () => {
  it.each([
    "ChangeEventHeader.commitUser != '0055g0000000002AAA'",
    "ChangeEventHeader.changeType IN ('CREATE','UPDATE')",
    'ChangeEventHeader.sequenceNumber > 1',
    "industry = 'ENERGY'",
    "Industry LIKE 'En%' AND Name LIKE 'A_me'",
    "Industry NOT IN ('Media', 'Banking')",
    'Phone = null',
    "Phone != 'x'",
    "(NumberOfEmployees >= 50 AND Industry = 'Energy') OR Name = 'x'",
    "NumberOfEmployees < 60 AND (Name = 'x' OR BillingAddress.City = 'Bern')",
    'LastModifiedDate = 2026-11-21T10:30:00+01:00',
    "Name > 'Aaa' AND Name<='Acme'",
  ])('lets pass by %s', (expression) => expect(matches(expression)).toBe(true));

  it.each([
    "ChangeEventHeader.commitUser != '0055g0000000003AAA'",
    "Phone > 'a'",
    'NumberOfEmployees = 49',
    "Industry = 'Energy' AND Name = 'x'",
    'LastModifiedDate != 2026-11-21T09:30:00Z',
    'Industry = null',
  ])('holds back by %s', (expression) => expect(matches(expression)).toBe(false));

  it.each([
    ["WHERE Name = 'x'", "unexpected token: 'WHERE'"],
    ["NOT Name = 'x'", "unexpected token: 'NOT'"],
    ["Name = 'x' AND Phone = 'y' OR Industry = 'z'", "unexpected token: 'OR'"],
    ["(Name = 'x'", "expecting ')'"],
    ['', "unexpected token: '<EOF>'"],
    ['Name =', "unexpected token: '<EOF>'"],
    ["Name 'x'", "unexpected token: ''x''"],
    ['Name = BillingCity', "unexpected token: 'BillingCity'"],
    ["Name = 'x' ;", "unexpected token: ';'"],
    ["Name INCLUDES ('x')", "unexpected token: 'INCLUDES'"],
    ['Name = 3', "The value 3 isn't valid for the field Name"],
    ["NumberOfEmployees = '3'", "isn't valid for the field NumberOfEmployees"],
    ["BillingCity = 'Bern'", 'The BillingCity field in the filter expression is invalid.'],
    ["BillingAddress = 'Bern'", 'has to be used with a component field'],
    ["Owner.Username = 'x'", 'The Owner.Username field in the filter expression is invalid.'],
    ['IsDeleted = FALSE', 'The IsDeleted field in the filter expression is invalid.'],
    ["Description = 'x'", 'The Description field in the filter expression is invalid.'],
    ["None__c = 'x'", 'The None__c field in the filter expression is invalid.'],
    ["ChangeEventHeader.recordIds = 'x'", 'ChangeEventHeader.recordIds field in the filter expression is invalid'],
    ['LastModifiedDate > 2026-11-21T09:30:00Z', 'Only equality operators are supported'],
    ['LastModifiedDate = TODAY', "unexpected token: 'TODAY'"],
    ['NumberOfEmployees > null', 'Only equality operators are supported'],
  ])('is refused as %s', (expression, message) => expect(() => matches(expression)).toThrow(message));

  it('tells the fields that events must always carry', () => {
    const { fields } = parseFilter(account, "ChangeEventHeader.changeType = 'UPDATE' AND BillingAddress.City != null");
    expect(fields).toEqual(['BillingCity']);
  });
});
