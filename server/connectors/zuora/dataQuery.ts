import { createInterface } from 'node:readline';
import { request } from 'undici';
import { z, type ZodType } from 'zod';
import { Fault } from '../../domain/fault.ts';
import { createBoundedAgent } from '../../platform/boundedAgent.ts';
import type { ZuoraClient } from './client.ts';
import { toZuoraOutage } from './errors.ts';

const jobSchema = z.object({
  data: z.object({
    id: z.string(),
    queryStatus: z.enum(['submitted', 'accepted', 'in_progress', 'completed', 'failed', 'cancelled']),
    dataFile: z.string().nullish(),
  }),
});

const BOUNDS = { deadlineMs: 300_000, maxBytes: 500_000_000 };
const ROWS_AT_ONCE = 200;

export type DataQuery = {
  /** Starts a query over deleted rows alone. @returns id of the job */
  submitDeleted(sql: string): Promise<string>;
  /** @returns how a job stands; `file` is where its rows are, for some hours. `gone` when it failed or is not known */
  look(job: string): Promise<{ state: 'running' } | { state: 'gone' } | { state: 'done'; file: string }>;
  /** Reads the rows of a file (one JSON object a line) in portions, so that its size does not matter. */
  read<T>(file: string, schema: ZodType<T>, take: (rows: T[]) => Promise<void>): Promise<void>;
};

/** Data Query: SQL as jobs (Zuora docs, "Data queries"). Its files lie elsewhere and are read without our token. */
export function createDataQuery(client: ZuoraClient): DataQuery {
  const agent = createBoundedAgent(BOUNDS);

  return {
    async submitDeleted(query) {
      const body = {
        query,
        outputFormat: 'JSON',
        compression: 'NONE',
        output: { target: 'S3' },
        sourceData: 'LIVE',
        readDeleted: true,
      };
      const { data } = await client.post('asking for deleted rows', '/query/jobs', body, jobSchema);
      return data.data.id;
    },

    async look(job) {
      const path = `/query/jobs/${encodeURIComponent(job)}`;
      const answer = await client.get('looking for deleted rows', path, [], jobSchema).catch((error: unknown) => {
        if (error instanceof Fault && error.kind === 'not_found') return null;
        throw error;
      });
      const { queryStatus, dataFile } = answer?.data.data ?? { queryStatus: 'failed', dataFile: null };
      if (queryStatus === 'completed' && dataFile != null) return { state: 'done', file: dataFile };
      return { state: queryStatus === 'failed' || queryStatus === 'cancelled' ? 'gone' : 'running' };
    },

    async read(file, schema, take) {
      const doing = 'reading deleted rows';
      try {
        const { statusCode, body } = await request(file, { dispatcher: agent });
        if (statusCode !== 200) throw new Error(`The file of a data query was answered with ${statusCode}.`);
        let rows: z.infer<typeof schema>[] = [];
        for await (const line of createInterface({ input: body, crlfDelay: Infinity })) {
          if (line.trim() === '') continue;
          rows.push(schema.parse(JSON.parse(line)));
          if (rows.length < ROWS_AT_ONCE) continue;
          await take(rows);
          rows = [];
        }
        if (rows.length > 0) await take(rows);
      } catch (error) {
        throw toZuoraOutage(error, doing);
      }
    },
  };
}
