import { Fault } from '../../domain/fault.ts';
import type { RequestBook, RequestName } from '../ports/actions.ts';

export type OnceDeps = {
  requests: RequestBook;
  /** Lets a little time pass, while somebody else carries the same request out. */
  pause: () => Promise<void>;
};

/** How often it is looked whether somebody else has the answer, `pause` between them. */
const LOOKS = 40;

/**
 * Carries a request out once for each key that the org chose: the same key and content get the same answer again. What was
 * refused had no effect, so that its key may be used again, also for something else.
 * @throws Fault `request_key_reused`, `action_timeout`; whatever `work` throws
 */
export async function once<T>(
  { requests, pause }: OnceDeps,
  name: RequestName,
  body: unknown,
  work: () => Promise<T>,
): Promise<T> {
  for (let look = 0; look < LOOKS; look += 1) {
    const claim = await requests.claim(name, body);
    if (claim.state === 'answered') return claim.answer as T;
    if (claim.state === 'other')
      throw new Fault({
        code: 'request_key_reused',
        kind: 'conflict',
        publicText: 'This was asked before with other content. Start again from the record page.',
      });
    if (claim.state === 'new') return carryOut(requests, name, work);
    await pause();
  }
  throw timedOut();
}

async function carryOut<T>(requests: RequestBook, name: RequestName, work: () => Promise<T>): Promise<T> {
  let answer: T;
  try {
    answer = await work();
  } catch (error) {
    await requests.release(name);
    throw error;
  }
  await requests.answer(name, answer);
  return answer;
}

/** Nobody knows yet what came of it; whoever asks again with the same key is told. */
export function timedOut(): Fault {
  return new Fault({
    code: 'action_timeout',
    kind: 'unavailable',
    publicText: 'Billing did not answer in time. Try again in a moment; what is under way is not done twice.',
  });
}
