import { Fault } from '../../domain/fault.ts';

/** @throws Fault of unknown outcome when `call` has not ended after `ms` */
export async function withDeadline<T>(call: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new Fault({
            code: 'salesforce_timeout',
            kind: 'unavailable',
            publicText: 'Salesforce did not answer in time; the same rows are sent again.',
            outcomeUnknown: true,
          }),
        ),
      ms,
    );
  });
  try {
    return await Promise.race([call, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
