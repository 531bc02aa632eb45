import { explanationInWords } from '../../../domain/metrics/explain.ts';
import { toMajor, type Money } from '../../../domain/money/money.ts';
import { explainSubscription } from '../../../sync/operate/explain.ts';
import { dayOf } from '../day.ts';
import { Refusal, UsageError, type Verb } from '../verb.ts';

const major = (amount: Money) => ({ amount: toMajor(amount), currency: amount.currency });

/** Says where the figures of a subscription come from. */
export const explain: Verb = {
  name: 'explain',
  usage: 'explain <subscription> [--as-of DATE]',
  summary: 'where MRR, ARR and TCV of a subscription come from, step by step',
  help: `A subscription is named by its key (zuora:subscription:A-S00000001) or by its number in the billing system. Reads
only what is mirrored: npm run ops -- repull brings it up to date first, if that is in doubt. Rules of MRR (REPORTING_FILE) are
those of the server that was started last.
--as-of DATE              the day it is for (2026-11-21), by what is known now; today in TIME_ZONE (UTC)`,
  options: { 'as-of': { type: 'string' } },
  async run({ db, today }, input) {
    const [name, ...more] = input.positionals;
    if (name === undefined || more.length > 0) throw new UsageError('Name one subscription.');
    const found = await explainSubscription(db, name, dayOf(input, 'as-of', today()));
    if (found.length === 0)
      throw new Refusal(`No subscription is known as ${name}. See npm run ops -- repull if billing has it.`);
    const data = found.map(({ mrr, arr, tcv, committedMrr, charges, changes, ...rest }) => ({
      ...rest,
      mrr: major(mrr),
      arr: major(arr),
      tcv: tcv === null ? null : major(tcv),
      committedMrr: major(committedMrr),
      charges: charges.map((charge) => ({ ...charge, mrr: major(charge.mrr) })),
      changes: changes.map((change) => ({ on: change.on, mrr: major(change.mrr) })),
    }));
    return { data, text: found.map((one) => explanationInWords(one).join('\n')).join('\n\n') };
  },
};
