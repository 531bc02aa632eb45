import express from 'express';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Pool } from 'pg';

/**
 * What the webhook route is measured against: the least that can be called honest, one HMAC over the raw body and one
 * group-committed INSERT, answered after the commit. Settings: PORT, DATABASE_URL, SECRET.
 */
const pool = new Pool({ connectionString: process.env['DATABASE_URL'], max: 10 });
await pool.query('CREATE TABLE IF NOT EXISTS bench_baseline (event_id text PRIMARY KEY, payload jsonb NOT NULL)');
await pool.query('TRUNCATE bench_baseline');

const groupCommitMs = 2;
type Waiting = { id: string; body: string; done: (error?: unknown) => void };
let waiting: Waiting[] = [];

function insert(id: string, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    waiting.push({ id, body, done: (error) => (error ? reject(error as Error) : resolve()) });
    if (waiting.length === 1) setTimeout(() => void flush(), groupCommitMs);
  });
}

async function flush(): Promise<void> {
  const batch = waiting;
  waiting = [];
  try {
    await pool.query(
      'INSERT INTO bench_baseline SELECT * FROM unnest($1::text[], $2::jsonb[]) ON CONFLICT DO NOTHING',
      [batch.map((one) => one.id), batch.map((one) => one.body)],
    );
    for (const one of batch) one.done();
  } catch (error) {
    for (const one of batch) one.done(error);
  }
}

const app = express();
app.post('/webhooks/stripe', express.raw({ type: () => true, limit: '1mb' }), async (req, res) => {
  const body = req.body as Buffer;
  const parts = new Map(
    String(req.headers['stripe-signature'])
      .split(',')
      .map((part) => part.split('=') as [string, string]),
  );
  const expected = createHmac('sha256', process.env['SECRET']!)
    .update(`${parts.get('t')}.`)
    .update(body)
    .digest();
  if (!timingSafeEqual(expected, Buffer.from(parts.get('v1') ?? '', 'hex'))) return void res.status(400).end();
  const text = body.toString();
  await insert((JSON.parse(text) as { id: string }).id, text);
  res.json({ received: true });
});
app.get('/readyz', (_req, res) => void res.json({}));
app.listen(Number(process.env['PORT']), '127.0.0.1');
