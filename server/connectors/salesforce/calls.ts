import { Counter, Histogram, type Registry } from 'prom-client';
import type { SalesforceClient } from './client.ts';

/** A call of the REST API, below `/services/data/v66.0`. */
export type OrgCall = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  /** Sent as JSON unless it is text, which is CSV. */
  body?: unknown;
};

export type CallKind = 'composite' | 'collections' | 'bulk' | 'chatter';

/** Sends calls that write, counts them, and notes what the org says of its API calls. */
export type OrgCalls = {
  /** Such as `66.0`. */
  version(): Promise<string>;
  /** Sends once; nothing is repeated here but what was refused because the session had ended. */
  send(kind: CallKind, call: OrgCall): Promise<unknown>;
  usage(): { used: number; limit: number } | null;
};

export function createOrgCalls(client: SalesforceClient, metrics?: Registry): OrgCalls {
  const registers = metrics ? [metrics] : [];
  const calls = new Counter({
    name: 'billing360_salesforce_calls_total',
    help: 'Write calls to Salesforce, by kind (composite, collections, bulk, chatter) and outcome (answered, failed)',
    labelNames: ['kind', 'outcome'] as const,
    registers,
  });
  const seconds = new Histogram({
    name: 'billing360_salesforce_call_seconds',
    help: 'Time of a write call to Salesforce',
    buckets: [0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60],
    registers,
  });
  let usage: { used: number; limit: number } | null = null;
  return {
    usage: () => usage,
    version: async () => (await client.session()).version,
    async send(kind, { method, path, body }) {
      const connection = await client.session();
      const end = seconds.startTimer();
      try {
        const type = typeof body === 'string' ? 'text/csv; charset=utf-8' : 'application/json';
        const answer = await connection.request<unknown>({
          method,
          url: path,
          ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
          ...(body === undefined ? {} : { headers: { 'content-type': type } }),
        });
        calls.inc({ kind, outcome: 'answered' });
        return answer;
      } catch (error) {
        calls.inc({ kind, outcome: 'failed' });
        throw error;
      } finally {
        end();
        const seen = connection.limitInfo.apiUsage;
        if (seen) usage = { used: seen.used, limit: seen.limit };
      }
    },
  };
}
