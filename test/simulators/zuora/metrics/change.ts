import { metric } from '../decimal.ts';
import { mrrOf, tcvOf } from './contract.ts';
import type { Segment, SubscriptionVersion } from '../subscriptions/model.ts';

/**
 * Notes on every segment what a new version adds to its monthly recurring charge and to its TCV. A segment that the
 * order leaves alone keeps what it had (Zuora docs, "Delta total contract value").
 */
export function fromNow(base: SubscriptionVersion | null, next: SubscriptionVersion): void {
  const before = new Map((base?.ratePlans ?? []).flatMap((plan) => plan.segments.map((one) => [keyOf(one), one])));
  const segments = next.ratePlans.flatMap((plan) => plan.segments);
  for (const segment of segments) {
    const old = before.get(keyOf(segment));
    const previous = segments.find((one) => one.number === segment.number && one.segment === segment.segment - 1);
    const mrr = mrrOf(segment, next);
    const tcv = tcvOf(segment, next);
    const oldTcv = old ? tcvOf(old, base!) : null;
    if (!old) segment.dmrc = metric(mrr.sub(previous ? mrrOf(previous, next) : 0));
    else if (!mrr.equals(mrrOf(old, base!))) segment.dmrc = metric(mrr.sub(mrrOf(old, base!)));
    if (tcv === null) segment.dtcv = null;
    else if (!old || oldTcv === null) segment.dtcv = metric(tcv);
    else if (!tcv.equals(oldTcv)) segment.dtcv = metric(tcv.sub(oldTcv));
  }
}

/** What a segment is over versions: the number of its charge, and its start; its place may change. */
export const keyOf = (segment: Segment): string => `${segment.number} ${segment.effectiveStartDate}`;
