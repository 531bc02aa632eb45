/** A refusal of the UI API; the family answers with an array as all REST does. */
export class UiApiError extends Error {
  readonly status: number;
  readonly errorCode: string;
  readonly output: DmlOutput | undefined;
  /** A real org knows it, this one does not. */
  beyondUs = false;

  constructor(status: number, errorCode: string, message: string, output?: DmlOutput) {
    super(message);
    this.status = status;
    this.errorCode = errorCode;
    this.output = output;
  }

  get body(): object[] {
    const { message, errorCode, output } = this;
    return [{ message, errorCode, ...(output ? { enhancedErrorType: 'RecordError', output } : {}) }];
  }
}

type Fault = {
  constituentField: null;
  duplicateRecordError: null;
  errorCode: string;
  field: string | null;
  fieldLabel: string | null;
  message: string;
};
export type DmlOutput = { errors: Fault[]; fieldErrors: Record<string, Fault[]> };

export const fault = (errorCode: string, message: string, field: string | null, fieldLabel: string | null): Fault => ({
  constituentField: null,
  duplicateRecordError: null,
  errorCode,
  field,
  fieldLabel,
  message,
});

export const noSuchField = (field: string, object: string): UiApiError =>
  new UiApiError(
    400,
    'INVALID_FIELD',
    `No such column '${field}' on entity '${object}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.`,
  );

export function unsupported(message: string): UiApiError {
  const error = new UiApiError(400, 'ILLEGAL_QUERY_PARAMETER_VALUE', message);
  error.beyondUs = true;
  return error;
}

export const notFound = (): UiApiError => new UiApiError(404, 'NOT_FOUND', 'The requested resource does not exist');

/** Also for an object that the user may not read. */
export const noAccess = (): UiApiError =>
  new UiApiError(
    403,
    'INSUFFICIENT_ACCESS',
    "You don't have access to this record. Ask your administrator for help or to request access.",
  );
