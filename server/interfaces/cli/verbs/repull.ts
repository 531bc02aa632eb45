import { billingAccountsOf, repull as repullKeys } from '../../../sync/operate/repull.ts';
import { count } from '../text.ts';
import { Refusal, UsageError, type Verb } from '../verb.ts';

/** Reads named records anew. */
export const repull: Verb = {
  name: 'repull',
  usage: 'repull <key or id…>',
  summary: 'reads records anew from their billing system, whatever is known of them',
  help: `A record is named by its key (stripe:account:cus_1, zuora:invoice:INV00001) or by its id in the billing system; its
whole billing account is read. A billing account that is not known yet is named by its key.`,
  options: {},
  async run({ db, operator }, { positionals }) {
    if (positionals.length === 0) throw new UsageError('Name what is to be read anew.');
    const found = await billingAccountsOf(db, positionals);
    const unknown = [...found].filter(([, key]) => key === null).map(([name]) => name);
    if (unknown.length > 0) throw new Refusal(`Nothing was done: nothing is known under ${unknown.join(', ')}.`);
    const keys = [...new Set([...found.values()].flatMap((key) => key ?? []))];
    await repullKeys(db, operator, keys);
    return { data: { keys }, text: `${count(keys.length, 'billing account')} will be read anew: ${keys.join(', ')}.` };
  },
};
