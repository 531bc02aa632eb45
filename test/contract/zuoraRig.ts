import { expect } from 'vitest';
import { zuoraSeeder, type ZuoraSeeder } from '../../scripts/demo/seed-zuora.ts';
import { createZuoraConnection, type Connection } from '../../server/connectors/zuora/connection.ts';
import { Secret } from '../../server/platform/config/secret.ts';
import type { BillingFieldNames } from '../../server/workflows/ports/billingFields.ts';
import { SimClock } from '../simulators/kit/clock.ts';
import { startZuoraSim, type RunningZuoraSim } from '../simulators/zuora/main.ts';
import { TestClient } from '../simulators/zuora/testClient.ts';
import { Bench, startIntake } from './bench.ts';

/** A simulated Zuora, the connector on it, and a bench that works what its callouts tell. It is 20:00 UTC of 21 Nov 2026. */
export type ZuoraRig = {
  clock: SimClock;
  sim: RunningZuoraSim;
  zuora: ZuoraSeeder;
  /** Calls of Zuora's API, for what the seeder has no word for. */
  client: TestClient;
  connection: Connection;
  bench: Bench;
  intake: Awaited<ReturnType<typeof startIntake>>;
  /** Lets callouts arrive, then works every key. */
  work(): Promise<void>;
  /** Has a billing account read anew, by its number. */
  readAnew(account: string): Promise<void>;
  /** Switch of the simulator, such as `decline-card`. */
  act(name: string, body: object): Promise<void>;
  close(): Promise<void>;
};

/** @param options custom fields that the tenant has, and those that are kept */
export async function startZuoraRig(
  options: Pick<Parameters<typeof startZuoraSim>[0], 'customFields'> & { fields?: BillingFieldNames } = {},
): Promise<ZuoraRig> {
  const clock = new SimClock(Date.parse('2026-11-21T20:00:00Z') - Date.now());
  const intake = await startIntake(
    () => connection.verifier,
    (events) => bench.receive(events),
  );
  const sim = await startZuoraSim({
    clock,
    customFields: options.customFields,
    callouts: [{ url: intake.url, user: 'zuora', password: 'secret' }],
    calloutRetryMs: 1,
  });
  const { url, clientId, clientSecret, timeZone, uiUrl } = sim;
  const connection = createZuoraConnection(
    {
      connection: 'zuora',
      baseUrl: url,
      clientId,
      clientSecret,
      callouts: [{ kind: 'basic', user: 'zuora', password: new Secret('secret') }],
      timeZone,
      uiUrl,
      ...(options.fields && { fields: options.fields }),
    },
    { clock: { now: () => new Date(), businessNow: () => clock.now() } },
  );
  const bench = new Bench([connection.billing], () => clock.now());
  const work = async (): Promise<void> => {
    await sim.ctx.webhooks.idle();
    await bench.work();
  };
  return {
    clock,
    sim,
    zuora: await zuoraSeeder({ url, clientId, clientSecret }),
    client: await new TestClient(sim).signIn(),
    connection,
    bench,
    intake,
    work,
    async readAnew(account) {
      bench.dirty.add(`zuora:account:${sim.tenant.account(account).id}`);
      await work();
    },
    async act(name, body) {
      const response = await fetch(`${url}/__sim/act/${name}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      expect(response.status, await response.clone().text()).toBe(200);
    },
    async close() {
      await connection.close();
      await sim.close();
      await intake.close();
    },
  };
}
