import { afterEach, describe, expect, it } from 'vitest';
import { freePort, startBackend, type Backend } from '../support/backend.ts';
import { beginStory, type Story } from '../support/customers.ts';
import { metric, settled } from '../support/settled.ts';

const CUSTOMERS = 25;

let story: Story;
const others: Backend[] = [];
afterEach(async () => {
  for (const other of others.splice(0)) await other.stop();
  await story.end();
});

async function makeCustomers(): Promise<{ accountId: string; subscription: string }[]> {
  const price = await story.stripe.price({ name: 'Growth', amountMinor: 1_000, currency: 'usd' });
  return Promise.all(
    Array.from({ length: CUSTOMERS }, async (_, index) => {
      const accountId = await story.account(`Account ${index}`);
      const customer = await story.stripe.customer(`Customer ${index}`, accountId);
      const { id } = await story.stripe.subscribe(customer, [{ price, quantity: index + 1 }]);
      return { accountId, subscription: id };
    }),
  );
}

/** MRR that Salesforce shows for each customer, in the order in which they were made. */
const shown = (made: { accountId: string }[]) =>
  made.map(({ accountId }) => story.rows('Billing_Subscription__c', accountId).map((row) => row['MRR__c']));

describe('a backend that is told to stop while it is busy', () => {
  it('finishes or gives back what it has in hand, ends well within 20 s, and loses nothing', async () => {
    story = await beginStory({ env: { SWEEP_SECONDS: '3600' } });
    const { stack } = story;
    stack.stripe.ctx.faults.set([{ method: 'GET', latencyMs: 400 }]);
    stack.org.ctx.faults.set([{ path: '/composite', latencyMs: 400 }]);
    const made = await makeCustomers();
    await stack.stripe.ctx.webhooks.idle();
    expect(await metric(stack.backend.url, 'billing360_inbox_undone')).toBeGreaterThan(0);

    const asked = Date.now();
    expect(await stack.backend.stop('SIGTERM')).toBe(0);
    expect(Date.now() - asked).toBeLessThan(20_000);
    const { rows } = await story.database.pool.query<{ leased: number }>(
      'select (select count(*) from dirty where lease_owner is not null)::int + (select count(*) from lease)::int as leased',
    );
    expect(rows[0]!.leased, 'leases that others would have to wait for').toBe(0);

    stack.stripe.ctx.faults.set([]);
    stack.org.ctx.faults.set([]);
    stack.backend = await startBackend(stack.env);
    await settled(stack);
    expect(shown(made)).toEqual(made.map((_, index) => [(index + 1) * 10]));
  });
});

/** Notes in the database whatever two processes must never do. */
const WATCH = `
  create table watched (what text not null);
  create function watch_claims() returns trigger language plpgsql as $$ begin
    if new.lease_owner <> old.lease_owner and old.lease_until > now() then
      insert into watched values ('claimed twice: ' || new.key);
    end if;
    return new;
  end $$;
  create trigger watch_claims before update on dirty for each row execute function watch_claims();
  create function watch_leases() returns trigger language plpgsql as $$ begin
    if new.owner <> old.owner and old.until > now() then
      insert into watched values ('leased twice: ' || new.name);
    end if;
    return new;
  end $$;
  create trigger watch_leases before update on lease for each row execute function watch_leases();
  create function watch_events() returns trigger language plpgsql as $$ begin
    insert into watched values (case when old.done_at is null then 'done' else 'done twice: ' || new.event_id end);
    return new;
  end $$;
  create trigger watch_events before update of done_at on inbox for each row execute function watch_events();
  create function watch_rows() returns trigger language plpgsql as $$ begin
    -- Rows of connections may have been written before anybody watched.
    if new.confirmed_version is distinct from old.confirmed_version and new.object <> 'Billing_Connection__c' then
      insert into watched values ('confirmed');
    end if;
    return new;
  end $$;
  create trigger watch_rows before update on org_rows for each row execute function watch_rows()`;

/** Rows of Accounts that a backend has sent, whatever the answer. */
async function rowsWritten(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const series = [...text.matchAll(/^billing360_salesforce_rows_total\{object="(\w+)",outcome="\w+"\} (\d+)$/gm)];
  return series
    .filter(([, object]) => object !== 'Billing_Connection__c')
    .reduce((sum, [, , count]) => sum + Number(count), 0);
}

describe('two backends on one database', () => {
  it('share the work: no event is worked twice, no row written twice', async () => {
    story = await beginStory({ env: { SWEEP_SECONDS: '3600' } });
    const { stack } = story;
    await story.database.pool.query(WATCH);
    others.push(await startBackend({ ...stack.env, PORT: String(await freePort()) }));
    const backends = [stack.backend, others[0]!];
    stack.stripe.ctx.faults.set([{ method: 'GET', latencyMs: 50 }]);
    const made = await makeCustomers();
    await settled(stack);
    await Promise.all(made.map(({ subscription }) => story.act('stripe', 'upgrade', { subscription, quantity: 50 })));
    await settled(stack);
    expect(shown(made)).toEqual(made.map(() => [500]));

    const { rows } = await story.database.pool.query<{ what: string; count: number }>(
      'select what, count(*)::int as count from watched group by what',
    );
    const seen = new Map(rows.map(({ what, count }) => [what, count]));
    const events = await story.database.pool.query('select from inbox where done_at is not null and key is not null');
    expect([...seen.keys()].sort()).toEqual(['confirmed', 'done']);
    expect(seen.get('done')).toBe(events.rowCount);
    const written = await Promise.all(backends.map(({ url }) => rowsWritten(url)));
    expect(written[0]! + written[1]!).toBe(seen.get('confirmed'));
    expect(Math.min(...written), 'both have written').toBeGreaterThan(0);
  });
});
