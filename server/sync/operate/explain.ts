import { inheritedBy } from '../../domain/account/inherited.ts';
import { factsOf, type BillingObject } from '../../domain/account/facts.ts';
import { explain, type Explanation } from '../../domain/metrics/explain.ts';
import type { Subscription } from '../../domain/subscription/subscription.ts';
import type { CalendarDate } from '../../domain/time/calendarDate.ts';
import type { Db } from '../../platform/db/database.ts';
import { createMirrorReader } from '../mirror/reader.ts';
import { notedMrrRules } from '../mrrRules.ts';

/**
 * Says where the figures of a subscription come from, by what is mirrored of it and of its billing account now, and by the
 * rules of MRR that the servers use.
 * @param name key (`stripe:subscription:sub_1`) or number in the billing system
 * @returns one for each subscription of that name: two billing systems may use the same number
 */
export async function explainSubscription(db: Db, name: string, asOf: CalendarDate): Promise<Explanation[]> {
  const named = await db
    .selectFrom('mirror')
    .select(['key', 'billing_account_key'])
    .where('kind', '=', 'subscription')
    .where('deleted', '=', false)
    .where((is) =>
      is.or([is('key', '=', name), is('key', 'like', `%:subscription:${name.replace(/[\\%_]/g, '\\$&')}`)]),
    )
    .orderBy('key')
    .execute();
  const mirror = createMirrorReader(db);
  const rules = await notedMrrRules(db);
  return Promise.all(
    named.map(async ({ key, billing_account_key }) => {
      const records = (await mirror.ofBillingAccount(billing_account_key)).filter(({ deleted }) => !deleted);
      const facts = factsOf(records.map(({ body }) => body as BillingObject));
      const subscription = facts.subscriptions.find((one) => one.key === key) as Subscription;
      return explain(subscription, asOf, inheritedBy(subscription, facts, asOf, rules));
    }),
  );
}
