import Stripe from 'stripe';
import { startStack, type Stack } from '../../test/support/stack.ts';
import { watchStack } from '../../test/support/watch.ts';
import { makeOffer } from '../../test/support/world.ts';
import { stripeSeeder } from '../demo/seed-stripe.ts';
import { zuoraSeeder } from '../demo/seed-zuora.ts';
import { startBackends } from './backends.ts';
import { startCluster } from './cluster.ts';
import type { Scene } from './seed.ts';

/** Simulators, a Postgres and two backends of their own. */
export async function startScene(): Promise<Scene & { stop(): Promise<void> }> {
  const cluster = await startCluster();
  const stack: Stack = await startStack({
    databaseUrl: cluster.url,
    env: { SWEEP_SECONDS: '1', USAGE_POLL_SECONDS: '2' },
  });
  // The chaos has its own backends, which it keeps running.
  await stack.backend.stop();
  const backends = await startBackends(stack.env, 1);
  const { hostname, port } = new URL(stack.stripe.url);
  const seeders = {
    stripe: stripeSeeder(new Stripe(stack.secrets.stripeSecretKey, { host: hostname, port, protocol: 'http' })),
    zuora: await zuoraSeeder({
      url: stack.zuora.url,
      clientId: stack.secrets.zuoraClientId,
      clientSecret: stack.secrets.zuoraClientSecret,
    }),
  };
  return {
    stack,
    cluster,
    backends,
    seeders,
    watch: watchStack(stack),
    offer: await makeOffer(seeders),
    async stop() {
      await backends.stop();
      await stack.stop();
      await cluster.stop();
    },
  };
}
