import { id18 } from '../../../domain/billingAccount/salesforceId.ts';
import { metricsInWords } from '../../../domain/order/metricsInWords.ts';
import { workDealNow } from '../../../sync/operate/order.ts';
import type { DealOrder } from '../../../workflows/ports/orders.ts';
import type { OrderLook } from '../../../workflows/ports/orgTools.ts';
import { table } from '../text.ts';
import { isSet, Refusal, UsageError, type Verb } from '../verb.ts';

function orderLines({ faults, actions, metrics, message }: DealOrder): string[] {
  return [
    ...faults.map(({ text }) => `- ${text}`),
    ...actions,
    ...(metrics === null ? [] : metricsInWords(metrics)),
    ...(message === null ? [] : [message]),
  ];
}

function standingOf({ standing }: OrderLook): string[] {
  if (standing === null) return ['Nothing was ordered of it, or worked out, so far.'];
  const { state, placed, asOf } = standing.order;
  const number = placed === null ? '' : ` as ${placed.number}`;
  return [`Its order stands as ${state}${number} since ${asOf}.`];
}

const AS_JOB = 'It is a large order: billing takes it as a job, and works it off after it has answered.';

function textOf(look: OrderLook): string {
  const { deal, standing, worked, whyNot, isJob } = look;
  const head = `Opportunity ${deal.id} "${deal.name}", ${deal.stage}`;
  const now =
    worked === null
      ? ['What was sent is not sent again.', ...orderLines(standing!.order)]
      : [
          worked.order === null || worked.faults.length > 0 ? 'It cannot be ordered:' : 'Its order:',
          ...orderLines(worked),
        ];
  const steps = (standing?.steps ?? []).map(({ at, order }) => [
    at.toISOString(),
    order.state,
    order.placed?.number ?? '',
    order.faults.map(({ code }) => code).join(' '),
  ]);
  return [
    head,
    ...standingOf(look),
    ...(whyNot === null ? [] : [`Nothing is ordered now: ${whyNot}`]),
    '',
    ...now,
    ...(isJob ? [AS_JOB] : []),
    ...(steps.length === 0 ? [] : ['', table(['AT', 'STATE', 'NUMBER', 'FAULTS'], steps)]),
  ].join('\n');
}

function dealIdOf(positionals: readonly string[]): string {
  const [id, ...more] = positionals;
  if (id === undefined || more.length > 0) throw new UsageError('Name one Opportunity by its id.');
  if (!/^006([A-Za-z0-9]{12}|[A-Za-z0-9]{15})$/.test(id))
    throw new UsageError(`${id} is no id of an Opportunity: 15 or 18 characters, beginning with 006.`);
  return id18(id);
}

/** What becomes of an Opportunity in billing, and what would. */
export const order: Verb = {
  name: 'order',
  usage: 'order <opportunity id> [--dry-run]',
  summary: 'what is ordered of an Opportunity, or why not; has it looked at now',
  help: `Shows the order as it would be sent, what keeps it from being sent, what it comes to as billing says it, how it stands
and every step that it took. --json has the order in the words of billing.
--dry-run                 only shows it

Without --dry-run the servers look at the Opportunity once more, as if it had just been changed, and decide as ever. What was
placed is never placed again. Salesforce and billing are asked with the settings of the servers, so give it their environment.`,
  options: { 'dry-run': { type: 'boolean' } },
  async run({ db, operator, withOrg }, input) {
    const id = dealIdOf(input.positionals);
    const look = await withOrg((org) => org.order(id));
    if (look === null)
      throw new Refusal(`${id} is not in Salesforce, or is one that the product made to report billing.`);
    const asked = !isSet(input, 'dry-run');
    if (asked) await workDealNow(db, operator, id);
    const next = asked ? '\n\nThe servers look at it now; what was placed is not placed again.' : '';
    const { deal, standing, worked, whyNot, request, isJob } = look;
    return {
      data: { opportunity: deal, standing, worked, whyNot, request, isJob, asked },
      text: `${textOf(look)}${next}`,
    };
  },
};
