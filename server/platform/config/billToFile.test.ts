import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { BILL_TO_FIELDS } from '../../domain/billTo/fields.ts';
import { readBillToFile } from './billToFile.ts';

const folder = mkdtempSync(join(tmpdir(), 'bill-to-'));
const path = join(folder, 'bill-to.json');
afterAll(() => rmSync(folder, { recursive: true }));

const read = (content: unknown) => {
  writeFileSync(path, JSON.stringify(content));
  return readBillToFile(path);
};

test('every field is taken over where none is named', () => {
  expect(
    read({ connections: { zuora: { mode: 'shadow' }, stripe: { mode: 'automatic', fields: ['email'] } } }),
  ).toEqual({
    billTo: {
      zuora: { mode: 'shadow', fields: [...BILL_TO_FIELDS] },
      stripe: { mode: 'automatic', fields: ['email'] },
    },
    faults: [],
  });
});

test.each<[string, unknown, string]>([
  ['a mode that there is not', { mode: 'on' }, 'connections.zuora.mode'],
  ['a field that there is not', { mode: 'shadow', fields: ['vat'] }, 'connections.zuora.fields[0]'],
  ['no field at all', { mode: 'automatic', fields: [] }, 'connections.zuora.fields'],
  ['a setting that there is not', { mode: 'shadow', owner: 'x' }, 'connections.zuora'],
])('%s is a fault', (_what, zuora, way) => {
  const { billTo, faults } = read({ connections: { zuora } });
  expect(billTo).toBeNull();
  expect(faults).toMatchObject([{ variable: `BILL_TO_FILE ${way}`, problem: expect.stringMatching(/\.$/) as string }]);
});

test('a file that is not there is a fault', () => {
  expect(readBillToFile(join(folder, 'nowhere.json'))).toMatchObject({
    billTo: null,
    faults: [{ variable: 'BILL_TO_FILE', problem: 'The file cannot be read.' }],
  });
});
