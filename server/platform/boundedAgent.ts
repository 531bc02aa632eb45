import { Agent, type Dispatcher } from 'undici';

export type Bounds = {
  /** Longest time from sending a request to the last byte of its answer, ms. */
  deadlineMs: number;
  /** Largest answer, in bytes as they travel. */
  maxBytes: number;
};

/** An answer that was given up because it took too long or was too large: nothing is known of its outcome. */
export class AnswerOutOfBounds extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AnswerOutOfBounds';
  }
}

const CONNECT_MS = 10_000;

function withinBounds({ deadlineMs, maxBytes }: Bounds): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => {
    let timer: NodeJS.Timeout | undefined;
    let size = 0;
    return dispatch(options, {
      onRequestStart(controller, context) {
        timer = setTimeout(
          () => controller.abort(new AnswerOutOfBounds(`No complete answer came within ${deadlineMs / 1000} s.`)),
          deadlineMs,
        );
        handler.onRequestStart?.(controller, context);
      },
      onRequestUpgrade: (controller, status, headers, socket) =>
        handler.onRequestUpgrade?.(controller, status, headers, socket),
      onResponseStart: (controller, status, headers, message) =>
        handler.onResponseStart?.(controller, status, headers, message),
      onResponseData(controller, chunk) {
        size += chunk.length;
        if (size > maxBytes)
          return controller.abort(new AnswerOutOfBounds(`The answer is larger than ${maxBytes / 1e6} MB.`));
        handler.onResponseData?.(controller, chunk);
      },
      onResponseEnd(controller, trailers) {
        clearTimeout(timer);
        handler.onResponseEnd?.(controller, trailers);
      },
      onResponseError(controller, error) {
        clearTimeout(timer);
        handler.onResponseError?.(controller, error);
      },
    });
  };
}

/**
 * Connections to other systems whose answers end in time and in size, however slowly they drip. Certificates are always
 * verified, whatever NODE_TLS_REJECT_UNAUTHORIZED says.
 */
export function createBoundedAgent(bounds: Bounds): Dispatcher {
  return new Agent({
    connect: { timeout: CONNECT_MS, rejectUnauthorized: true },
    headersTimeout: bounds.deadlineMs,
    bodyTimeout: bounds.deadlineMs,
  }).compose(withinBounds(bounds));
}
