import { AsyncLocalStorage } from 'node:async_hooks';

/** Kept beside the work itself, so that not every function on the way to a call has to pass it on. */
const current = new AsyncLocalStorage<'interactive' | 'mirror' | 'batch'>();

/** Runs work whose calls to other systems have this priority. */
export function withPriority<T>(priority: 'interactive' | 'mirror' | 'batch', work: () => Promise<T>): Promise<T> {
  return current.run(priority, work);
}

/** Priority of what runs now; that of the mirror unless it was said otherwise. */
export function currentPriority(): 'interactive' | 'mirror' | 'batch' {
  return current.getStore() ?? 'mirror';
}
