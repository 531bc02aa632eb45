import { join } from 'node:path';
import { SimClock } from '../kit/clock.ts';
import { startSim, type RunningSim, type SimContext } from '../kit/sim.ts';
import type { SalesforceSimOptions } from './options.ts';
import { createOrg, type SimulatedOrg } from './org/org.ts';
import { USERS } from './org/seed.ts';
import { mountGraphql } from './graphql/index.ts';
import { mountRest, oneLeadingSlash } from './rest/index.ts';
import { ApiUsage } from './rest/usage.ts';
import { mountSwitches } from './switches.ts';
import { mountUiApi } from './uiapi/index.ts';

const FORCE_APP = join(import.meta.dirname, '../../../force-app/main/default');

export type RunningSalesforce = RunningSim & {
  org: SimulatedOrg;
  orgId: string;
  usernames: typeof USERS;
  /** @returns a new access token; @throws Error when there is no such user */
  tokenFor(username: string): string;
};

/**
 * Starts the simulated org with all its API families.
 * @throws Error that names the metadata file which is wrong or which the simulated org does not support
 */
export async function startSalesforceSim(options: SalesforceSimOptions = {}): Promise<RunningSalesforce> {
  const clock = options.clock ?? new SimClock();
  const org = createOrg({ clock, forceApp: options.forceApp ?? FORCE_APP, stateFile: options.stateFile });
  const usage = new ApiUsage(options.dailyApiLimit ?? 100_000);
  const mounting: (void | Promise<void>)[] = [];
  const build = (ctx: SimContext): void => {
    mountSwitches(ctx, org, usage);
    ctx.app.use(oneLeadingSlash);
    ctx.app.use(
      '/services/data',
      usage.middleware((token) => org.userOfToken(token) !== null),
    );
    mounting.push(mountGraphql(ctx, org), mountUiApi(ctx, org));
    mountRest(ctx, org, options, usage);
  };
  const sim = await startSim({ ...options, clock }, build, { reset: () => org.reset(), close: () => org.close() });
  await Promise.all(mounting);
  return {
    ...sim,
    org,
    orgId: org.orgId,
    usernames: USERS,
    tokenFor(username) {
      const user = org.userNamed(username);
      if (!user) throw new Error(`the simulated org has no user ${username}`);
      return org.openSession(user.Id);
    },
  };
}
