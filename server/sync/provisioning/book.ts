import { sql } from 'kysely';
import { orgKeyOf, projectionKeyOf } from '../../domain/billingAccount/key.ts';
import { Fault } from '../../domain/fault.ts';
import { WAITS_FOR_ACCOUNT } from '../../domain/order/billedAccount.ts';
import type { Db } from '../../platform/db/database.ts';
import type { Provisioning, ProvisioningBook } from '../../workflows/ports/provisioning.ts';
import { FIRST } from '../backfill/first.ts';
import { storableJson } from '../json.ts';
import { bumpKeys } from '../keys/bump.ts';
import { resembling } from './resembling.ts';

/** Of what is to be made for two Accounts of one customer at once, one is looked at after the other. */
const LOCK = 360_000_034;

function changedMeanwhile(accountId: string): Fault {
  return new Fault({
    code: 'provisioning_changed',
    kind: 'conflict',
    retryable: true,
    publicText: 'Somebody else worked on the billing account of this account just now; it is looked at again.',
    context: { accountId },
  });
}

/** @returns the version that was written; undefined when another worker was faster */
async function write(db: Db, provisioning: Provisioning, before: number | null): Promise<number | undefined> {
  const { accountId, state, identities } = provisioning;
  const body = storableJson(provisioning);
  const { rows } =
    before === null
      ? await sql<{ version: number }>`
          insert into provisioning (account_id, state, identities, body, version)
          values (${accountId}, ${state}, ${[...identities]}::text[], ${body}::jsonb, 1)
          on conflict do nothing returning version`.execute(db)
      : await sql<{ version: number }>`
          update provisioning set state = ${state}, identities = ${[...identities]}::text[], body = ${body}::jsonb,
            version = version + 1, changed_at = now()
          where account_id = ${accountId} and version = ${before} returning version`.execute(db);
  return rows[0]?.version;
}

/** @returns the Account of the same customer for which a billing account is being made, or was; null for none */
async function otherOf(db: Db, { accountId, identities }: Provisioning): Promise<string | null> {
  await sql`select pg_advisory_xact_lock(${LOCK})`.execute(db);
  const { rows } = await sql<{ id: string }>`
    select account_id as id from provisioning
    where state in ('Creating', 'Created') and identities && ${[...identities]}::text[] and account_id <> ${accountId}
    order by account_id limit 1`.execute(db);
  return rows[0]?.id ?? null;
}

/** Orders of an Account that wait for its billing account. */
const waitingDeals = (accountId: string) => sql<{ id: string; connection: string }>`
  select deal_order.opportunity_id as id, deal_order.body ->> 'connection' as connection
  from named_deal join deal_order on deal_order.opportunity_id = named_deal.opportunity_id
  where named_deal.account_id = ${accountId} and deal_order.state = 'Not Ready'
    and jsonb_path_exists(deal_order.body, '$.faults[*].code ? (@ == $codes[*])', ${JSON.stringify({ codes: WAITS_FOR_ACCOUNT })}::jsonb)`;

/** @param onSaved told when keys were made dirty */
export function createProvisioningBook(
  db: Db,
  connections: readonly string[],
  onSaved: () => void = () => {},
): ProvisioningBook {
  return {
    async of(accountId) {
      const row = await db
        .selectFrom('provisioning')
        .select(['body', 'version'])
        .where('account_id', '=', accountId)
        .executeTakeFirst();
      return row === undefined ? null : { provisioning: row.body as Provisioning, version: row.version };
    },
    async stepsOf(accountId) {
      const rows = await db
        .selectFrom('provisioning_step')
        .select(['at', 'body'])
        .where('account_id', '=', accountId)
        .orderBy('id')
        .execute();
      return rows.map(({ at, body }) => ({ at, provisioning: body as Provisioning }));
    },
    async hasWonDeal(accountId, connection) {
      const { rows } = await waitingDeals(accountId).execute(db);
      return rows.some((row) => row.connection === connection);
    },
    resembling: (account) => resembling(db, account),
    async unread() {
      const { rows } = await sql<{ connection: string }>`
        select connection from unnest(${[...connections]}::text[]) as configured (connection)
        left join backfill using (connection)
        where backfill.state is null or (backfill.reason = ${FIRST} and backfill.state not in ('Done', 'Canceled'))
        order by connection`.execute(db);
      return rows.map(({ connection }) => connection);
    },
    async save(provisioning, before) {
      const { accountId, state, identities } = provisioning;
      const saved = await db.transaction().execute(async (transaction) => {
        const isBegun = state === 'Creating' && identities.length > 0;
        const takenBy = isBegun ? await otherOf(transaction, provisioning) : null;
        if (takenBy !== null) return { takenBy };
        const known = await transaction
          .selectFrom('provisioning')
          .select('state')
          .where('account_id', '=', accountId)
          .forUpdate()
          .executeTakeFirst();
        const version = await write(transaction, provisioning, before);
        if (version === undefined) throw changedMeanwhile(accountId);
        await sql`insert into provisioning_step (account_id, state_before, state, body)
          values (${accountId}, ${known?.state ?? null}, ${state}, ${storableJson(provisioning)}::jsonb)`.execute(
          transaction,
        );
        const waiting = (await waitingDeals(accountId).execute(transaction)).rows.map(({ id }) =>
          orgKeyOf('Opportunity', id),
        );
        await bumpKeys(transaction, [projectionKeyOf(accountId), ...waiting]);
        return { version };
      });
      onSaved();
      return saved;
    },
  };
}
