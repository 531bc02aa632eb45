import { describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { SimClock } from '../../../kit/clock.ts';
import { createOrg } from '../../org/org.ts';
import type { Change, Commit, FieldValue } from '../../org/types.ts';
import { captureCommit, type CaptureOptions } from './capture.ts';

const forceApp = join(import.meta.dirname, '../../../../../force-app/main/default');
const org = createOrg({ clock: new SimClock(), forceApp });
const AT = new Date('2026-11-21T09:30:00.789Z');

let ids = 0;
function change(type: Change['type'], object: string, was: object, is: object): Change {
  const Id = `001${String(++ids).padStart(15, '0')}`;
  const record = (values: object) => ({ Id, ...(values as Record<string, FieldValue>) });
  return {
    ...{ object: org.object(object)!, type },
    before: type === 'CREATE' ? null : record(was),
    after: record(is),
  };
}

function capture(changes: Change[], options: Partial<CaptureOptions> = {}) {
  const commit: Commit = { transactionKey: 'key', userId: '005000000000001AAA', origin: '', at: AT, changes };
  return captureCommit(commit, {
    isSelected: () => true,
    ...{ commitNumber: '7', maxChanges: 100_000, gaps: [], overflows: [] },
    ...options,
  });
}

describe('change events of a transaction', () => {
  it('carry the header of the transaction, its time in whole seconds', () => {
    const [event] = capture([change('CREATE', 'Account', {}, { Name: 'Acme', Phone: null })]);
    expect(event).toMatchObject({
      ...{ transactionKey: 'key', commitUser: '005000000000001AAA', commitNumber: '7', values: { Name: 'Acme' } },
      commitTimestamp: Date.parse('2026-11-21T09:30:00Z'),
    });
  });

  it('leave gaps in their numbers for objects that are not selected', () => {
    const changes = ['Account', 'Contact', 'Case'].map((object) => change('CREATE', object, {}, { Name: object }));
    const events = capture(changes, { isSelected: (name) => name !== 'Contact' });
    expect(events.map(({ entityName, sequenceNumber }) => [entityName, sequenceNumber])).toEqual([
      ['Account', 1],
      ['Case', 3],
    ]);
  });

  it('know nothing of objects that never publish', () => {
    expect(capture([change('CREATE', 'PermissionSetAssignment', {}, {})])).toEqual([]);
  });

  it('always name LastModifiedDate as changed, even when nothing else was', () => {
    const same = { Name: 'Acme', LastModifiedDate: '2026-11-21T09:30:00.000Z' };
    const [event] = capture([change('UPDATE', 'Account', same, same)]);
    expect(event!.changedFields).toEqual(['LastModifiedDate']);
  });

  it('carry everything when a record comes back', () => {
    const [event] = capture([change('UNDELETE', 'Account', { IsDeleted: true }, { Name: 'Acme', Industry: 'Energy' })]);
    expect(event).toMatchObject({ changeType: 'UNDELETE', values: { Name: 'Acme', Industry: 'Energy' } });
  });

  it('are gap events above 1 MB', () => {
    const [event] = capture([change('CREATE', 'Account', {}, { Name: 'Acme', Description: 'x'.repeat(1_100_000) })]);
    expect(event).toMatchObject({ changeType: 'GAP_CREATE', values: {}, recordIds: [expect.stringMatching(/^001/)] });
  });

  it('count each field of an update, and one for everything else, until they overflow', () => {
    const update = () => change('UPDATE', 'Account', { Name: 'A', Phone: '1' }, { Name: 'B', Phone: '2' });
    const changes = [update(), change('DELETE', 'Contact', {}, {}), change('DELETE', 'Contact', {}, {}), update()];
    const types = (maxChanges: number): string[] =>
      capture(changes, { maxChanges }).map(({ changeType, entityName }) => `${changeType} ${entityName}`);
    expect(types(8)).toEqual(['UPDATE Account', 'DELETE Contact']);
    expect(types(7)).toEqual(['UPDATE Account', 'DELETE Contact', 'GAP_OVERFLOW Account']);
    expect(types(4)).toEqual(['UPDATE Account', 'DELETE Contact', 'GAP_OVERFLOW Contact', 'GAP_OVERFLOW Account']);
  });

  it('tell the parts of a person’s name, and the one name of a company', () => {
    const person = { Name: 'Ada Byron', FirstName: 'Ada', LastName: 'Byron' };
    const [contact] = capture([change('CREATE', 'Contact', {}, person)]);
    expect(contact!.values).toEqual({ FirstName: 'Ada', LastName: 'Byron' });
  });
});
