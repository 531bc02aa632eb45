import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readMappingFile } from './mappingFile.ts';

const folder = mkdtempSync(join(tmpdir(), 'mapping-'));
const path = join(folder, 'mapping.json');
afterAll(() => rmSync(folder, { recursive: true }));

const read = (content: unknown) => {
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return readMappingFile(path);
};

test('a mapping is read entry by entry, with what is not said', () => {
  const plan = { source: 'plan', target: 'Plan_Name__c', overwrite: true };
  const number = { source: 'Number__c', target: 'Document__c' };
  expect(read({ fields: { Account: [plan], Billing_Invoice__c: [number] } })).toEqual({
    entries: [
      { object: 'Account', ...plan, currency: null },
      { object: 'Billing_Invoice__c', ...number, overwrite: false, currency: null },
    ],
    faults: [],
  });
});

test('metadata, custom fields and nothing are sources as well', () => {
  const sources = ['metadata.region', 'metadata.Sales region (EU)', 'custom.Region__c', null];
  const entries = sources.map((source, index) => ({ source, target: `T${index}__c` }));
  const { entries: found, faults } = read({ fields: { Billing_Account__c: entries } });
  expect(faults).toEqual([]);
  expect(found.map(({ source }) => source)).toEqual(sources);
});

test.each<[string, unknown, string, string]>([
  ...['metadata.', 'metadata.a[b]', `metadata.${'k'.repeat(41)}`, 'custom.Region', 'custom.__c', 'other.region'].map(
    (source): [string, unknown, string, string] => [
      `has ${source} for a source`,
      { fields: { Account: [{ source, target: 'P__c' }] } },
      'MAPPING_FILE fields.Account[0].source',
      'the name of a source',
    ],
  ),
  [
    'has no word on the source',
    { fields: { Account: [{ target: 'P__c' }] } },
    'MAPPING_FILE fields.Account[0].source',
    '',
  ],
  ['is no JSON', '{', 'MAPPING_FILE', 'The file is not valid JSON.'],
  ['is a list', [], 'MAPPING_FILE', 'expected object'],
  ['has other words', { fields: {}, field: {} }, 'MAPPING_FILE', 'Unrecognized key: "field"'],
  ['has no list', { fields: { Account: {} } }, 'MAPPING_FILE fields.Account', 'expected array'],
  [
    'has an entry without a target',
    { fields: { Account: [{ source: 'plan' }] } },
    'MAPPING_FILE fields.Account[0].target',
    'expected string',
  ],
  [
    'has a target with a blank',
    { fields: { Account: [{ source: 'plan', target: 'Plan Name' }] } },
    'MAPPING_FILE fields.Account[0].target',
    'the API name of a field',
  ],
  [
    'has a word for a yes',
    { fields: { Account: [{ source: 'plan', target: 'P__c', overwrite: 'yes' }] } },
    'MAPPING_FILE fields.Account[0].overwrite',
    'true or false',
  ],
  [
    'has a currency that is none',
    { fields: { Account: [{ source: 'mrr', target: 'P__c', currency: 'euro' }] } },
    'MAPPING_FILE fields.Account[0].currency',
    'the code of a currency',
  ],
  ['has a key that is no object', { fields: { 'Account;': [] } }, 'MAPPING_FILE fields.Account;', 'Invalid key'],
])('a file that %s is refused with the place', (_what, content, variable, problem) => {
  const { entries, faults } = read(content);
  expect(entries).toEqual([]);
  expect(faults).toMatchObject([{ variable, problem: expect.stringContaining(problem) }]);
});

test('a file that is not there is refused', () => {
  expect(readMappingFile(join(folder, 'none.json')).faults).toMatchObject([{ problem: 'The file cannot be read.' }]);
});
