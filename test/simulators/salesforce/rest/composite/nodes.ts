import { RequestFault } from '../../org/errors.ts';
import { isObject, onlyNames } from '../wire/body.ts';
import type { Call, Reply } from '../wire/call.ts';
import { invalidInput } from '../wire/faults.ts';
import type { Routes } from '../wire/routes.ts';
import { fillIn, NoValue, referencesIn } from './references.ts';
import { halted, runSubrequest, splitUrl, type Subrequest } from './subrequest.ts';

/** A subrequest that others may quote. */
export type Node = Subrequest & { referenceId: string; needs: Set<string> };

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'];
const ROLLED_BACK = 'The transaction was rolled back since another operation in the same transaction failed.';

function text(entry: Record<string, unknown>, name: string): string {
  const value = entry[name];
  if (typeof value !== 'string' || value === '') throw invalidInput(`${name} is missing in a subrequest`);
  return value;
}

/** @throws RequestFault before anything is run: form of the entries, their ids, references to what is not there */
export function nodesOf(entries: unknown, most: number, inOrder: boolean): Node[] {
  if (!Array.isArray(entries) || entries.length === 0)
    throw invalidInput('compositeRequest must be a list of subrequests');
  if (entries.length > most) throw invalidInput(`Cannot have more than ${most} subrequests`);
  const seen = new Set<string>();
  const nodes = entries.map((entry: unknown): Node => {
    if (!isObject(entry)) throw invalidInput('a subrequest must be an object');
    onlyNames(entry, ['method', 'url', 'referenceId', 'body', 'httpHeaders']);
    const referenceId = text(entry, 'referenceId');
    if (!/^[A-Za-z0-9]\w*$/.test(referenceId))
      throw new RequestFault(
        400,
        'JSON_PARSER_ERROR',
        `Provided referenceId ('${referenceId}') must start with a letter or a number, and it can contain only letters, numbers and underscores ('_').`,
      );
    if (seen.has(referenceId)) throw invalidInput(`Duplicate referenceId: ${referenceId}`);
    const method = text(entry, 'method');
    if (!METHODS.includes(method)) throw invalidInput(`method is not supported: ${method}`);
    const { httpHeaders } = entry;
    if (httpHeaders !== undefined && !isObject(httpHeaders)) throw invalidInput('httpHeaders must be an object');
    for (const name of Object.keys(httpHeaders ?? {}))
      if (/^(?:accept|authorization|content-type)$/i.test(name)) throw invalidInput(`httpHeaders must not set ${name}`);
    const needs = referencesIn([entry['url'], entry['body'], httpHeaders]);
    for (const id of needs)
      if (inOrder && !seen.has(id)) throw invalidInput(`Invalid reference specified. ${id} is no earlier subrequest`);
    seen.add(referenceId);
    const url = text(entry, 'url');
    return { method, url, referenceId, needs, body: entry['body'], httpHeaders: httpHeaders as Node['httpHeaders'] };
  });
  for (const { needs } of nodes)
    for (const id of needs) if (!seen.has(id)) throw invalidInput(`Invalid reference specified. There is no ${id}`);
  return nodes;
}

/** Method and resource; unrelated subrequests that have it in common may be run together. */
const kindOf = ({ method, url }: Node): string =>
  `${method} ${(splitUrl(url)?.path ?? '').split('/').slice(0, 3).join('/')}`;

/** Subrequests with headers of their own stay where they are. */
const collates = ({ httpHeaders = {} }: Node): boolean => Object.keys(httpHeaders).length === 0;

/**
 * The order in which subrequests run. When they are collated, one takes with it all later ones of its kind that wait for
 * nothing, so that only references hold an order (docs: "Composite", `collateSubrequests`).
 * @throws RequestFault when they quote each other in a circle
 */
export function runOrder(nodes: readonly Node[], collate: boolean): Node[] {
  const done = new Set<string>();
  const order: Node[] = [];
  const waiting = [...nodes];
  const ready = (node: Node): boolean => [...node.needs].every((id) => done.has(id));
  while (waiting.length > 0) {
    const first = waiting.find(ready);
    if (!first) throw invalidInput('Invalid reference specified. Subrequests refer to each other in a circle');
    const joins = (node: Node): boolean => collates(node) && ready(node) && kindOf(node) === kindOf(first);
    const group = collate && collates(first) ? waiting.filter(joins) : [first];
    for (const node of group) {
      waiting.splice(waiting.indexOf(node), 1);
      done.add(node.referenceId);
      order.push(node);
    }
  }
  return order;
}

/** Rows that failed make a Collections answer of 200 a failure too. */
export const failed = ({ status, json }: Reply): boolean =>
  status >= 400 || (Array.isArray(json) && json.some((row: unknown) => isObject(row) && row['success'] === false));

/**
 * Runs nodes in this order, and with `rollback` all or none of them.
 * @returns answers by reference id
 */
export function runNodes(
  routes: Routes,
  call: Call,
  order: readonly Node[],
  { allowed, rollback }: { allowed: RegExp; rollback?: (() => void) | undefined },
): Map<string, Reply> {
  const replies = new Map<string, Reply>();
  const run = (node: Node): Reply => {
    try {
      return runSubrequest(routes, call, { ...node, ...fillIn({ url: node.url, body: node.body }, replies) }, allowed);
    } catch (error) {
      if (error instanceof NoValue) return halted(error.message);
      throw error;
    }
  };
  for (const node of order) {
    const reply = run(node);
    replies.set(node.referenceId, reply);
    if (!rollback || !failed(reply)) continue;
    rollback();
    return new Map(
      order.map(({ referenceId }) => [referenceId, referenceId === node.referenceId ? reply : halted(ROLLED_BACK)]),
    );
  }
  return replies;
}

/** Entries of `compositeResponse`, in the order of the request. */
export const shownReplies = (nodes: readonly Node[], replies: ReadonlyMap<string, Reply>): unknown[] =>
  nodes.map(({ referenceId }) => {
    const { status, headers = {}, json = null } = replies.get(referenceId)!;
    return { body: json, httpHeaders: headers, httpStatusCode: status, referenceId };
  });

export const rowsOf = (replies: ReadonlyMap<string, Reply>): number =>
  [...replies.values()].reduce((sum, { rows = 1 }) => sum + rows, 0);
