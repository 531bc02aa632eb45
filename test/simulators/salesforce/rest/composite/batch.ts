import { RequestFault } from '../../org/errors.ts';
import { flag, isObject, jsonObject, onlyNames } from '../wire/body.ts';
import { ok, type Call, type Reply } from '../wire/call.ts';
import { errorReply, faultReply, invalidInput } from '../wire/faults.ts';
import type { Routes } from '../wire/routes.ts';
import { runSubrequest, splitUrl, type Subrequest } from './subrequest.ts';
import { since } from './versions.ts';

const MAX_SUBREQUESTS = 25;
const FIRST_VERSION = 34;
const ALLOWED = /^\/(?:sobjects|query|queryAll|search|parameterizedSearch|limits|recent)(?:\/|$)/;
const HALTED = errorReply(412, 'BATCH_PROCESSING_HALTED', 'Batch processing halted per request');

function subrequestOf(entry: unknown): Subrequest {
  if (!isObject(entry)) throw invalidInput('a subrequest must be an object');
  onlyNames(entry, ['method', 'url', 'richInput', 'binaryPartName', 'binaryPartNameAlias']);
  const { method, url, richInput } = entry;
  if (typeof method !== 'string' || typeof url !== 'string') throw invalidInput('a subrequest needs method and url');
  return { method: method.toUpperCase(), url, body: richInput };
}

/** `POST /composite/batch`: independent subrequests, each of which is an API call (docs: "Batch"). */
export function addBatch(routes: Routes): void {
  const run = (call: Call, sub: Subrequest, at: number): Reply => {
    const version = splitUrl(sub.url)?.version;
    if (version !== undefined && (version < FIRST_VERSION || version > call.version))
      return errorReply(
        400,
        'INVALID_INPUT',
        `The version of a subrequest must be v${FIRST_VERSION}.0 to v${call.version}.0`,
      );
    try {
      // The batch itself is counted as its first subrequest.
      if (at > 0) call.spend(1);
    } catch (error) {
      if (error instanceof RequestFault) return faultReply(error)!;
      throw error;
    }
    return runSubrequest(routes, call, sub, ALLOWED);
  };
  routes.on('POST', '/composite/batch', (call) => {
    since(call, FIRST_VERSION);
    const body = jsonObject(call);
    onlyNames(body, ['batchRequests', 'haltOnError']);
    const { batchRequests } = body;
    if (!Array.isArray(batchRequests) || batchRequests.length === 0)
      throw invalidInput('batchRequests must be a list of subrequests');
    if (batchRequests.length > MAX_SUBREQUESTS)
      throw invalidInput(`Cannot have more than ${MAX_SUBREQUESTS} subrequests`);
    const haltOnError = flag(body, 'haltOnError', false);
    let hasErrors = false;
    const results = batchRequests.map(subrequestOf).map((sub, at) => {
      const { status, json = null } = haltOnError && hasErrors ? HALTED : run(call, sub, at);
      hasErrors ||= status >= 400;
      return { statusCode: status, result: json };
    });
    return ok({ hasErrors, results }, results.length);
  });
}
