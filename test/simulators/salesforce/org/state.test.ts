import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SimClock } from '../../kit/clock.ts';
import { createOrg } from './org.ts';
import { USERS } from './seed.ts';

const forceApp = join(import.meta.dirname, '../../../../force-app/main/default');

it('an org from a state file has its records, users and ids; a reset empties it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'org-'));
  try {
    const options = { clock: new SimClock(), forceApp, stateFile: join(folder, 'org.json') };
    const first = createOrg(options);
    const userId = first.userNamed(USERS.rep)!.Id;
    const [made] = first.insert('Account', [{ Name: 'Acme' }], { userId });
    first.close();
    const second = createOrg(options);
    expect(second.orgId).toBe(first.orgId);
    expect(second.userNamed(USERS.rep)!.Id).toBe(userId);
    expect(second.get('Account', made!.id!)).toMatchObject({ Name: 'Acme', OwnerId: userId });
    expect(second.object('Usage__c')!.keyPrefix).toBe(first.object('Usage__c')!.keyPrefix);
    const [next] = second.insert('Account', [{ Name: 'Beta' }], { userId });
    expect(next!.id).not.toBe(made!.id);
    second.reset();
    expect(second.all('Account')).toEqual([]);
    expect(second.userNamed(USERS.integration)).not.toBeNull();
    second.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
