/** What keeps a deal from being ordered, and what to do about it, in words for whoever sells. */
export type OrderFault = {
  /** Stable code, for tests and reports. */
  code: string;
  text: string;
  /** The other Opportunity that it waits for; absent where it waits for none. */
  waitsFor?: string;
};

/** @param line name of the product of the line that it is about */
export function orderFault(code: string, text: string, line?: string): OrderFault {
  return { code, text: line === undefined ? text : `${line}: ${text}` };
}
