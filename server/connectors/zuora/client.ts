import { randomUUID } from 'node:crypto';
import { request, type Dispatcher } from 'undici';
import type { ZodType } from 'zod';
import { Fault, UNREADABLE_RETRY_MS } from '../../domain/fault.ts';
import { createBoundedAgent, type Bounds } from '../../platform/boundedAgent.ts';
import type { NewAccessToken, SharedToken, ShareToken, UpstreamGate } from '../../workflows/ports/upstream.ts';
import { isRefusal, isRefusalForLimit, toZuoraFault, toZuoraOutage, type ZuoraRefusal } from './errors.ts';
import { TOKEN_ENDPOINT, waitOf, zuoraSignal } from './limits.ts';
import { tokenSchema } from './schema.ts';

/** Minor version of the v1 API that every call names; it decides how errors are answered. */
const ZUORA_VERSION = '2025-08-12';

/** Zuora itself ends a request after 120 s; what takes so long here is tried again later. */
const BOUNDS: Bounds = { deadlineMs: 30_000, maxBytes: 20_000_000 };

export type ZuoraClientOptions = { baseUrl: string; clientId: string; clientSecret: string };

/** A call of the API, besides the token that goes with it. */
type Call = {
  doing: string;
  url: URL;
  method: 'GET' | 'POST' | 'PUT';
  body?: object;
  /** What has an effect has one. */
  idempotencyKey?: string;
  /** Default `toZuoraFault`. */
  toFault?: ToFault | undefined;
};

/** Turns a refusal into the fault that callers know. */
export type ToFault = (refusal: ZuoraRefusal) => Fault;

type Answer = { status: number; headers: Record<string, string | string[] | undefined>; body: unknown };

export type Read<T> = { data: T; asOf: Date };

/**
 * @returns the body; what refuses in another form than JSON keeps its status alone
 * @throws Error when a success is no JSON, which says nothing about what was asked for
 */
async function bodyOf({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<unknown> {
  const text = await body.text();
  const isJson = String(headers['content-type'] ?? '').includes('json');
  if (statusCode >= 200 && statusCode < 300) {
    if (!isJson) throw new Error('The answer is no JSON.');
    return JSON.parse(text) as unknown;
  }
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

export type ZuoraClientDeps = {
  gate: UpstreamGate;
  shareToken: ShareToken;
  /** Name of the token's row: the connection. */
  tokenName: string;
  bounds?: Bounds;
};

/** A typed transport for Zuora's REST API. One token for all processes, made anew once on 401. */
export class ZuoraClient {
  readonly #base: URL;
  readonly #options: ZuoraClientOptions;
  readonly #gate: UpstreamGate;
  readonly #token: SharedToken;
  readonly #agent: Dispatcher;

  constructor(options: ZuoraClientOptions, { gate, shareToken, tokenName, bounds = BOUNDS }: ZuoraClientDeps) {
    const base = URL.parse(options.baseUrl);
    if (base === null || !/^https?:$/.test(base.protocol))
      throw new Fault({
        code: 'zuora_base_invalid',
        kind: 'invalid',
        publicText: 'ZUORA_BASE_URL is no http or https address.',
      });
    this.#base = base;
    this.#options = options;
    this.#gate = gate;
    this.#agent = createBoundedAgent(bounds);
    this.#token = shareToken(tokenName, () => this.#newToken());
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
    return this.#read({ doing, url, method: 'GET' }, schema);
  }

  /** As `get`, for what is asked for with a body, such as a query as a job; repeating it does no harm. */
  async post<T>(doing: string, path: string, body: object, schema: ZodType<T>, toFault?: ToFault): Promise<Read<T>> {
    return this.#read({ doing, url: new URL(path, this.#base), method: 'POST', body, toFault }, schema);
  }

  /**
   * As `post`, for what has an effect. Zuora carries out once what comes with the same key, and repeats its answer for a day,
   * also a refusal (Zuora docs, "Idempotent requests").
   * @throws Fault with `outcomeUnknown` when it may have been carried out
   */
  async effect<T>(
    doing: string,
    path: string,
    body: object,
    schema: ZodType<T>,
    idempotencyKey: string,
    toFault?: ToFault,
  ): Promise<T> {
    const url = new URL(path, this.#base);
    return (await this.#read({ doing, url, method: 'POST', body, idempotencyKey, toFault }, schema)).data;
  }

  /** As `post`, for what sets something as a whole; repeating it does no harm. */
  async put<T>(doing: string, path: string, body: object, schema: ZodType<T>, toFault?: ToFault): Promise<T> {
    return (await this.#read({ doing, url: new URL(path, this.#base), method: 'PUT', body, toFault }, schema)).data;
  }

  async close(): Promise<void> {
    await this.#agent.close();
  }

  async #read<T>(call: Call, schema: ZodType<T>): Promise<Read<T>> {
    const answer = await this.#authorized(call);
    const asOf = new Date(header(answer, 'date') ?? '');
    const parsed = schema.safeParse(answer.body);
    if (!parsed.success || Number.isNaN(asOf.getTime()))
      throw new Fault({
        code: 'zuora_answer_unreadable',
        kind: 'bug',
        retryable: true,
        retryAfterMs: UNREADABLE_RETRY_MS,
        outcomeUnknown: call.idempotencyKey !== undefined,
        publicText: `Zuora answered in a shape that is not known here while ${call.doing} (${parsed.error?.issues[0]?.path.join('.') ?? 'its date'}). Update Billing 360, or report it.`,
        context: {
          path: call.url.pathname,
          issues: parsed.error?.issues.slice(0, 5).map((issue) => `${issue.path.join('.')}: ${issue.message}`),
        },
      });
    return { data: parsed.data, asOf };
  }

  async #authorized(call: Call): Promise<Answer> {
    const { value } = await this.#token.current();
    let answer = await this.#send(call, value);
    if (answer.status === 401) {
      const renewed = await this.#token.current(value);
      answer = await this.#send(call, renewed.value);
    }
    if (answer.status >= 200 && answer.status < 300 && !isRefusal(answer.body)) return answer;
    const { doing, idempotencyKey, toFault = toZuoraFault } = call;
    throw toFault(refusalOf(answer, doing, idempotencyKey !== undefined));
  }

  #send({ doing, url, method, body, idempotencyKey }: Call, token: string): Promise<Answer> {
    return this.#call(
      doing,
      `${method} ${url.pathname}`,
      url,
      {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
          'zuora-version': ZUORA_VERSION,
          'zuora-track-id': randomUUID(),
        },
      },
      idempotencyKey !== undefined,
    );
  }

  /** One call, when it is its turn. @param endpoint as `limits.ts` reads it */
  #call(
    doing: string,
    endpoint: string,
    url: URL,
    options: Omit<Dispatcher.RequestOptions, 'origin' | 'path' | 'method'> & { method?: Dispatcher.HttpMethod },
    hasEffect = false,
  ): Promise<Answer> {
    const call = async (): Promise<Answer> => {
      try {
        const response = await request(url, { dispatcher: this.#agent, ...options });
        return { status: response.statusCode, headers: response.headers, body: await bodyOf(response) };
      } catch (error) {
        throw toZuoraOutage(error, doing, hasEffect);
      }
    };
    return this.#gate.run(endpoint, call, (answer) =>
      zuoraSignal(
        { status: answer.status, header: (name) => header(answer, name) },
        endpoint,
        isRefusalForLimit(answer.body),
      ),
    );
  }

  async #newToken(): Promise<NewAccessToken> {
    const doing = 'getting a token';
    const { clientId, clientSecret } = this.#options;
    const form = new URLSearchParams({
      client_id: clientId,
      client_secret: clientSecret,
      grant_type: 'client_credentials',
    });
    const answer = await this.#call(doing, TOKEN_ENDPOINT, new URL('/oauth/token', this.#base), {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
    });
    const parsed = tokenSchema.safeParse(answer.body);
    if (answer.status !== 200 || !parsed.success) throw toZuoraFault(refusalOf(answer, doing));
    return { value: parsed.data.access_token, instanceUrl: null, lifeMs: parsed.data.expires_in * 1000 };
  }
}

function refusalOf(answer: Answer, doing: string, hasEffect = false): ZuoraRefusal {
  const { status, body } = answer;
  return {
    status,
    body,
    requestId: header(answer, 'zuora-request-id'),
    retryAfterMs: waitOf({ status, header: (name) => header(answer, name) }),
    doing,
    hasEffect,
  };
}
