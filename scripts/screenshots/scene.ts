import { LONG } from '../../test/browser/billedOrg.ts';
import { recordsOf, type PanelName, type Scene } from '../../test/browser/panelStates.ts';
import { USERS } from '../../test/simulators/salesforce/org/seed.ts';
import type { ActionService } from '../../test/support/actionService.ts';
import { hideFields } from '../../test/support/hiddenFields.ts';
import { makeLargeAccount } from '../../test/support/largeAccount.ts';
import type { Stack } from '../../test/support/stack.ts';
import { connectActions, type OrgSecret } from '../demo/actions.ts';
import type { Demo } from '../demo/describe.ts';

const USUAL: Record<PanelName, string> = {
  Account: 'both',
  Case: 'mentions an overdue invoice',
  Opportunity: 'upsell, in dunning',
};

/** The demo as what the panels are brought into their states in; makes the Accounts that it lacks. */
export async function sceneOf(
  stack: Stack,
  pages: Demo['pages'],
  service: ActionService,
  client: OrgSecret,
): Promise<Scene> {
  const { org } = stack;
  const ofDemo = (object: PanelName): string => {
    const found = pages.find((page) => page.object === object && page.situation === USUAL[object]);
    if (!found) throw new Error(`The demo has no ${object} of situation "${USUAL[object]}".`);
    return found.id;
  };
  const account = (Name: string, username: string): string =>
    org.org.insert('Account', [{ Name }], { userId: org.org.userNamed(username)!.Id })[0]!.id!;
  const about = { invoice: 'INV-00000000', deal: LONG };
  const large = await makeLargeAccount(org, { subscriptions: 40, invoices: 500, name: LONG });
  return {
    org,
    hidden: hideFields(org.org),
    service,
    async standIn() {
      await connectActions(stack, service.url, service.secret);
      return () => connectActions(stack, stack.backend.url, client);
    },
    ids: {
      usual: { Account: ofDemo('Account'), Case: ofDemo('Case'), Opportunity: ofDemo('Opportunity') },
      large: recordsOf(org, large, about),
      bare: recordsOf(org, account('Nobody billed', USERS.rep), about),
      other: recordsOf(org, account('Of another team', USERS.repWithoutBilling), about),
    },
  };
}
