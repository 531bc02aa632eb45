import type { SimulatedOrg } from '../../org/org.ts';
import { isObject, jsonObject, onlyNames } from '../wire/body.ts';
import { ok, type Call, type Reply } from '../wire/call.ts';
import { saveOptions } from '../wire/callOptions.ts';
import { invalidInput } from '../wire/faults.ts';
import type { Routes } from '../wire/routes.ts';
import { failed, nodesOf, rowsOf, runNodes, runOrder, shownReplies, type Node } from './nodes.ts';
import { halted, splitUrl } from './subrequest.ts';
import { since } from './versions.ts';

const MAX_NODES = 500;
const MAX_GRAPHS = 75;
const MAX_DEPTH = 15;
const MAX_KINDS = 15;
const MAX_FAILED = 14;
const ALLOWED = /^\/sobjects\/[^/]+(?:\/[^/]+){0,2}$/;

type Graph = { graphId: string; nodes: Node[]; order: Node[] };

/** Nodes on the longest way from answer to quote. */
function depthOf(order: readonly Node[]): number {
  const depth = new Map<string, number>();
  for (const { referenceId, needs } of order)
    depth.set(referenceId, 1 + Math.max(0, ...[...needs].map((id) => depth.get(id) ?? 0)));
  return Math.max(...depth.values());
}

const kindOf = ({ url }: Node): string => splitUrl(url)?.path.split('/')[2]?.toLowerCase() ?? '';

function graphOf(entry: unknown): Graph {
  if (!isObject(entry)) throw invalidInput('a graph must be an object');
  onlyNames(entry, ['graphId', 'compositeRequest']);
  const { graphId } = entry;
  if (typeof graphId !== 'string' || !/^\w+$/.test(graphId)) throw invalidInput('graphId must be letters and digits');
  const nodes = nodesOf(entry['compositeRequest'], MAX_NODES, false);
  if (new Set(nodes.map(kindOf)).size > MAX_KINDS)
    throw invalidInput(`A graph cannot have more than ${MAX_KINDS} different kinds of nodes`);
  const order = runOrder(nodes, true);
  if (depthOf(order) > MAX_DEPTH) throw invalidInput(`A graph cannot be deeper than ${MAX_DEPTH} nodes`);
  return { graphId, nodes, order };
}

function graphsOf(call: Call): Graph[] {
  const body = jsonObject(call);
  onlyNames(body, ['graphs']);
  const { graphs } = body;
  if (!Array.isArray(graphs) || graphs.length === 0) throw invalidInput('graphs must be a list of graphs');
  if (graphs.length > MAX_GRAPHS) throw invalidInput(`Cannot have more than ${MAX_GRAPHS} graphs`);
  const read = graphs.map(graphOf);
  if (new Set(read.map(({ graphId }) => graphId)).size < read.length) throw invalidInput('Duplicate graphId');
  if (read.reduce((sum, { nodes }) => sum + nodes.length, 0) > MAX_NODES)
    throw invalidInput(`Cannot have more than ${MAX_NODES} nodes`);
  return read;
}

/** `POST /composite/graph`: graphs of single-record calls, each kept whole or not at all (docs: "Composite Graph"). */
export function addGraph(routes: Routes, org: SimulatedOrg): void {
  routes.on('POST', '/composite/graph', (call) => {
    since(call, 50);
    let failures = 0;
    let rows = 0;
    const graphs = graphsOf(call).map(({ graphId, nodes, order }) => {
      const stopped = halted(`Processing was stopped after ${MAX_FAILED} graphs had failed.`);
      const replies: Map<string, Reply> =
        failures >= MAX_FAILED
          ? new Map(nodes.map(({ referenceId }) => [referenceId, stopped]))
          : org.transaction(saveOptions(call), (rollback) =>
              runNodes(routes, call, order, { allowed: ALLOWED, rollback }),
            );
      const isSuccessful = ![...replies.values()].some(failed);
      if (!isSuccessful) failures++;
      rows += rowsOf(replies);
      return { graphId, graphResponse: { compositeResponse: shownReplies(nodes, replies) }, isSuccessful };
    });
    return ok({ graphs }, rows);
  });
}
