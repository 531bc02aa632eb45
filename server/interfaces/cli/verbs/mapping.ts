import { accountIdFrom } from '../../../domain/billingAccount/salesforceId.ts';
import { rowNotes } from '../../../sync/operate/rowNotes.ts';
import { linkedAccounts } from '../../../sync/operate/storage.ts';
import type { OrgTools, RowPreview } from '../../../workflows/ports/orgTools.ts';
import { count, table } from '../text.ts';
import { isSet, Refusal, textOf, UsageError, type Answer, type Context, type Input, type Verb } from '../verb.ts';

/** Accounts that are compared unless told otherwise, the most that may be asked for, and those of one look. */
const USUAL = 100;
const MOST = 1000;
const AT_ONCE = 100;
/** Changes that are printed for people; --json has all of them. */
const SHOWN = 30;

function listed(org: OrgTools): Answer {
  const sources = org.sources();
  const text = table(
    ['OBJECT', 'SOURCE', 'EVERY ORG HAS IT IN', 'WHAT IT IS'],
    sources.map(({ object, name, field, what }) => [object, name, field ?? '-', what]),
  );
  return { data: sources, text };
}

async function check({ db }: Context, org: OrgTools): Promise<Answer> {
  const { fields, refused, missing, unread } = await org.check();
  const { total, notes } = await rowNotes(db, SHOWN);
  const leftOut = fields.filter(({ source }) => source === null).length;
  const written = fields.length - leftOut;
  const head =
    org.entries === 0
      ? 'MAPPING_FILE names no further fields: what every org gets is written.'
      : `${count(written, 'field')} of MAPPING_FILE ${written === 1 ? 'is' : 'are'} written${leftOut === 0 ? '' : `, ${leftOut} left out`}, ${refused.length} refused.`;
  const misfits =
    total === 0
      ? []
      : [
          `${count(total, 'value')} of billing ${total === 1 ? 'does' : 'do'} not fit${total > notes.length ? `; the first ${notes.length}` : ''}:`,
          ...notes.map(({ object, key, note }) => `${object} ${key}: ${note}`),
        ];
  const data = { fields, refused, missing, unread, misfits: { total, notes } };
  return { data, text: [head, ...refused, ...missing, ...unread, ...misfits].join('\n') };
}

async function accountsOf({ db }: Context, input: Input): Promise<{ accountIds: string[]; total: number }> {
  const one = textOf(input, 'account');
  if (one !== undefined) {
    const accountId = accountIdFrom(one);
    if (accountId === null)
      throw new UsageError(`${one} is no id of an Account: 15 or 18 characters, beginning with 001.`);
    return { accountIds: [accountId], total: 1 };
  }
  const most = textOf(input, 'accounts') ?? String(USUAL);
  if (!/^\d{1,4}$/.test(most) || Number(most) < 1 || Number(most) > MOST)
    throw new UsageError(`--accounts takes a number from 1 to ${MOST}.`);
  return linkedAccounts(db, '', Number(most));
}

const shown = (value: unknown): string => (value === null ? '(empty)' : JSON.stringify(value));

function textOfPreview(changes: readonly RowPreview[], rows: number, accounts: number, total: number): string {
  const fields = new Map<string, number>();
  for (const { object, kind, fields: changed } of changes)
    for (const name of kind === 'new' ? ['(new row)'] : changed.map((field) => field.name))
      fields.set(`${object}.${name}`, (fields.get(`${object}.${name}`) ?? 0) + 1);
  const of = accounts < total ? ` of ${total} (--accounts takes more)` : '';
  const head = `${count(accounts, 'Account')}${of} with ${count(rows, 'row')} ${accounts === 1 ? 'was' : 'were'} compared; ${count(changes.length, 'row')} would change. Nothing was written.`;
  if (changes.length === 0) return head;
  const sums = table(
    ['FIELD', 'ROWS'],
    [...fields].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, number]) => [name, String(number)]),
  );
  const lines = changes
    .flatMap(({ object, key, kind, fields: changed }) =>
      kind === 'new'
        ? [`${object} ${key}: new`]
        : changed.map(({ name, now, then }) => `${object} ${key} ${name}: ${shown(now)} -> ${shown(then)}`),
    )
    .slice(0, SHOWN);
  return [head, '', sums, '', ...lines].join('\n');
}

async function dryRun(context: Context, input: Input, org: OrgTools): Promise<Answer> {
  const { accountIds, total } = await accountsOf(context, input);
  if (accountIds.length === 0)
    throw new Refusal('No customer is linked to an Account yet, so nothing would be written.');
  const { refused, unread } = await org.check();
  const changes: RowPreview[] = [];
  let rows = 0;
  for (let from = 0; from < accountIds.length; from += AT_ONCE) {
    const some = accountIds.slice(from, from + AT_ONCE);
    const found = await org.preview(some);
    changes.push(...found.changes);
    rows += found.rows;
    context.say(`${from + some.length} of ${accountIds.length} Accounts were compared.`);
  }
  const text = textOfPreview(changes, rows, accountIds.length, total);
  return {
    data: { accounts: accountIds.length, accountsInAll: total, rows, changes, refused, unread },
    text: refused.length + unread.length === 0 ? text : `${text}\n\n${[...refused, ...unread].join('\n')}`,
  };
}

/** What an admin's mapping adds: whether it fits the org, and what it would change there. */
export const mapping: Verb = {
  name: 'mapping',
  usage: 'mapping check | dry-run [--account ID | --accounts N] | --sources',
  summary: 'whether MAPPING_FILE fits the org, and what it would change there',
  help: `check                     what of MAPPING_FILE is written, why the rest is not, and values of billing that do not fit
dry-run                   compares what would be written with what Salesforce holds, by what is mirrored now
--account ID              of one Account
--accounts N              of the first N Accounts (${USUAL}, at most ${MOST})
--sources                 every value that MAPPING_FILE may name as a source

Reads only. Salesforce is asked with the settings of the servers (SALESFORCE_…, MAPPING_FILE), so give it their environment.`,
  options: { account: { type: 'string' }, accounts: { type: 'string' }, sources: { type: 'boolean' } },
  async run(context, input) {
    const [what, ...more] = input.positionals;
    const known = isSet(input, 'sources') ? what === undefined : what === 'check' || what === 'dry-run';
    if (!known || more.length > 0) throw new UsageError('Say check, dry-run or --sources.');
    if (what !== 'dry-run' && (textOf(input, 'account') ?? textOf(input, 'accounts')) !== undefined)
      throw new UsageError('--account and --accounts go with dry-run.');
    return context.withOrg(async (org) => {
      if (what === undefined) return listed(org);
      return what === 'check' ? check(context, org) : dryRun(context, input, org);
    });
  },
};
