import type { Request, RequestHandler, Response } from 'express';
import type { UserAccess } from '../org/access.ts';

/** Who calls, and in which API version (66 for v66.0). */
export type RestCall = { access: UserAccess; version: number };
export type Handler = (call: RestCall, req: Request, res: Response) => void;
/** Makes a route handler that knows its caller, answers faults and is counted. */
export type Handle = (handler: Handler) => RequestHandler;
