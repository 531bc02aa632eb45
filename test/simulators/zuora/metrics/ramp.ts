import { addDays, earlier } from '../dates.ts';
import { exact, metric, money, type Fraction } from '../decimal.ts';
import { total, type Amounts } from './contract.ts';
import type { Ramp, SubscriptionVersion } from '../subscriptions/model.ts';
import { mrrPieces, oneTimePieces, tcbOf, tcvOfPiece, type Piece } from './pieces.ts';

type Interval = Ramp['intervals'][number];

/** What of a charge segment lies in an interval. `endDate` inclusive, as the API has it. */
type Row = {
  piece: Piece;
  pieces: Piece[];
  tcv: Amounts;
  tcb: Amounts;
};

/** Pieces of the ramp's charges in an interval, by segment. */
function rowsIn(subscription: SubscriptionVersion, ramp: Ramp, interval: Interval, billCycleDay: number): Row[] {
  const end = addDays(interval.endDate, 1);
  const within = (piece: Piece): Piece[] => {
    const from = piece.from > interval.startDate ? piece.from : interval.startDate;
    const to = earlier(piece.to, end)!;
    return from < to && (ramp.charges?.includes(piece.segment.number) ?? true) ? [{ ...piece, from, to }] : [];
  };
  const recurring = mrrPieces(subscription).flatMap(within);
  const segments = [...new Set(recurring.map((one) => one.segment))];
  return [
    ...segments.map((segment): Row => {
      const pieces = recurring.filter((one) => one.segment === segment);
      const piece = { ...pieces[0]!, to: pieces.at(-1)!.to };
      const tcb = pieces.map((one) => tcbOf(subscription, billCycleDay, one));
      return { piece, pieces, tcv: total(pieces.map(tcvOfPiece)), tcb: total(tcb) };
    }),
    ...oneTimePieces(subscription)
      .flatMap(within)
      .map((piece): Row => ({ piece, pieces: [], tcv: piece, tcb: piece })),
  ];
}

const amounts = (tcb: Amounts, tcv: Amounts, currency: string) => {
  const round = (value: Fraction) => money(value, currency);
  return {
    grossTcb: round(tcb.gross),
    netTcb: round(tcb.net),
    discountTcb: round(tcb.net.sub(tcb.gross)),
    grossTcv: round(tcv.gross),
    netTcv: round(tcv.net),
    discountTcv: round(tcv.net.sub(tcv.gross)),
  };
};

const mrrRow = (from: string, to: string, { gross, net }: Amounts) => ({
  gross: metric(gross),
  net: metric(net),
  discount: metric(net.sub(gross)),
  startDate: from,
  endDate: addDays(to, -1),
});

/**
 * Metrics of a ramp, interval by interval (Zuora docs, "Key metrics for ramps").
 * @param base version before an order, for what the order changed; undefined: no deltas are asked for
 */
export function rampMetrics(
  subscription: SubscriptionVersion,
  ramp: Ramp,
  billCycleDay: number,
  base?: SubscriptionVersion | null,
): Record<string, unknown> {
  const { currency, number: subscriptionNumber } = subscription;
  const totals: { tcb: Amounts[]; tcv: Amounts[] } = { tcb: [], tcv: [] };
  const intervals = ramp.intervals.map((interval) => {
    const rows = rowsIn(subscription, ramp, interval, billCycleDay);
    const [tcb, tcv] = [total(rows.map((one) => one.tcb)), total(rows.map((one) => one.tcv))];
    totals.tcb.push(tcb);
    totals.tcv.push(tcv);
    return {
      ...interval,
      ...amounts(tcb, tcv, currency),
      intervalMetrics: rows.map(({ piece, pieces, ...own }) => ({
        subscriptionNumber,
        chargeNumber: piece.segment.number,
        ratePlanChargeId: piece.segment.id,
        productRatePlanChargeId: piece.segment.productRatePlanChargeId,
        startDate: piece.from,
        endDate: addDays(piece.to!, -1),
        ...amounts(own.tcb, own.tcv, currency),
        quantity: piece.segment.quantity,
        mrr: pieces.map((one) => mrrRow(one.from, one.to!, one)),
      })),
      ...(base !== undefined && {
        intervalDeltaMetrics: deltas(rows, base ? rowsIn(base, ramp, interval, billCycleDay) : [], subscription),
      }),
    };
  });
  return {
    name: ramp.name,
    number: ramp.number,
    description: ramp.description,
    ...amounts(total(totals.tcb), total(totals.tcv), currency),
    intervals,
  };
}

const minus = (a: Amounts, b: Amounts): Amounts => ({ gross: a.gross.sub(b.gross), net: a.net.sub(b.net) });
const nothing: Amounts = { gross: exact(0), net: exact(0) };

/** What changed in an interval, charge by charge; charges that did not are left out. */
function deltas(rows: readonly Row[], before: readonly Row[], subscription: SubscriptionVersion) {
  const numbers = [...new Set([...rows, ...before].map((one) => one.piece.segment.number))];
  return numbers.flatMap((number) => {
    const [now, old] = [rows, before].map((all) => all.filter((one) => one.piece.segment.number === number)) as [
      Row[],
      Row[],
    ];
    const of = (all: readonly Row[], field: 'tcb' | 'tcv') => total(all.map((one) => one[field]));
    const days = [
      ...new Set([...now, ...old].flatMap((row) => [row.piece, ...row.pieces]).flatMap((one) => [one.from, one.to!])),
    ].sort();
    const at = (all: readonly Row[], day: string) => {
      const row = all.find(({ piece }) => piece.from <= day && day < piece.to!);
      return {
        quantity: row?.piece.segment.quantity ?? 0,
        mrr: row?.pieces.find((one) => one.from <= day && day < one.to!) ?? nothing,
      };
    };
    const steps = days.slice(1).map((to, index) => {
      const from = days[index]!;
      return { from, to, now: at(now, from), old: at(old, from) };
    });
    const deltaMrr = steps
      .map(({ from, to, ...step }) => ({ from, to, ...minus(step.now.mrr, step.old.mrr) }))
      .filter((one) => !one.gross.equals(0) || !one.net.equals(0))
      .map(({ from, to, ...change }) => mrrRow(from, to, change));
    const deltaQuantity = steps
      .map(({ from, to, ...step }) => ({
        amount: step.now.quantity - step.old.quantity,
        startDate: from,
        endDate: addDays(to, -1),
      }))
      .filter((one) => one.amount !== 0);
    const [tcb, tcv] = [minus(of(now, 'tcb'), of(old, 'tcb')), minus(of(now, 'tcv'), of(old, 'tcv'))];
    const changed = [tcb.gross, tcb.net, tcv.gross, tcv.net].some((value) => !value.equals(0));
    if (!changed && deltaMrr.length + deltaQuantity.length === 0) return [];
    const plain = Object.entries(amounts(tcb, tcv, subscription.currency));
    return [
      {
        subscriptionNumber: subscription.number,
        chargeNumber: number,
        productRatePlanChargeId: [...now, ...old][0]!.piece.segment.productRatePlanChargeId,
        ...Object.fromEntries(plain.map(([name, value]) => [`delta${name[0]!.toUpperCase()}${name.slice(1)}`, value])),
        deltaMrr,
        deltaQuantity,
      },
    ];
  });
}
