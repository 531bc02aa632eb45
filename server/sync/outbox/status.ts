import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { orgState } from './budget.ts';
import { heldForMs } from './hold.ts';
import { paceOf } from './pace.ts';
import { pausedObjects } from './pause.ts';
import { changedOrgText, orgPin } from './pin.ts';

/** How writing to Salesforce stands, for people. */
export type OrgStatus = { state: 'Connected' | 'Delayed' | 'Broken'; message: string };

/**
 * @param orgId org that is written to
 * @param reserve share (0..1) of the org's API calls that is kept for others
 * @param mapping what of an admin's mapping is not written, and why
 */
export async function orgStatus(db: Db, orgId: string, reserve: number, mapping = ''): Promise<OrgStatus> {
  const pin = await orgPin(db);
  if (pin?.met) return { state: 'Broken', message: changedOrgText({ ...pin, met: pin.met }) };
  const held = await heldForMs(db, 'salesforce');
  if (held > 0) {
    const hold = await db.selectFrom('upstream').select('reason').where('name', '=', 'salesforce').executeTakeFirst();
    return { state: 'Delayed', message: hold?.reason ?? '' };
  }
  const paused = await pausedObjects(db);
  const unwritten = paused.map(({ object, message }) => `${object} is not written: ${message}`).join(' ');
  if (paused.some(({ ofAccounts }) => ofAccounts)) return { state: 'Broken', message: unwritten };
  const { budget } = await orgState(db, orgId);
  if (budget && paceOf(0, budget, reserve).stopped)
    return {
      state: 'Delayed',
      message: `${budget.used} of the org's ${budget.limit} API calls of 24 hours are used; the rest is left to people, and writing goes on when fewer are. Look for who else uses so many, or lower SALESFORCE_API_RESERVE_PERCENT.`,
    };
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from org_rows where quarantined_at is not null`.execute(db);
  const aside = rows[0]?.count ?? 0;
  const refused = aside > 0 ? `Salesforce refused ${aside} rows, which were put aside.` : '';
  return { state: 'Connected', message: [unwritten, refused, mapping].filter((text) => text !== '').join(' ') };
}
