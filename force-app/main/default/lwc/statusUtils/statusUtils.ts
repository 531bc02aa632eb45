import { statusLabels } from './labels';

/** How a state looks: `bad` is red and only for what needs action. */
export type Tone = 'good' | 'info' | 'warn' | 'bad' | 'quiet';
export type Status = { readonly label: string; readonly tone: Tone; readonly className: string };

const TONES = new Map<string, Tone>(
  Object.entries({
    'Good Standing': 'good',
    Trial: 'info',
    'Renewal Due': 'info',
    'Over Limit': 'warn',
    Overdue: 'bad',
    'In Dunning': 'bad',
    Churned: 'quiet',
    Closed: 'quiet',
    'No Subscription': 'quiet',
    Draft: 'quiet',
    Pending: 'info',
    Posted: 'info',
    Trialing: 'info',
    Active: 'good',
    'Past Due': 'bad',
    Unpaid: 'bad',
    Paused: 'warn',
    Suspended: 'bad',
    Incomplete: 'warn',
    Canceled: 'quiet',
    Expired: 'quiet',
    Open: 'info',
    Paid: 'good',
    Uncollectible: 'bad',
    Void: 'quiet',
    Succeeded: 'good',
    Failed: 'bad',
    'Partially Refunded': 'quiet',
    Refunded: 'quiet',
    Future: 'info',
    Ended: 'quiet',
  } satisfies Record<string, Tone>),
);

/** States of an Account's billing that a person should do something about. */
const NEEDS_ACTION: ReadonlySet<string> = new Set(['Overdue', 'In Dunning', 'Over Limit']);

/** Says a state in plain words; a state that is not known here is shown as it is. */
export function statusOf(value: string | null): Status | null {
  return value ? chip(statusLabels.get(value) ?? value, TONES.get(value) ?? 'quiet') : null;
}

export function chip(label: string, tone: Tone): Status {
  return { label, tone, className: `chip chip_${tone}` };
}

export function needsAction(status: string | null): boolean {
  return status !== null && NEEDS_ACTION.has(status);
}
