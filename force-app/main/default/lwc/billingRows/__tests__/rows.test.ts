import { booleanOf, hasMore, numberOf, parentOf, readable, rowsOf, standing, textOf } from 'c/billingRows';
import { answer, node } from '../../../../../../test/lwc/answers';

describe('rows of c/billingRows', () => {
  it('unwraps rows, and tells none from not readable', () => {
    const one = node({ Number__c: 'A' });
    expect(rowsOf(answer({ X__c: [one] }), 'X__c')).toEqual([one]);
    expect(rowsOf(answer({ X__c: [] }), 'X__c')).toEqual([]);
    expect(rowsOf(answer({}), 'X__c')).toBeUndefined();
  });

  it.each([undefined, null, {}, { uiapi: {} }, { uiapi: { query: { X__c: null } } }])(
    'takes %j as not readable',
    (data) => {
      expect(rowsOf(data, 'X__c')).toBeUndefined();
      expect(hasMore(data, 'X__c')).toBe(false);
    },
  );

  it('bears holes in an answer', () => {
    expect(rowsOf({ uiapi: { query: { X__c: { edges: [null, { node: null }] } } } }, 'X__c')).toEqual([]);
    expect(rowsOf({ uiapi: { query: { X__c: {} } } }, 'X__c')).toEqual([]);
  });

  it('reads values by type, and nothing from the absent, the empty and the wrong', () => {
    const row = node({ T__c: 'a', E__c: '', N__c: 0, B__c: false, Z__c: null });
    expect([textOf(row, 'T__c'), textOf(row, 'E__c'), textOf(row, 'N__c'), textOf(row, 'Absent__c')]).toEqual([
      'a',
      null,
      null,
      null,
    ]);
    expect([numberOf(row, 'N__c'), numberOf(row, 'Z__c'), numberOf(undefined, 'N__c')]).toEqual([0, null, null]);
    expect([booleanOf(row, 'B__c'), booleanOf(row, 'Z__c')]).toEqual([false, null]);
  });

  it('knows which fields are there, whether or not they are empty', () => {
    const rows = [node({ A__c: null }), node({ B__c: 1 })];
    expect([...readable(rows)]).toEqual(['A__c', 'B__c']);
  });

  it('follows lookups and leaves out what is removed', () => {
    const parent = node({ Name: 'P' });
    expect(parentOf(node({}, { P__r: parent }), 'P__r')).toBe(parent);
    expect(parentOf(node({}), 'P__r')).toBeNull();
    const row = node({ Status__c: 'Paid' });
    expect(standing([node({ Status__c: 'Removed' }), row])).toEqual([row]);
  });
});
