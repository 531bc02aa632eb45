import { id18 } from '../../../domain/billingAccount/salesforceId.ts';
import { fieldInWords } from '../../../domain/billTo/fields.ts';
import { workBillTosNow } from '../../../sync/operate/billTo.ts';
import type { BillToView } from '../../../workflows/ports/orgTools.ts';
import { table } from '../text.ts';
import { isSet, Refusal, UsageError, type Verb } from '../verb.ts';

const CHANGED_BY = {
  salesforce: 'changed in Salesforce',
  billing: 'changed in billing',
  both: 'changed in both',
  nobody: 'never the same',
} as const;

function decisionLines({ decision }: BillToView): string[] {
  if (decision === null) return ['Nothing is compared: the Account, or the billing account, is not there or closed.'];
  const changes = decision.changes.map(
    ({ field, before, after, changedBy }) =>
      `- ${fieldInWords(field)}: ${before ?? 'nothing'} -> ${after} (${CHANGED_BY[changedBy]})`,
  );
  const kept = decision.kept.map(
    ({ field, billing, why }) => `- ${fieldInWords(field)}: ${billing ?? 'nothing'} stays. ${why}`,
  );
  return changes.length + kept.length === 0 ? ['Both say the same.'] : [...changes, ...kept];
}

function textOf(view: BillToView): string {
  const { billingAccountKey, mode, contactId, standing, steps } = view;
  const rows = steps.map(({ at, standing: { state, changes } }) => [
    at.toISOString(),
    state,
    changes.map(({ field, before, after }) => `${fieldInWords(field)}: ${before ?? 'nothing'} -> ${after}`).join('; '),
  ]);
  return [
    `${billingAccountKey}, ${mode}, ${contactId === null ? 'nobody is its Billing Contact' : `billed to ${contactId}`}`,
    standing === null ? 'It was never looked at.' : `It stands as ${standing.state} since ${standing.asOf}.`,
    ...(standing?.message ? [standing.message] : []),
    ...decisionLines(view),
    ...(rows.length === 0 ? [] : ['', table(['AT', 'STATE', 'CHANGES'], rows)]),
  ].join('\n');
}

function accountIdOf(positionals: readonly string[]): string {
  const [id, ...more] = positionals;
  if (id === undefined || more.length > 0) throw new UsageError('Name one Account by its id.');
  if (!/^001([A-Za-z0-9]{12}|[A-Za-z0-9]{15})$/.test(id))
    throw new UsageError(`${id} is no id of an Account: 15 or 18 characters, beginning with 001.`);
  return id18(id);
}

/** Whom the invoices of an Account name in both systems, and what is done where they differ. */
export const billTo: Verb = {
  name: 'bill-to',
  usage: 'bill-to <account id> [--dry-run]',
  summary: 'whom the invoices of an Account name, and what would be changed in billing; has it looked at now',
  help: `Compares Salesforce with each billing account of the Account, field by field: what would be changed in billing, what stays there
and why, how it stands and every step that was taken.
--dry-run                 only shows it

Without --dry-run the servers look at them once more, and do what BILL_TO_FILE says. Salesforce and billing are asked with the
settings of the servers, so give it their environment.`,
  options: { 'dry-run': { type: 'boolean' } },
  async run({ db, operator, withOrg }, input) {
    const id = accountIdOf(input.positionals);
    const views = await withOrg((org) => org.billTos(id));
    if (views.length === 0)
      throw new Refusal(
        `No billing account that takes over bill-tos is linked to ${id}. Link one, or switch its connection on.`,
      );
    const asked = !isSet(input, 'dry-run');
    const keys = views.map(({ billingAccountKey }) => billingAccountKey);
    if (asked) await workBillTosNow(db, operator, id, keys);
    const next = asked ? '\n\nThe servers look at them now.' : '';
    return { data: { accountId: id, billTos: views, asked }, text: `${views.map(textOf).join('\n\n')}${next}` };
  },
};
