import type { Panel } from 'c/billingRows';
import type { Explained } from 'c/errorUtils';
import { fill } from 'c/textUtils';
import * as labels from './labels';

/** What is told below the rows of a panel, or in their place. */
export function messageOf({ phase, more, rows }: Panel, heading: string, emptyText: string): string {
  if (phase === 'empty') return emptyText;
  return phase === 'noaccess' ? fill(labels.noAccess, heading) : more ? fill(labels.more, rows.length) : '';
}

/** Where not even words can be loaded, offline or in an org without Lightning Web Security, the platform's own stand. */
export async function wordsFor(errors: Panel['errors']): Promise<Explained> {
  try {
    return (await import('c/errorUtils')).explain(errors);
  } catch {
    const details = errors.flatMap((error) => error.message ?? []);
    return { message: labels.otherMessage, advice: labels.otherAdvice, details: details.join('; ') };
  }
}
