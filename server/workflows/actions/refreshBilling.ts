import type { RefreshBook, RefreshState } from '../ports/actions.ts';
import type { OrgCaller } from '../ports/orgClients.ts';
import { checkAccount, notFound, type Asked, type CheckDeps } from './checks.ts';
import { once, type OnceDeps } from './once.ts';

export type RefreshDeps = CheckDeps & OnceDeps & { refreshes: RefreshBook };

export type RefreshAnswer = RefreshState & { done: boolean };

const answerOf = (state: RefreshState): RefreshAnswer => ({ ...state, done: state.state !== 'Running' });

/**
 * Has everything of an Account read anew from its billing systems, and waits a little for what comes of it.
 * @param waits whether there is still time to wait for its end; after it the answer is Running
 */
export async function refreshBilling(
  deps: RefreshDeps,
  caller: OrgCaller,
  asked: Asked & { requestKey: string },
  waits: () => boolean,
): Promise<RefreshAnswer> {
  const { refreshes } = deps;
  const who = { clientId: caller.clientId, ...(await checkAccount(deps, caller, asked)) };
  const name = { clientId: caller.clientId, operation: 'refreshbilling', requestKey: asked.requestKey };
  const { jobId } = await once(deps, name, asked, async () => {
    const started = await refreshes.start(who);
    return { jobId: started.jobId };
  });
  for (;;) {
    const state = await refreshes.look({ jobId, ...who });
    if (state === null) throw notFound();
    if (state.state !== 'Running' || !waits()) return answerOf(state);
    await deps.pause();
  }
}

/** Tells how far a refresh is that this user began on this Account. */
export async function refreshProgress(
  deps: CheckDeps & { refreshes: RefreshBook },
  caller: OrgCaller,
  asked: Asked & { jobId: string },
): Promise<RefreshAnswer> {
  const who = { clientId: caller.clientId, ...(await checkAccount(deps, caller, asked)) };
  const state = await deps.refreshes.look({ jobId: asked.jobId, ...who });
  if (state === null) throw notFound();
  return answerOf(state);
}
