import type { UserAccess } from '../../org/access.ts';

/** As it came over HTTP, or the JSON of a subrequest. */
export type Body = { text: string; type: string } | { json: unknown };

/** One call of the REST API, whether it came over HTTP or inside a composite one. */
export type Call = {
  method: string;
  /** Below `/services/data/vXX.0`, still encoded: `/sobjects/Account/001…`. */
  path: string;
  /** What stands for the names of the route, decoded. */
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  /** In any case. */
  header(name: string): string | undefined;
  body: Body;
  /** 66 for v66.0. */
  version: number;
  access: UserAccess;
  /** `http://host:port` that the client reached the org by. */
  origin: string;
  /** Whether `Sforce-Call-Options` names the client in the `changeOrigin` of what is saved. */
  namesClient: boolean;
  /** How many API calls it is beyond the one that is counted anyway; throws when the allowance is used up. */
  spend(calls: number): void;
};

/** `json` is absent for empty answers; `text` is for the few that are no JSON. */
export type Reply = {
  status: number;
  headers?: Readonly<Record<string, string>>;
  json?: unknown;
  text?: { type: string; content: string };
  /** Records read or saved, for the latency model. */
  rows?: number;
};

/** @throws RequestFault or RowFault, which become the errors of Salesforce */
export type Handler = (call: Call) => Reply;

export const ok = (json: unknown, rows = 1): Reply => ({ status: 200, json, rows });
export const noContent: Reply = { status: 204 };

/** A name of the route. @throws Error when the route has no such name */
export function param(call: Call, name: string): string {
  const value = call.params[name];
  if (value === undefined) throw new Error(`the route has no ${name}`);
  return value;
}
