import { sql } from 'kysely';
import { Fault } from '../../domain/fault.ts';
import type { Db } from '../../platform/db/database.ts';
import type { OrgIdentity } from '../../workflows/ports/orgRows.ts';

/** The org that rows go to, and another one that was met instead of it and waits for an operator. */
export type OrgPin = { pinned: OrgIdentity; met: OrgIdentity | null };

const NAME = 'salesforce';

type PinRow = {
  org_id: string;
  is_sandbox: boolean;
  organization_type: string;
  instance_name: string;
  met: unknown;
};

const columns = ['org_id', 'is_sandbox', 'organization_type', 'instance_name', 'met'] as const;

function pinOf(row: PinRow): OrgPin {
  return {
    pinned: {
      orgId: row.org_id,
      isSandbox: row.is_sandbox,
      organizationType: row.organization_type,
      instanceName: row.instance_name,
    },
    met: row.met as OrgIdentity | null,
  };
}

const valuesOf = (org: OrgIdentity) => ({
  org_id: org.orgId,
  is_sandbox: org.isSandbox,
  organization_type: org.organizationType,
  instance_name: org.instanceName,
  met: null,
  met_at: null,
});

const isSame = (a: OrgIdentity, b: OrgIdentity) =>
  a.orgId === b.orgId && a.isSandbox === b.isSandbox && a.organizationType === b.organizationType;

const inWords = (org: OrgIdentity) =>
  `${org.isSandbox ? 'sandbox' : 'org'} ${org.orgId} (${org.organizationType}, ${org.instanceName})`;

/** What to do about an org that is not the one rows went to before. */
export function changedOrgText({ pinned, met }: OrgPin & { met: OrgIdentity }): string {
  return `The credentials lead to ${inWords(met)}; rows went to ${inWords(pinned)} before. Nothing is written. When this is meant, run "npm run ops -- confirm-org ${met.orgId}"; when not, correct the SALESFORCE_ settings and run it with ${pinned.orgId}.`;
}

/**
 * Pins the first org that is met, and compares later ones with it. Another id, or another kind of org, stops the writing of
 * all processes until an operator confirms one of the two.
 * @throws Fault when the org is not the pinned one
 */
export async function checkOrg(db: Db, met: OrgIdentity): Promise<void> {
  const pin = await db.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('org_pin')
      .values({ name: NAME, ...valuesOf(met) })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute();
    const row = await transaction
      .selectFrom('org_pin')
      .select(columns)
      .where('name', '=', NAME)
      .forUpdate()
      .executeTakeFirstOrThrow();
    const { pinned } = pinOf(row);
    const change = isSame(pinned, met)
      ? { instance_name: met.instanceName }
      : { met: JSON.stringify(met), met_at: sql<Date>`now()` };
    await transaction.updateTable('org_pin').set(change).where('name', '=', NAME).execute();
    return pinned;
  });
  if (isSame(pin, met)) return;
  throw new Fault({
    code: 'salesforce_org_changed',
    kind: 'forbidden',
    publicText: changedOrgText({ pinned: pin, met }),
    retryable: true,
    retryAfterMs: 60_000,
    context: { pinned: pin.orgId, met: met.orgId },
  });
}

/** @returns null before the first login */
export async function orgPin(db: Db): Promise<OrgPin | null> {
  const row = await db.selectFrom('org_pin').select(columns).where('name', '=', NAME).executeTakeFirst();
  return row ? pinOf(row) : null;
}

/**
 * Lets rows be written again, for an operator: to the org that was met, or to the pinned one.
 * @returns the org that is pinned now; null when `orgId` is neither of the two
 */
export async function confirmOrg(db: Db, orgId: string): Promise<OrgIdentity | null> {
  return db.transaction().execute(async (transaction) => {
    const row = await transaction
      .selectFrom('org_pin')
      .select(columns)
      .where('name', '=', NAME)
      .forUpdate()
      .executeTakeFirst();
    const pin = row && pinOf(row);
    const confirmed = pin && [pin.met, pin.pinned].find((org) => org?.orgId === orgId);
    if (!confirmed) return null;
    await transaction
      .updateTable('org_pin')
      .set({ ...valuesOf(confirmed), pinned_at: sql<Date>`now()` })
      .where('name', '=', NAME)
      .execute();
    return confirmed;
  });
}
