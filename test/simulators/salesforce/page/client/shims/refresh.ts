import { invalidateAll } from '../wireAdapter.ts';

export const REFRESH_COMPLETE = 'complete';
export const REFRESH_COMPLETE_WITH_ERRORS = 'completeWithErrors';
export const REFRESH_ERROR = 'error';

export const REFRESH_EVENT = 'lightning__refresh';

type Handler = () => Promise<unknown>;

const handlers = new Map<number, Handler>();
let last = 0;

/** `lightning/refresh`: the record page itself is the container of every component. */
export class RefreshEvent extends CustomEvent<undefined> {
  constructor() {
    super(REFRESH_EVENT, { bubbles: true, composed: true });
  }
}

/** @returns id for `unregisterRefreshHandler` */
export function registerRefreshHandler(context: object, handler: Handler): number {
  handlers.set(++last, handler.bind(context));
  return last;
}

export function unregisterRefreshHandler(id: number): boolean {
  return handlers.delete(id);
}

/** What the page does on a RefreshEvent. */
export async function refreshPage(): Promise<string> {
  const results = await Promise.allSettled([...[...handlers.values()].map((handler) => handler()), invalidateAll()]);
  return results.some((result) => result.status === 'rejected') ? REFRESH_COMPLETE_WITH_ERRORS : REFRESH_COMPLETE;
}
