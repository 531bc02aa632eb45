import { id18 } from '../../domain/billingAccount/salesforceId.ts';
import { Fault } from '../../domain/fault.ts';
import type { Deal } from '../../domain/order/deal.ts';
import { billingTrouble } from '../actions/billingTrouble.ts';
import { checkAccount, notFound, type Asked, type CheckDeps } from '../actions/checks.ts';
import type { PreviewBook } from '../ports/orderPreviews.ts';
import type { DealOrder, OrderBook } from '../ports/orders.ts';
import type { OrgCaller } from '../ports/orgClients.ts';
import type { WorksOut } from './workOut.ts';
import { answerOf, RUNNING, type PreviewAnswer } from './previewAnswer.ts';

export type PreviewDeps = CheckDeps & {
  /** null where won deals are not ordered. */
  orders: {
    /** Whether a deal is one that is ordered. */
    takes: (deal: Deal) => boolean;
    book: Pick<OrderBook, 'of'>;
    /** @returns a deal as it is now; null when it is not there, or one that the product made */
    read(dealId: string): Promise<Deal | null>;
    /** The very same that decides what is ordered. */
    workOut: WorksOut;
  } | null;
  previews: PreviewBook;
  /** Lets a little time pass, while a preview is worked out. @param ms default: as long as nobody notices */
  pause: (ms?: number) => Promise<void>;
  /** Told of what failed, when nobody waits for it any more. */
  onFailed: (error: unknown) => void;
};

type Refusal = { code: string; publicText: string };
const refused = (refusal: Refusal): Fault => new Fault({ ...refusal, kind: 'conflict' });

const dealIdFrom = (text: string): string | null =>
  /^006[A-Za-z0-9]{12}([A-Za-z0-9]{3})?$/.test(text) ? id18(text) : null;

/** @throws Fault for a deal of which there is nothing to preview */
function checkOpen(deal: Deal, known: DealOrder | null, takes: (deal: Deal) => boolean): void {
  if (known !== null && (known.placed !== null || known.state === 'Ordering'))
    throw refused({
      code: 'deal_ordered',
      publicText: 'This opportunity was ordered already; how its order stands is on its page.',
    });
  if (deal.isWon)
    throw refused({
      code: 'deal_closed',
      publicText: 'This opportunity is won already; how its order stands is on its page.',
    });
  if (deal.isClosed)
    throw refused({
      code: 'deal_closed',
      publicText: 'This opportunity is closed. Open it again to see what would be ordered.',
    });
  if (!takes(deal))
    throw refused({
      code: 'deal_not_ordered',
      publicText: 'Opportunities of this kind are not ordered from here. Order it in billing.',
    });
}

/** Billing is asked for so long, and so often, what a large order comes to, ms. */
const LONGEST_MS = 600_000;
const LOOK_EVERY_MS = 5_000;

type Work = { preview: DealOrder | null; error: unknown };

/** @returns what came of it so far; both parts null while it goes on */
function begin(deps: PreviewDeps, deal: Deal, known: DealOrder | null, run: string): Work {
  const { orders, previews, pause, onFailed } = deps;
  const work: Work = { preview: null, error: null };
  const until = performance.now() + LONGEST_MS;
  async function waitFor(_draft: DealOrder, why: Fault): Promise<void> {
    if (performance.now() > until || !(await previews.goOn(deal.id, run))) throw why;
    await pause(Math.min(why.retryAfterMs!, LOOK_EVERY_MS));
  }
  async function carryOut(): Promise<void> {
    const preview: DealOrder = { ...(await orders!.workOut(deal, known, waitFor)), mode: 'Preview' };
    await previews.end(deal.id, run, preview);
    work.preview = preview;
  }
  carryOut().catch(async (error: unknown) => {
    work.error = error;
    onFailed(error);
    await previews.end(deal.id, run, null).catch(onFailed);
  });
  return work;
}

/** @returns how the preview stands that somebody else has in hand */
async function ofOther({ previews }: PreviewDeps, dealId: string, before: DealOrder | null): Promise<Work> {
  const { preview, isRunning } = await previews.look(dealId);
  if (isRunning) return { preview: null, error: null };
  const isNew = preview !== null && preview.asOf !== before?.asOf;
  return { preview: isNew ? preview : null, error: isNew ? null : new Error('Whoever worked it out failed') };
}

/** What is told of whatever kept a preview from being worked out; a permission that is missing is told as such. */
function troubleOf(cause: unknown): unknown {
  const told = billingTrouble(cause);
  if (told instanceof Fault && told.kind === 'unavailable' && told.code !== 'billing_unavailable') return told;
  return new Fault({
    code: 'preview_failed',
    kind: 'unavailable',
    publicText: 'The order could not be worked out now. Try again in a minute.',
    retryAfterMs: 5000,
    cause,
  });
}

/**
 * Works out what would be ordered if a deal were won as it is now, and keeps it; nothing is made in billing. Of several that
 * are asked for at the same time one is worked out, and all are told of it.
 * @param waits whether there is still time to wait for its end; after it the answer is Running, and the work goes on
 */
export async function previewOrder(
  deps: PreviewDeps,
  caller: OrgCaller,
  asked: Asked & { opportunityId: string },
  waits: () => boolean,
): Promise<PreviewAnswer> {
  const { orders, previews, access, pause } = deps;
  const { userId, accountId } = await checkAccount(deps, caller, asked);
  const dealId = dealIdFrom(asked.opportunityId);
  if (dealId === null || !(await access.canRead(userId, dealId))) throw notFound();
  if (orders === null)
    throw refused({
      code: 'orders_off',
      publicText: 'Opportunities are not ordered from here. Ask your Salesforce admin to switch it on.',
    });
  const deal = await orders.read(dealId);
  if (deal === null || deal.accountId !== accountId) throw notFound();
  const known = (await orders.book.of(dealId))?.order ?? null;
  checkOpen(deal, known, orders.takes);

  const before = (await previews.look(dealId)).preview;
  const run = await previews.begin(dealId);
  const own = run === null ? null : begin(deps, deal, known, run);
  for (;;) {
    const { preview, error } = own ?? (await ofOther(deps, dealId, before));
    if (preview !== null) return answerOf(preview);
    if (error !== null) throw troubleOf(error);
    if (!waits()) return RUNNING;
    await pause();
  }
}
