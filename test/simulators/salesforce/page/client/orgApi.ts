import { config } from './pageConfig.ts';

/** What the data modules of the platform report when a call fails (LWC guide, "Handle Errors in LDS"). */
export type FetchFault = {
  ok: false;
  status: number;
  statusText: string;
  body: {
    message: string;
    errorCode?: string;
    /** Of a save that was refused. */
    output?: { errors: { message: string }[]; fieldErrors: Record<string, { message: string }[]> };
  };
};

declare global {
  interface Window {
    /** Set by the first script of the page. */
    simClock: { set(offsetMs: number): void };
  }
}

const faultOf = (response: Response, body: unknown): FetchFault => {
  const first = (Array.isArray(body) ? body[0] : body) as Partial<FetchFault['body']> | undefined;
  return {
    ok: false,
    status: response.status,
    statusText: response.statusText,
    body: {
      message: first?.message ?? response.statusText,
      ...(first?.errorCode === undefined ? {} : { errorCode: first.errorCode }),
      ...(first?.output === undefined ? {} : { output: first.output }),
    },
  };
};

/** Deep-frozen, as wired data is in Lightning: a bundle that changes it fails here too. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) frozen(part);
  }
  return value;
}

/**
 * Calls the org as the user of the page.
 * @param path below `/services/data/vXX.X`
 * @throws FetchFault when the answer is no success
 */
export async function callOrg(method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`/services/data/v${config.apiVersion}${path}`, {
    method,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const offset = response.headers.get('x-sim-clock-offset');
  if (offset !== null) window.simClock.set(Number(offset));
  const text = await response.text();
  const answer: unknown = text === '' ? undefined : JSON.parse(text);
  if (!response.ok) throw faultOf(response, answer);
  return frozen(answer);
}

export const isFetchFault = (fault: unknown): fault is FetchFault =>
  typeof fault === 'object' && fault !== null && 'body' in fault;

/** The message of whatever was thrown. */
export function messageOf(fault: unknown): string {
  if (isFetchFault(fault)) return fault.body.message;
  return fault instanceof Error ? fault.message : String(fault);
}
