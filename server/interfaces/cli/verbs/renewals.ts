import { inWords, toMajor } from '../../../domain/money/money.ts';
import { dayInWords } from '../../../domain/time/calendarDate.ts';
import { reportRenewals, type RenewalEntry, type RenewalReport } from '../../../sync/operate/renewals.ts';
import { dayOf } from '../day.ts';
import { Refusal, UsageError, type Verb } from '../verb.ts';

const STEPS: Readonly<Record<RenewalEntry['step'], string>> = {
  open: 'to be opened',
  follow: 'open',
  win: 'to be won',
  lose: 'to be lost',
  people: 'closed by people',
};

const MODES: Readonly<Record<RenewalReport['mode'], string>> = {
  off: 'Renewals are off: nothing is done.',
  shadow: 'In shadow: this is what would be done. Nothing is written.',
  automatic: 'Renewals are kept up.',
};

function textOfEntry({ key, accountId, step, on, worth, subscriptions, outcome }: RenewalEntry): string {
  const line = `${key}  ${STEPS[step]}  ${dayInWords(on)}  ${inWords(worth)}  Account ${accountId}  ${subscriptions.join(', ')}`;
  return outcome === null ? line : `${line}\n    ${outcome}`;
}

/** Shows what is, or would be, done about terms that end. */
export const renewals: Verb = {
  name: 'renewals',
  usage: 'renewals [--as-of DATE]',
  summary: 'deals of terms that end: what is open, and what is, or in shadow would be, opened and closed',
  help: `By what is mirrored, and by the settings of the server that was started last (RENEWALS_FILE). What billing has closed
already is left out.
--as-of DATE              the day it is for (2026-11-21), by what is known now; today in TIME_ZONE (UTC)`,
  options: { 'as-of': { type: 'string' } },
  async run({ db, today }, input) {
    if (input.positionals.length > 0) throw new UsageError('It takes no arguments but options.');
    const report = await reportRenewals(db, dayOf(input, 'as-of', today()));
    if (report === null) throw new Refusal('No server has renewals: set RENEWALS_FILE and start it.');
    const { mode, faults, entries } = report;
    const lines = [
      MODES[mode],
      ...faults.map((fault) => `Waits: ${fault}`),
      ...(entries.length === 0 ? ['No term ends soon.'] : entries.map(textOfEntry)),
    ];
    const data = {
      ...report,
      entries: entries.map(({ worth, ...rest }) => ({
        ...rest,
        worth: { amount: toMajor(worth), currency: worth.currency },
      })),
    };
    return { data, text: lines.join('\n') };
  },
};
