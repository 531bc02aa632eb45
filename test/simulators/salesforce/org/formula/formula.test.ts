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
};
const fields = new Map(Object.entries(TYPES).map(([name, type]) => [name, standardField(name, name, type)]));

function work(
  source: string,
  values: Record<string, FieldValue> = {},
  prior: Record<string, FieldValue> | null = null,
  blankAsZero = false,
): FieldValue {
  const valueIn = (record: Record<string, FieldValue>) => (field: Field) => record[field.name] ?? null;
  return compileFormula(source, (name) => fields.get(name), blankAsZero).evaluate({
    value: valueIn(values),
    prior: prior && valueIn(prior),
    today: '2026-11-21',
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
    ['REGEX(Name, "x")', 'uses the function REGEX'],
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
