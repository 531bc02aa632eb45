import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { randomUUID } from 'node:crypto';

const PREFIX = 'sfdc.platform.eventbus.grpc';

/** A gRPC status with the service's own code, which clients read from the trailers. */
export class PubSubFault extends Error {
  readonly code: status;
  /** Without the common beginning. */
  readonly errorCode: string;

  constructor(code: status, errorCode: string, message: string) {
    super(message);
    this.code = code;
    this.errorCode = errorCode;
  }

  /** As grpc-js sends it: the id of the call stands in the message and in the trailers. */
  toServiceError(rpcId: string = randomUUID()): ServiceError {
    const metadata = new Metadata();
    metadata.set('error-code', `${PREFIX}.${this.errorCode}`);
    metadata.set('rpc-id', rpcId);
    const details = `${this.message} rpcId: ${rpcId}`;
    return Object.assign(new Error(details), { code: this.code, details, metadata });
  }
}

export const invalidArgument = (errorCode: string, message: string): PubSubFault =>
  new PubSubFault(status.INVALID_ARGUMENT, errorCode, message);

/** Anything that is no fault of the client is told as the service tells it: without details. */
export function toServiceError(error: unknown, rpcId?: string): ServiceError {
  if (error instanceof PubSubFault) return error.toServiceError(rpcId);
  const message = error instanceof Error ? error.message : String(error);
  return new PubSubFault(status.INTERNAL, 'service.internal.error', message).toServiceError(rpcId);
}
