import { accountIdFrom } from '../../../domain/billingAccount/salesforceId.ts';
import {
  linkAs,
  linkTarget,
  listLinks,
  unlinkAs,
  type LinkEntry,
  type LinkTarget,
} from '../../../sync/operate/links.ts';
import { count } from '../text.ts';
import { isSet, Refusal, textOf, UsageError, type Context, type Verb } from '../verb.ts';

const LIMIT = 100;

function textOfEntry({ key, name, state, accountId, rule, by, candidates }: LinkEntry): string {
  const what = accountId === null ? state : `${state} to ${accountId} (${rule ?? 'no rule'}, ${by ?? 'nobody'})`;
  const lines = candidates.map((one) => `    ${one.score}  ${one.accountId}  ${one.name}: ${one.reasons.join(', ')}`);
  return [`${key}  ${name ?? 'without a name'}  ${what}`, ...(accountId === null ? lines : [])].join('\n');
}

/** Customers that billing gives no Account. */
export const links: Verb = {
  name: 'links',
  usage: 'links [--all] [--after KEY]',
  summary: 'customers that wait for their Account, with the Accounts that may be the one',
  help: `--all                     also those that were linked by a rule or a person, and those that were dismissed
--after KEY               goes on after this customer; ${LIMIT} are shown at a time

People choose the Account in Salesforce, on the Billing Link; \`link\` does the same from here.`,
  options: { all: { type: 'boolean' }, after: { type: 'string' } },
  async run({ db }, input) {
    if (input.positionals.length > 0) throw new UsageError('It takes no arguments but options.');
    const found = await listLinks(db, isSet(input, 'all'), LIMIT + 1, textOf(input, 'after'));
    const shown = found.slice(0, LIMIT);
    const more = found.length > LIMIT ? `\n\nThere are more: go on with --after ${shown.at(-1)!.key}.` : '';
    return { data: shown, text: shown.length === 0 ? 'Nobody waits.' : shown.map(textOfEntry).join('\n') + more };
  },
};

async function targetOf({ db }: Pick<Context, 'db'>, key: string): Promise<LinkTarget> {
  const target = await linkTarget(db, key);
  if (target === null)
    throw new Refusal(`Nothing was done: no customer is known as ${key}; \`links\` lists those that wait.`);
  if (target.named !== null)
    throw new Refusal(`Nothing was done: billing itself names the Account ${target.named} for it. Change it there.`);
  return target;
}

const DRY_RUN = '--dry-run                 says what it would do';

/** Gives a customer to an Account. */
export const link: Verb = {
  name: 'link',
  usage: 'link <customer key> <Account id> [--dry-run]',
  summary: 'gives a customer that names no Account to one',
  help: `${DRY_RUN}

A customer is named by its key, such as stripe:account:cus_1. Where billing names an Account, that goes first.`,
  options: { 'dry-run': { type: 'boolean' } },
  async run({ db, operator }, input) {
    const [key, id, ...others] = input.positionals;
    if (key === undefined || id === undefined || others.length > 0)
      throw new UsageError('Name the customer by its key, and the Account by its id.');
    const accountId = accountIdFrom(id);
    if (accountId === null)
      throw new UsageError(`${id} is no id of an Account: 15 or 18 characters, beginning with 001.`);
    const { linked } = await targetOf({ db }, key);
    const from = linked === null || linked === accountId ? '' : ` instead of ${linked}`;
    if (isSet(input, 'dry-run') || linked === accountId) {
      const would = linked === accountId ? 'is linked' : 'would be linked';
      return { data: { key, accountId, linked, done: false }, text: `${key} ${would} to ${accountId}${from}.` };
    }
    await linkAs(db, operator, key, accountId);
    return { data: { key, accountId, linked, done: true }, text: `${key} is linked to ${accountId}${from}.` };
  },
};

/** Takes a customer away from an Account. */
export const unlink: Verb = {
  name: 'unlink',
  usage: 'unlink <customer key…> [--dry-run]',
  summary: 'takes customers away from the Accounts that they were linked to by a rule or a person',
  help: `${DRY_RUN}

What billing shows of them is removed from these Accounts; they wait, and no rule links them there again. The Accounts
themselves stay, those that were made for a customer too: delete or merge them in Salesforce.`,
  options: { 'dry-run': { type: 'boolean' } },
  async run({ db, operator }, input) {
    const keys = [...new Set(input.positionals)];
    if (keys.length === 0) throw new UsageError('Name the customer by its key.');
    const found: { key: string; accountId: string }[] = [];
    for (const key of keys) {
      const { linked } = await targetOf({ db }, key);
      if (linked === null) throw new Refusal(`Nothing was done: ${key} is not linked.`);
      found.push({ key, accountId: linked });
    }
    const isDry = isSet(input, 'dry-run');
    if (!isDry) for (const { key } of found) await unlinkAs(db, operator, key);
    const what = found.map(({ key, accountId }) => `${key} from ${accountId}`).join(', ');
    return {
      data: { unlinked: found, done: !isDry },
      text: `${count(found.length, 'customer')} ${isDry ? 'would be' : found.length === 1 ? 'is' : 'are'} taken away: ${what}.`,
    };
  },
};
