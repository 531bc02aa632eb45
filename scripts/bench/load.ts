import autocannon from 'autocannon';
import { createHmac } from 'node:crypto';
import { cpuMsOf, cpuMsOfChildren } from './processes.ts';

export type LoadResult = {
  requests: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** CPU per request of the server process, and of Postgres, in ms. */
  cpuMsPerEvent: number;
  postgresCpuMsPerEvent: number;
  refused: number;
};

let counter = 0;

/** A signed Stripe event that concerns no billing account, so that only the way in is measured. */
function signedEvent(secret: string): { body: string; signature: string } {
  const seconds = Math.floor(Date.now() / 1000);
  const body = JSON.stringify({
    id: `evt_bench_${process.pid}_${counter++}`,
    object: 'event',
    api_version: '2026-10-28.endive',
    created: seconds,
    livemode: false,
    type: 'customer.updated',
    data: { object: { id: `cus_bench_${counter % 500}`, object: 'customer', email: 'a@b.example', metadata: {} } },
  });
  const v1 = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return { body, signature: `t=${seconds},v1=${v1}` };
}

/** @param perSecond a fixed rate, or as fast as it goes when absent */
export async function load(
  url: string,
  secret: string,
  { pid, postgresPid }: { pid: number; postgresPid: number },
  { seconds, perSecond, connections }: { seconds: number; perSecond?: number; connections: number },
): Promise<LoadResult> {
  const before = cpuMsOf(pid);
  const postgresBefore = cpuMsOfChildren(postgresPid);
  const result = await autocannon({
    url: `${url}/webhooks/stripe`,
    method: 'POST',
    connections,
    duration: seconds,
    ...(perSecond === undefined ? {} : { overallRate: perSecond }),
    requests: [
      {
        method: 'POST',
        path: '/webhooks/stripe',
        setupRequest: (request) => {
          const { body, signature } = signedEvent(secret);
          return { ...request, body, headers: { 'content-type': 'application/json', 'stripe-signature': signature } };
        },
      },
    ],
  });
  const requests = result['2xx'];
  if (result.non2xx + result.errors > 0)
    console.log(
      `  ! refused: ${result['4xx']} with 4xx, ${result['5xx']} with 5xx, ${result.errors} without an answer`,
    );
  return {
    requests,
    perSecond: requests / result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    cpuMsPerEvent: (cpuMsOf(pid) - before) / Math.max(1, requests),
    postgresCpuMsPerEvent: (cpuMsOfChildren(postgresPid) - postgresBefore) / Math.max(1, requests),
    refused: result.non2xx + result.errors,
  };
}
