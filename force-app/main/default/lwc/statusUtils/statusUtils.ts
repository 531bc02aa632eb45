import { STATES } from './states';

/** How a state looks: `bad` is red and only for what needs action. */
export type Tone = 'good' | 'info' | 'warn' | 'bad' | 'quiet';
export type Status = { readonly label: string; readonly tone: Tone; readonly className: string };

/** States of an Account's billing that a person should do something about. */
const NEEDS_ACTION: ReadonlySet<string> = new Set(['Overdue', 'In Dunning', 'Over Limit']);

/** Says a state in plain words; a state that is not known here is shown as it is. */
export function statusOf(value: string | null): Status | null {
  const [label, tone] = STATES.get(value ?? '') ?? [value, 'quiet'];
  return label ? chip(label, tone) : null;
}

export function chip(label: string, tone: Tone): Status {
  return { label, tone, className: `chip chip_${tone}` };
}

export function needsAction(status: string | null): boolean {
  return status !== null && NEEDS_ACTION.has(status);
}
