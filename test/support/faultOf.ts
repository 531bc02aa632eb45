import { expect } from 'vitest';
import { Fault } from '../../server/domain/fault.ts';

/** @returns the Fault that work fails with; fails where it does not, or with anything else */
export async function faultOf(work: Promise<unknown>): Promise<Fault> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Fault);
  return error as Fault;
}
