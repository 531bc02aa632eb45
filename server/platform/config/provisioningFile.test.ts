import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readProvisioningFile } from './provisioningFile.ts';

const folder = mkdtempSync(join(tmpdir(), 'provisioning-'));
const path = join(folder, 'provisioning.json');
afterAll(() => rmSync(folder, { recursive: true }));

const read = (content: unknown) => {
  writeFileSync(path, JSON.stringify(content));
  return readProvisioningFile(path);
};
const least = { mode: 'shadow', connection: 'zuora', onWonDeal: true };

test('what is left out is as told in docs/provisioning.md', () => {
  expect(read(least)).toEqual({
    provisioning: {
      ...least,
      recordTypes: null,
      fields: {},
      stages: [],
      defaults: { billCycleDay: null, paymentTerm: null, batch: null, preferredLocales: null },
    },
    faults: [],
  });
});

test.each<[string, object, string]>([
  ['a mode that there is not', { mode: 'assisted' }, 'mode'],
  ['no connection', { connection: '' }, 'connection'],
  ['no criterion', { onWonDeal: false }, 'fields'],
  ['a field that is none', { fields: { 'Not a field': true } }, 'fields'],
  ['a day that no month has', { defaults: { billCycleDay: 32 } }, 'defaults.billCycleDay'],
  ['a batch that Zuora has not', { defaults: { batch: 'First' } }, 'defaults.batch'],
  ['a part that there is not', { stage: 'Won' }, 'PROVISIONING_FILE'],
])('%s is refused', (_what, change, named) => {
  const { provisioning, faults } = read({ ...least, ...change });
  expect(provisioning).toBeNull();
  expect(faults.map(({ variable }) => variable).join(' ')).toContain(named);
});
