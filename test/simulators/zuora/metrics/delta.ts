import { exact, metric, money, type Fraction } from '../decimal.ts';
import type { Step } from '../orders/booking.ts';
import type { SubscriptionVersion } from '../subscriptions/model.ts';
import { mrrPieces, oneTimePieces, tcbOf, tcvOfPiece, type Piece } from './pieces.ts';

/** One row of order delta metrics; `endDate` exclusive, null: evergreen. */
export type DeltaRow = {
  chargeNumber: string | null;
  currency: string;
  startDate: string;
  endDate: string | null;
  grossAmount: number;
  netAmount: number;
  orderActionId: string | null;
  orderActionSequence: string | null;
  orderActionType: string | null;
  orderLineItemNumber: string | null;
  productRatePlanChargeId: string | null;
  ratePlanChargeId: string | null;
  subscriptionNumber: string | null;
};

export type DeltaMetrics = { orderDeltaMrr: DeltaRow[]; orderDeltaTcv: DeltaRow[]; orderDeltaTcb: DeltaRow[] };

const never = '9999-12-31';
const zero = exact(0);

/** The piece of a list that covers a stretch, cut to it. */
function during(pieces: readonly Piece[], from: string, to: string): Piece | undefined {
  const found = pieces.find((one) => one.from <= from && to <= (one.to ?? never));
  return found && { ...found, from, to: to === never ? null : to };
}

/** A stretch in which an action changed a segment: what it was, and what it is. */
type Changed = { from: string; to: string | null; before: Piece | undefined; after: Piece | undefined };

const amount = (piece: Piece | undefined): string =>
  piece ? `${piece.gross.toFraction()} ${piece.net.toFraction()}` : '0 0';

/** Stretches of one segment in which its amounts differ before and after; neighbours with the same change are one. */
function changesOf(before: readonly Piece[], after: readonly Piece[]): Changed[] {
  const days = [...new Set([...before, ...after].flatMap((one) => [one.from, one.to ?? never]))].sort();
  const changed: Changed[] = [];
  days.slice(1).forEach((to, index) => {
    const from = days[index]!;
    const one = {
      from,
      to: to === never ? null : to,
      before: during(before, from, to),
      after: during(after, from, to),
    };
    if (amount(one.before) === amount(one.after)) return;
    const last = changed.at(-1);
    const same =
      last?.to === from && amount(last.before) === amount(one.before) && amount(last.after) === amount(one.after);
    if (!same) return void changed.push(one);
    last.to = one.to;
    for (const piece of [last.before, last.after]) if (piece) piece.to = one.to;
  });
  return changed;
}

function bySegment(pieces: readonly Piece[]): Map<string, Piece[]> {
  const result = new Map<string, Piece[]>();
  for (const piece of pieces) result.set(piece.segment.id, [...(result.get(piece.segment.id) ?? []), piece]);
  return result;
}

type Of = (subscription: SubscriptionVersion, piece: Piece) => { gross: Fraction; net: Fraction };

/**
 * What every action of an order changes, segment by segment: an updated charge loses the rest of its old segment and
 * gains a new one. Evergreen recurring charges have MRR only; account-level discounts do not count (Zuora docs, "Order
 * delta metrics").
 */
export function deltaMetrics(steps: readonly Step[], billCycleDay: number): DeltaMetrics {
  const result: DeltaMetrics = { orderDeltaMrr: [], orderDeltaTcv: [], orderDeltaTcb: [] };
  steps.forEach(({ action, before, after }, sequence) => {
    const rows = (
      pieces: (of: SubscriptionVersion) => Piece[],
      keep: (one: Changed) => boolean,
      of: Of,
      places?: true,
    ) => {
      const [old, now] = [bySegment(before ? pieces(before) : []), bySegment(pieces(after))];
      return [...new Set([...old.keys(), ...now.keys()])].flatMap((key) =>
        changesOf(old.get(key) ?? [], now.get(key) ?? [])
          .filter(keep)
          .map((one): DeltaRow => {
            const { segment } = (one.after ?? one.before)!;
            const [a, b] = [one.after && of(after, one.after), one.before && of(before!, one.before)];
            const change = (field: 'gross' | 'net') => {
              const value = (a?.[field] ?? zero).sub(b?.[field] ?? zero);
              return places ? money(value, after.currency) : metric(value);
            };
            return {
              chargeNumber: segment.number,
              currency: after.currency,
              startDate: one.from,
              endDate: one.to,
              grossAmount: change('gross'),
              netAmount: change('net'),
              orderActionId: null,
              orderActionSequence: String(sequence),
              orderActionType: action.type,
              orderLineItemNumber: null,
              productRatePlanChargeId: segment.productRatePlanChargeId,
              ratePlanChargeId: segment.id,
              subscriptionNumber: after.number,
            };
          }),
      );
    };
    const all = () => true;
    const ends = (one: Changed) => one.to !== null;
    const whole: Of = (_subscription, piece) => piece;
    result.orderDeltaMrr.push(...rows(mrrPieces, all, whole));
    result.orderDeltaTcv.push(
      ...rows(mrrPieces, ends, (_subscription, piece) => tcvOfPiece(piece), true),
      ...rows(oneTimePieces, all, whole, true),
    );
    result.orderDeltaTcb.push(
      ...rows(mrrPieces, ends, (subscription, piece) => tcbOf(subscription, billCycleDay, piece), true),
      ...rows(oneTimePieces, all, whole, true),
    );
  });
  return result;
}
