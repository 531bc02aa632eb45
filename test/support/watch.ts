import type { Commit } from '../simulators/salesforce/org/types.ts';
import { saysTheSame } from './orgRows.ts';
import type { Stack } from './stack.ts';

/** What must never happen, watched while it could. */
export type Watch = {
  /** What has happened all the same; emptied by asking. */
  violations(): string[];
  /** Rows that were written as they were already, as may happen after an answer that was lost; emptied by asking. */
  repeats(): string[];
  /** Ids of events that were answered with 200. */
  acknowledged(): { connection: string; eventId: string }[];
};

function versionOf(record: Record<string, unknown> | null): number {
  return Number(record?.['Row_Version__c'] ?? record?.['Billing_Row_Version__c'] ?? 0);
}

/** Watches that no row of the org goes back to an older version, and notes what the backends said that they keep. */
export function watchStack({ org, stripe, zuora }: Stack): Watch {
  let violations: string[] = [];
  let repeats: string[] = [];
  let acknowledged: { connection: string; eventId: string }[] = [];
  org.org.onCommit(({ changes }: Commit) => {
    for (const { object, before, after } of changes) {
      if (before === null) continue;
      const row = `${object.name} ${String(after['Id'])}`;
      if (versionOf(after) < versionOf(before))
        violations.push(`${row} went back from ${versionOf(before)} to ${versionOf(after)}`);
      if (saysTheSame(before, after)) repeats.push(`${row} was written as it was`);
    }
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
    repeats() {
      const seen = repeats;
      repeats = [];
      return seen;
    },
    acknowledged() {
      const seen = acknowledged;
      acknowledged = [];
      return seen;
    },
  };
}
