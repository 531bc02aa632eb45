import { USERS } from '../simulators/salesforce/org/seed.ts';
import type { FieldValue, RowResult } from '../simulators/salesforce/org/types.ts';
import type { Stack } from './stack.ts';

/** What people do in the simulated org by hand. Throws what the org refuses. */
export function person({ org }: Pick<Stack, 'org'>, who: keyof typeof USERS = 'admin') {
  const options = { userId: org.org.userNamed(USERS[who])!.Id, origin: '', allOrNone: true };
  const done = (results: readonly RowResult[]): void => {
    const refused = results.find(({ success }) => !success);
    if (refused) throw new Error(JSON.stringify(refused.errors));
  };
  return {
    userId: options.userId,
    edit: (object: string, id: string, fields: Record<string, FieldValue>) =>
      done(org.org.update(object, [{ Id: id, ...fields }], options)),
    remove: (object: string, id: string) => done(org.org.remove(object, [id], options)),
    undelete: (object: string, id: string) => done(org.org.undelete(object, [id], options)),
    merge: (masterId: string, loserId: string) => org.org.mergeAccounts(masterId, loserId),
  };
}
