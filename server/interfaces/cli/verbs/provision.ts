import { accountIdFrom } from '../../../domain/billingAccount/salesforceId.ts';
import { workAccountNow } from '../../../sync/operate/provision.ts';
import type { ProvisioningLook } from '../../../workflows/ports/orgTools.ts';
import type { Provisioning } from '../../../workflows/ports/provisioning.ts';
import { table } from '../text.ts';
import { isSet, Refusal, UsageError, type Verb } from '../verb.ts';

const told = ({ faults, lines }: Provisioning): string[] => [...faults.map(({ text }) => `- ${text}`), ...lines];

const NOW: Readonly<Record<Provisioning['state'], string>> = {
  'Not Wanted': 'No billing account is wanted by the settings.',
  'Not Ready': 'A billing account is wanted, and cannot be made yet:',
  Ready: 'It could be made:',
  Creating: 'It is being made:',
  Created: 'It has a billing account:',
  Failed: 'Billing refuses it:',
};

function textOf({ standing, worked, mode }: ProvisioningLook, accountId: string): string {
  const known = standing?.provisioning;
  const number = known?.made == null ? '' : ` as ${known.made.number}`;
  const stands =
    known === undefined
      ? 'Nothing was made of it so far.'
      : `It stands as ${known.state}${number} since ${known.asOf}.`;
  const shown = worked ?? known!;
  const steps = (standing?.steps ?? []).map(({ at, provisioning }) => [
    at.toISOString(),
    provisioning.state,
    provisioning.made?.number ?? '',
    provisioning.faults.map(({ code }) => code).join(' '),
  ]);
  return [
    `Account ${accountId}, mode ${mode}`,
    stands,
    '',
    NOW[shown.state],
    ...told(shown),
    ...(steps.length === 0 ? [] : ['', table(['AT', 'STATE', 'NUMBER', 'FAULTS'], steps)]),
  ].join('\n');
}

function accountIdOf(positionals: readonly string[]): string {
  const [text, ...more] = positionals;
  if (text === undefined || more.length > 0) throw new UsageError('Name one Account by its id.');
  const id = accountIdFrom(text);
  if (id === null) throw new UsageError(`${text} is no id of an Account: 15 or 18 characters, beginning with 001.`);
  return id;
}

/** Whether an Account gets a billing account, and what keeps it back. */
export const provision: Verb = {
  name: 'provision',
  usage: 'provision <account id> [--dry-run]',
  summary: 'what billing account is made of an Account, or why none; has it looked at now',
  help: `Shows what would be made, what keeps it back, how it stands and every step that it took. --json has what is sent in the words
of billing.
--dry-run                 only shows it

Without --dry-run the servers look at the Account once more, and decide as ever. What was made is not made again. Salesforce is
asked with the settings of the servers, so give it their environment.`,
  options: { 'dry-run': { type: 'boolean' } },
  async run({ db, operator, withOrg }, input) {
    const id = accountIdOf(input.positionals);
    const look = await withOrg((org) => org.provisioning(id));
    if (look === null) throw new Refusal(`${id} is not in Salesforce.`);
    const asked = !isSet(input, 'dry-run');
    if (asked) await workAccountNow(db, operator, id);
    const next = asked ? '\n\nThe servers look at it now; what was made is not made again.' : '';
    return { data: { account: id, ...look, asked }, text: `${textOf(look, id)}${next}` };
  },
};
