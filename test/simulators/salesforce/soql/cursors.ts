import { randomBytes } from 'node:crypto';
import { RequestFault } from '../org/errors.ts';

type Cursor = {
  userId: string;
  expiresAt: number;
  total: number;
  children: boolean;
  page(from: number, to: number): unknown[];
};
export type Page = { totalSize: number; done: boolean; records: unknown[]; locator: string | null };

const TWO_DAYS_MS = 2 * 86_400_000;
const MAX_OPEN = 10;

/** Results that are fetched page by page; ten open ones a user, the oldest goes (docs: "queryMore"). */
export class Cursors {
  readonly #open = new Map<string, Cursor>();

  clear(): void {
    this.#open.clear();
  }

  /** First page of a result. */
  first(userId: string, total: number, batchSize: number, page: Cursor['page']): Page {
    if (total <= batchSize) return { totalSize: total, done: true, records: page(0, total), locator: null };
    const own = [...this.#open].filter(([, cursor]) => cursor.userId === userId && !cursor.children);
    if (own.length >= MAX_OPEN) this.#open.delete(own[0]![0]);
    return {
      totalSize: total,
      done: false,
      records: page(0, batchSize),
      locator: this.#keep(userId, total, batchSize, page),
    };
  }

  /** Keeps the rest of a list of children, which counts with its parents. @returns the locator of the second page */
  children(userId: string, total: number, batchSize: number, page: Cursor['page']): string {
    return this.#keep(userId, total, batchSize, page, true);
  }

  #keep(userId: string, total: number, batchSize: number, page: Cursor['page'], children = false): string {
    const id = `01g${randomBytes(8).toString('hex').slice(0, 15)}`;
    this.#open.set(id, { userId, expiresAt: Date.now() + TWO_DAYS_MS, total, children, page });
    return `${id}-${batchSize}`;
  }

  /** @throws RequestFault INVALID_QUERY_LOCATOR when it is unknown, expired or of another user */
  next(userId: string, locator: string, batchSize: number): Page {
    const [, id = '', digits] = /^(01g\w{15})-(\d+)$/.exec(locator) ?? [];
    const cursor = this.#open.get(id);
    if (!cursor || cursor.userId !== userId || cursor.expiresAt <= Date.now())
      throw new RequestFault(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator');
    const from = Number(digits);
    const to = Math.min(from + batchSize, cursor.total);
    const done = to >= cursor.total;
    if (done) this.#open.delete(id);
    return { totalSize: cursor.total, done, records: cursor.page(from, to), locator: done ? null : `${id}-${to}` };
  }
}
