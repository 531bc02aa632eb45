import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import type { CreationClaims } from '../../workflows/ports/accountCreation.ts';

/** From here on a claim whose holder was never heard of again is void: longer than any call to Salesforce lasts. */
const HOLDS_MINUTES = 10;

/** Claims over all processes; each is committed before it is answered. */
export function createCreationClaims(db: Db): CreationClaims {
  return {
    claim: (billingAccountKey, identities) =>
      db.transaction().execute(async (transaction) => {
        // In one order for all, so that two that share several never wait for each other.
        const { rows } = await sql`
          insert into account_creation (identity, billing_account_key)
          select identity, ${billingAccountKey} from unnest(${[...identities].sort()}::text[]) as wanted (identity)
          order by identity
          on conflict (identity) do update set billing_account_key = excluded.billing_account_key, claimed_at = now()
          where account_creation.billing_account_key = excluded.billing_account_key
            or account_creation.claimed_at < now() - ${HOLDS_MINUTES} * interval '1 minute'
          returning identity`.execute(transaction);
        if (rows.length === new Set(identities).size) return true;
        await sql`delete from account_creation where billing_account_key = ${billingAccountKey}`.execute(transaction);
        return false;
      }),
  };
}
