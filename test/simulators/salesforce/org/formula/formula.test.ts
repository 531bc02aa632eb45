import { describe, expect, it } from 'vitest';
import { standardField } from '../schema/fields.ts';
import type { Field, FieldType, FieldValue } from '../types.ts';
import { compileFormula } from './compile.ts';

const TYPES: Record<string, FieldType> = {
  Amount__c: 'double',
  Limit__c: 'double',
  Due__c: 'date',
  Name: 'string',
  Status__c: 'picklist',
  Active__c: 'boolean',
  Notes__c: 'textarea',
  Notes: 'string',
  Tags__c: 'multipicklist',
  Rate__c: 'percent',
};
const fields = new Map(Object.entries(TYPES).map(([name, type]) => [name, standardField(name, name, type)]));

function work(
  source: string,
  values: Record<string, FieldValue> = {},
  prior: Record<string, FieldValue> | null = null,
  blankAsZero = false,
): FieldValue {
  const valueIn = (record: Record<string, FieldValue>) => (field: Field) => record[field.name] ?? null;
  const names = {
    field: (name: string) => {
      const field = fields.get(name);
      return field && { parents: [], field };
    },
    hasCustomPermission: (name: string) => name === 'Sees_Margins',
  };
  return compileFormula(source, names, blankAsZero).evaluate({
    value: valueIn(values),
    prior: prior && valueIn(prior),
    related: () => null,
    global: (name) => (name.startsWith('$Permission') ? true : `${name} of the user`),
    today: '2026-11-21',
    now: '2026-11-21T09:30:00.000+0000',
  });
}

describe('formulas', () => {
  it.each<[string, FieldValue]>([
    ['1 + 2 * 3 - 4 / 2', 5],
    ['-(1 + 2)', -3],
    ["'it\\'s ' & \"here\"", "it's here"],
    ["LEN('four') = 4 && NOT(1 > 2)", true],
    ["VALUE('12.5') + 1", 13.5],
    ["TEXT(3) = '3' || FALSE", true],
    ['IF(1 <> 2, TODAY(), NULL)', '2026-11-21'],
    ['1 / 0', null],
    ['5 >= 5', true],
  ])('%s is %j', (source, expected) => {
    expect(work(source)).toBe(expected);
  });

  it.each<[string, FieldValue]>([
    ['0.1 + 0.2', 0.3],
    ['2 ^ 3 /* a power */', 8],
    ['ROUND(-2.345, 2)', -2.35],
    ['CEILING(-2.1)', -3],
    ['FLOOR(-2.9)', -2],
    ['MOD(7, 3) + ABS(-1) + MIN(4, 2) + MAX(1, 5)', 9],
    ["CASE(Name, 'a', 1, 'Acme', 2, 3)", 2],
    ["BLANKVALUE(Notes, 'none')", 'none'],
    ["LEFT('salesforce', 5) & RIGHT('org', 1) & MID('abcdef', 2, 3)", 'salesgbcd'],
    ["UPPER(TRIM(' a ')) & LOWER('B')", 'Ab'],
    ["CONTAINS('abc', 'b') && BEGINS('abc', 'ab')", true],
    ["SUBSTITUTE('a-b-c', '-', '+')", 'a+b+c'],
    ["FIND('c', 'abc') + FIND('x', 'abc')", 3],
    ["REGEX('AB-12', '[A-Z]{2}-\\\\d+')", true],
    ["ISNUMBER('12.5') && NOT(ISNUMBER('12a'))", true],
    ['DATE(2026, 2, 30)', null],
    ['YEAR(DATE(2026, 2, 28)) + MONTH(TODAY()) + DAY(TODAY())', 2058],
    ['ADDMONTHS(DATE(2026, 1, 31), 1)', '2026-02-28'],
    ['WEEKDAY(DATE(2026, 11, 21))', 7],
    ["DATEVALUE('2026-05-04')", '2026-05-04'],
    ['DATEVALUE(NOW())', '2026-11-21'],
    ['NOW() + 0.5', '2026-11-21T21:30:00.000+0000'],
    ['NOW() - (NOW() - 2)', 2],
    ["HYPERLINK('/x', 'a & b')", '<a href="/x" target="_blank">a &amp; b</a>'],
    ["IMAGE('/x.png', 'x')", '<img src="/x.png" alt="x" border="0"/>'],
    ['$User.Id', '$User.Id of the user'],
    ['$Permission.Sees_Margins', true],
    ["INCLUDES(Tags__c, 'b')", true],
  ])('%s is %j, by the functions of texts, numbers and dates', (source, expected) => {
    expect(work(source, { Name: 'Acme', Tags__c: 'a;b' })).toBe(expected);
  });

  it('counts percents as fractions', () => {
    expect(work('Rate__c * 200', { Rate__c: 12.5 })).toBe(25);
  });

  it('counts days between dates and moves dates by days', () => {
    expect(work('TODAY() - Due__c', { Due__c: '2026-11-01' })).toBe(20);
    expect(work('Due__c + 30', { Due__c: '2026-11-01' })).toBe('2026-12-01');
    expect(work('TODAY() - Due__c')).toBeNull();
  });

  it('treats blank numbers as blank or as zero, as the field says', () => {
    expect(work('Amount__c + 1')).toBeNull();
    expect(work('Amount__c + 1', {}, null, true)).toBe(1);
    expect(work('Amount__c < 5')).toBe(false);
    expect(work('ISBLANK(Amount__c)')).toBe(true);
  });

  it('knows new records, changes and prior values', () => {
    expect(work('ISNEW()')).toBe(true);
    expect(work('ISCHANGED(Amount__c)', { Amount__c: 1 })).toBe(false);
    expect(work('ISCHANGED(Amount__c)', { Amount__c: 1 }, { Amount__c: 2 })).toBe(true);
    expect(work('PRIORVALUE(Amount__c) > Amount__c', { Amount__c: 1 }, { Amount__c: 2 })).toBe(true);
    expect(work('PRIORVALUE(Amount__c)', { Amount__c: 1 })).toBe(1);
  });

  it('reads picklists by ISPICKVAL and TEXT', () => {
    expect(work("ISPICKVAL(Status__c, 'Open')", { Status__c: 'Open' })).toBe(true);
    expect(work("ISPICKVAL(Status__c, '')")).toBe(true);
    expect(work("TEXT(Status__c) = 'Open'", { Status__c: 'Paid' })).toBe(false);
  });

  it.each([
    ['VLOOKUP(Name, Name, "x")', 'uses the function VLOOKUP'],
    ['REGEX(Name, Name)', 'REGEX takes a literal pattern only'],
    ['REGEX(Name, "(")', 'REGEX cannot read ('],
    ['$Setup.Limits__c.Max__c', 'uses $Setup.Limits__c.Max__c'],
    ['$Permission.Unknown', 'there is no such custom permission'],
    ['CASE(Name, "a", 1)', 'CASE takes another number of arguments'],
    ['INCLUDES(Name, "a")', 'INCLUDES does not take text'],
    ['Account__r.Name', 'uses Account__r.Name, which is no field of this object'],
    ["Status__c = 'Open'", '= does not take picklist'],
    ["Amount__c = 'x'", '= compares number with text'],
    ['LEN(Notes__c)', 'uses the long text field Notes__c'],
    ['AND(1)', 'AND does not take number'],
    ['IF(TRUE, 1)', 'IF takes another number of arguments'],
    ["IF(TRUE, 1, 'x')", 'IF does not take text'],
    ['1 +', 'ends too early'],
    ['(1', 'expects ")" before "its end"'],
    ['1 2', 'does not expect "2"'],
    ['Amount__c # 2', 'cannot be read from " # 2"'],
    ['PRIORVALUE(1)', 'PRIORVALUE takes a field'],
  ])('refuses %s', (source, message) => {
    expect(() => work(source)).toThrow(message);
  });
});
