import { randomUUID } from 'node:crypto';
import { Agent, request, type Dispatcher } from 'undici';
import type { ZodType } from 'zod';
import { z } from 'zod';
import { Fault } from '../../domain/fault.ts';
import { isRefusal, toZuoraFault, toZuoraOutage } from './errors.ts';
import { Permits } from './permits.ts';
import { tokenSchema } from './schema.ts';

/** Minor version of the v1 API that every call names; it decides how errors are answered. */
const ZUORA_VERSION = '2025-08-12';

/** Zuora itself ends a request after 120 s; what takes so long here is tried again later. */
const TIMEOUT_MS = 30_000;
const MAX_BODY_BYTES = 20_000_000;
/** A token is renewed so long before it ends. */
const RENEW_EARLY_MS = 300_000;
/** Of the 40 calls that a tenant may have in flight (Zuora docs, "Rate limits"). */
const IN_FLIGHT = 20;

export type ZuoraClientOptions = { baseUrl: string; clientId: string; clientSecret: string };

type Answer = { status: number; headers: Record<string, string | string[] | undefined>; body: unknown };

export type Read<T> = { data: T; asOf: Date };

async function bodyOf(response: Dispatcher.ResponseData): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error(`the answer is larger than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (text === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return { message: 'the answer is no JSON' };
  }
}

function header(answer: Answer, name: string): string | undefined {
  const value = answer.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** A typed transport for Zuora's REST API; reads only. One token for all calls, renewed early and once more on 401. */
export class ZuoraClient {
  readonly #base: URL;
  readonly #options: ZuoraClientOptions;
  readonly #now: () => Date;
  readonly #agent = new Agent({ connect: { timeout: 10_000 }, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });
  readonly #permits = new Permits(IN_FLIGHT);
  #token: { value: string; renewAt: number } | null = null;
  #renewal: Promise<string> | null = null;

  /** @param now real time, for the age of the token */
  constructor(options: ZuoraClientOptions, now: () => Date) {
    const base = URL.parse(options.baseUrl);
    if (base === null || !/^https?:$/.test(base.protocol))
      throw new Fault({
        code: 'zuora_base_invalid',
        kind: 'invalid',
        publicText: 'ZUORA_BASE_URL is no http or https address.',
      });
    this.#base = base;
    this.#options = options;
    this.#now = now;
  }

  /**
   * @param path below the base, such as `/v1/accounts/A1`
   * @param schema what the answer must look like
   * @returns the answer and the provider time of it (its `Date`, whole seconds)
   * @throws Fault for a refusal in any of Zuora's shapes, an outage or an answer that cannot be read
   */
  async get<T>(
    doing: string,
    path: string,
    query: readonly (readonly [string, string])[],
    schema: ZodType<T>,
  ): Promise<Read<T>> {
    const url = new URL(path, this.#base);
    for (const [name, value] of query) url.searchParams.append(name, value);
    const answer = await this.#permits.run(() => this.#authorized(doing, url));
    const asOf = new Date(header(answer, 'date') ?? '');
    const parsed = schema.safeParse(answer.body);
    if (!parsed.success || Number.isNaN(asOf.getTime()))
      throw new Fault({
        code: 'zuora_answer_unreadable',
        kind: 'unavailable',
        publicText: `Zuora answered in a shape that is not known here while ${doing}.`,
        context: {
          path,
          issues: parsed.error?.issues.slice(0, 5).map((issue) => `${issue.path.join('.')}: ${issue.message}`),
        },
      });
    return { data: parsed.data, asOf };
  }

  /** Reads every page of a v1 list. @param rows name of the array in the answer */
  async list<T>(
    doing: string,
    path: string,
    query: readonly (readonly [string, string])[],
    rows: string,
    schema: ZodType<T>,
  ): Promise<Read<T[]>> {
    const page = z
      .record(z.string(), z.unknown())
      .transform((answer) => ({ rows: answer[rows] ?? [], nextPage: answer['nextPage'] ?? null }))
      .pipe(z.object({ rows: z.array(schema), nextPage: z.string().nullable() }));
    const first = await this.get(doing, path, query, page);
    const data = [...first.data.rows];
    let next = first.data.nextPage;
    while (next !== null) {
      // Only path and parameters are taken from it, so that no other host ever gets the token.
      const { pathname, searchParams } = new URL(next, this.#base);
      const answer = await this.get(doing, pathname, [...searchParams], page);
      data.push(...answer.data.rows);
      next = answer.data.nextPage;
    }
    return { data, asOf: first.asOf };
  }

  /** Reads Object Query page by page (Zuora docs, "Expand, filter, fields, and sort"). */
  async query<T>(
    doing: string,
    object: string,
    query: readonly (readonly [string, string])[],
    schema: ZodType<T>,
    take: (rows: T[], asOf: Date) => Promise<void> | void,
  ): Promise<Date> {
    const page = z.object({ data: z.array(schema), nextPage: z.string().nullish() });
    let cursor: string | null = null;
    let asOf: Date | null = null;
    do {
      const more: readonly (readonly [string, string])[] = cursor === null ? [] : [['cursor', cursor]];
      const answer: Read<z.infer<typeof page>> = await this.get(
        doing,
        `/object-query/${object}`,
        [...query, ['pageSize', '99'], ...more],
        page,
      );
      asOf ??= answer.asOf;
      if (answer.data.data.length > 0) await take(answer.data.data, answer.asOf);
      cursor = answer.data.nextPage ?? null;
    } while (cursor !== null);
    return asOf;
  }

  async close(): Promise<void> {
    await this.#agent.close();
  }

  async #authorized(doing: string, url: URL): Promise<Answer> {
    const token = await this.#currentToken();
    let answer = await this.#send(doing, url, token);
    if (answer.status === 401) {
      if (this.#token?.value === token) this.#token = null;
      answer = await this.#send(doing, url, await this.#currentToken());
    }
    if (answer.status >= 200 && answer.status < 300 && !isRefusal(answer.body)) return answer;
    throw toZuoraFault({
      status: answer.status,
      body: answer.body,
      requestId: header(answer, 'zuora-request-id'),
      retryAfter:
        header(answer, 'retry-after') ?? (answer.status === 429 ? header(answer, 'ratelimit-reset') : undefined),
      doing,
    });
  }

  async #send(doing: string, url: URL, token: string): Promise<Answer> {
    try {
      const response = await request(url, {
        dispatcher: this.#agent,
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'application/json',
          'zuora-version': ZUORA_VERSION,
          'zuora-track-id': randomUUID(),
        },
      });
      return { status: response.statusCode, headers: response.headers, body: await bodyOf(response) };
    } catch (error) {
      throw toZuoraOutage(error, doing);
    }
  }

  /** Calls that need a new token at the same time wait for the same one. */
  async #currentToken(): Promise<string> {
    if (this.#token !== null && this.#now().getTime() < this.#token.renewAt) return this.#token.value;
    this.#renewal ??= this.#newToken().finally(() => {
      this.#renewal = null;
    });
    return this.#renewal;
  }

  async #newToken(): Promise<string> {
    const doing = 'getting a token';
    const { clientId, clientSecret } = this.#options;
    const form = new URLSearchParams({
      client_id: clientId,
      client_secret: clientSecret,
      grant_type: 'client_credentials',
    });
    let answer: Answer;
    try {
      const response = await request(new URL('/oauth/token', this.#base), {
        method: 'POST',
        dispatcher: this.#agent,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: form.toString(),
      });
      answer = { status: response.statusCode, headers: response.headers, body: await bodyOf(response) };
    } catch (error) {
      throw toZuoraOutage(error, doing);
    }
    const parsed = tokenSchema.safeParse(answer.body);
    if (answer.status !== 200 || !parsed.success)
      throw toZuoraFault({
        status: answer.status,
        body: answer.body,
        requestId: undefined,
        retryAfter: header(answer, 'retry-after'),
        doing,
      });
    const lifeMs = parsed.data.expires_in * 1000;
    const renewAt = this.#now().getTime() + Math.max(lifeMs - RENEW_EARLY_MS, lifeMs / 2);
    this.#token = { value: parsed.data.access_token, renewAt };
    return parsed.data.access_token;
  }
}
