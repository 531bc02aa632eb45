import { sql } from 'kysely';
import type { Db } from '../../platform/db/database.ts';
import { SealError, type Sealer } from '../../platform/seal.ts';
import type { AccessToken, NewAccessToken, SharedToken, ShareToken } from '../../workflows/ports/upstream.ts';

/** A token is made anew so long before it ends, ms; of a short-lived one half of its life is used. */
const RENEW_EARLY_MS = 300_000;

/** Longer than any upstream may take to make a token. */
const RENEWAL_WITHIN = '60s';

type Known = { token: AccessToken; goodForMs: number };

const sealedAs = (name: string): string => `upstream_token ${name}`;

/** A token that cannot be opened any more is as good as none. */
function openOr(sealer: Sealer, name: string, sealed: string | null): string | null {
  try {
    return sealed === null ? null : sealer.open(sealedAs(name), sealed);
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
}

/** Reads the token, or makes a new one while the row is locked, so that other processes wait for it and then read it. */
async function readOrRenew(
  db: Db,
  sealer: Sealer,
  name: string,
  renew: () => Promise<NewAccessToken>,
  refused: string | undefined,
): Promise<Known> {
  await db
    .insertInto('upstream_token')
    .values({ name })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return db.transaction().execute(async (transaction) => {
    await sql.raw(`set local idle_in_transaction_session_timeout = '${RENEWAL_WITHIN}'`).execute(transaction);
    const { rows } = await sql<{ sealed: string | null; instanceUrl: string | null; goodForMs: number | null }>`
      select sealed, instance_url as "instanceUrl",
        (extract(epoch from renew_at - clock_timestamp()) * 1000)::float8 as "goodForMs"
      from upstream_token where name = ${name} for update`.execute(transaction);
    const row = rows[0]!;
    const value = openOr(sealer, name, row.sealed);
    const goodForMs = row.goodForMs ?? 0;
    if (value !== null && value !== refused && goodForMs > 0)
      return { token: { value, instanceUrl: row.instanceUrl }, goodForMs };
    const { lifeMs, ...token } = await renew();
    const newGoodForMs = Math.max(lifeMs - RENEW_EARLY_MS, lifeMs / 2);
    await transaction
      .updateTable('upstream_token')
      .set({
        sealed: sealer.seal(sealedAs(name), token.value),
        instance_url: token.instanceUrl,
        renew_at: sql<Date>`clock_timestamp() + ${newGoodForMs} * interval '1 ms'`,
      })
      .where('name', '=', name)
      .execute();
    return { token, goodForMs: newGoodForMs };
  });
}

/** Access tokens in the database, sealed, one row each. */
export function shareTokens(db: Db, sealer: Sealer): ShareToken {
  return (name, renew): SharedToken => {
    let known: { token: AccessToken; until: number } | null = null;
    let reading: Promise<AccessToken> | null = null;

    async function read(refused: string | undefined): Promise<AccessToken> {
      const { token, goodForMs } = await readOrRenew(db, sealer, name, renew, refused);
      known = { token, until: Date.now() + goodForMs };
      return token;
    }

    return {
      async current(refused) {
        if (known !== null && known.token.value !== refused && Date.now() < known.until) return known.token;
        // Whoever reads already may have begun before the refusal, and come back with what was refused.
        const token = reading === null ? null : await reading;
        if (token !== null && token.value !== refused) return token;
        reading ??= read(refused).finally(() => (reading = null));
        return reading;
      },
    };
  };
}

/** Seals every stored token with the first key, so that an older key can be taken away. @returns how many */
export async function sealTokensAnew(db: Db, sealer: Sealer): Promise<number> {
  return db.transaction().execute(async (transaction) => {
    const rows = await transaction
      .selectFrom('upstream_token')
      .select(['name', 'sealed'])
      .where('sealed', 'is not', null)
      .orderBy('name')
      .forUpdate()
      .execute();
    const old = rows.filter(({ sealed }) => sealed !== null && !sealer.isCurrent(sealed));
    for (const { name, sealed } of old) {
      const value = openOr(sealer, name, sealed);
      const anew = value === null ? null : sealer.seal(sealedAs(name), value);
      await transaction.updateTable('upstream_token').set({ sealed: anew }).where('name', '=', name).execute();
    }
    return old.length;
  });
}
