import { beforeEach, describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { SimClock } from '../../kit/clock.ts';
import { createOrg, type SimulatedOrg } from './org.ts';
import { USERS } from './seed.ts';
import type { Commit } from './types.ts';

const forceApp = join(import.meta.dirname, '../../../../force-app/main/default');

describe('commits of the org', () => {
  let org: SimulatedOrg;
  let heard: Commit[];
  let userId: string;

  beforeEach(() => {
    org = createOrg({ clock: new SimClock(), forceApp });
    userId = org.userNamed(USERS.rep)!.Id;
    heard = [];
    org.onCommit((commit) => heard.push(commit));
  });

  const account = (name: string): string => org.insert('Account', [{ Name: name }], { userId })[0]!.id!;
  const types = (): string[][] =>
    heard.map(({ changes }) => changes.map(({ object, type }) => `${type} ${object.name}`));

  it('are one for every save, with who did it and by what', () => {
    const origin = 'com/salesforce/api/rest/66.0;client=Test';
    org.insert('Account', [{ Name: 'Acme' }, { Name: 'Globex' }], { userId, origin });
    expect(types()).toEqual([['CREATE Account', 'CREATE Account']]);
    expect(heard[0]).toMatchObject({ userId, origin });
  });

  it('tell what was before and after', () => {
    const id = account('Acme');
    org.update('Account', [{ Id: id, Name: 'Acme 2' }], { userId });
    expect(heard[1]!.changes[0]).toMatchObject({ type: 'UPDATE', before: { Name: 'Acme' }, after: { Name: 'Acme 2' } });
  });

  it('hold the details that go with a deleted record', () => {
    const id = account('Acme');
    org.insert('Contact', [{ LastName: 'Ada', AccountId: id }], { userId });
    org.remove('Account', [id], { userId });
    expect(types()[2]).toContain('DELETE Account');
  });

  it('leave out the rows that failed, and everything when all or none', () => {
    org.insert('Account', [{ Name: 'Acme' }, { Industry: 'Energy' }], { userId });
    org.insert('Account', [{ Name: 'Globex' }, { Industry: 'Energy' }], { userId, allOrNone: true });
    expect(types()).toEqual([['CREATE Account']]);
  });

  it('are one for several saves in a transaction, with the net change of each record', () => {
    org.transaction({ userId, origin: 'x' }, () => {
      const id = account('Acme');
      org.update('Account', [{ Id: id, Name: 'Acme 2' }], { userId });
      org.remove('Account', [account('Gone')], { userId });
    });
    expect(types()).toEqual([['CREATE Account']]);
    expect(heard[0]!.changes[0]!.after['Name']).toBe('Acme 2');
  });

  it('do not happen when the transaction is taken back', () => {
    org.transaction({ userId }, (rollback) => {
      org.insert('Account', [{ Name: 'Acme' }], { userId });
      rollback();
    });
    expect(heard).toEqual([]);
    expect(org.all('Account')).toEqual([]);
  });
});
