import type { Commit } from '../../test/simulators/salesforce/org/types.ts';
import type { Stack } from '../../test/support/stack.ts';

/** What must never happen, watched while it could. */
export type Watch = {
  /** What has happened all the same; emptied by asking. */
  violations(): string[];
  /** Ids of events that were answered with 200. */
  acknowledged(): { connection: string; eventId: string }[];
};

function versionOf(record: Record<string, unknown> | null): number {
  return Number(record?.['Row_Version__c'] ?? record?.['Billing_Row_Version__c'] ?? 0);
}

/** Watches that no row of the org goes back to an older version, and notes what the backends said that they keep. */
export function watchStack({ org, stripe, zuora }: Stack): Watch {
  let violations: string[] = [];
  let acknowledged: { connection: string; eventId: string }[] = [];
  org.org.onCommit(({ changes }: Commit) => {
    for (const { object, before, after } of changes)
      if (before !== null && versionOf(after) < versionOf(before))
        violations.push(
          `${object.name} ${String(after['Id'])} went back from ${versionOf(before)} to ${versionOf(after)}`,
        );
  });
  stripe.ctx.webhooks.onAnswer = ({ body }, status) => {
    if (status === 200)
      acknowledged.push({ connection: 'stripe', eventId: String((JSON.parse(body) as { id: string }).id) });
  };
  zuora.ctx.webhooks.onAnswer = ({ headers }, status) => {
    const eventId = headers['Zuora-Notification-Id'];
    if (status === 200 && eventId !== undefined) acknowledged.push({ connection: 'zuora', eventId });
  };
  return {
    violations() {
      const seen = violations;
      violations = [];
      return seen;
    },
    acknowledged() {
      const seen = acknowledged;
      acknowledged = [];
      return seen;
    },
  };
}
