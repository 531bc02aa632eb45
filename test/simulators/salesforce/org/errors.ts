import type { RowError } from './types.ts';

/** A row that Salesforce refuses; becomes an entry of a top-level error or of a row's result. */
export class RowFault extends Error {
  readonly statusCode: string;
  readonly fields: string[];

  constructor(statusCode: string, message: string, fields: string[] = []) {
    super(message);
    this.statusCode = statusCode;
    this.fields = fields;
  }

  toRowError(): RowError {
    return { statusCode: this.statusCode, message: this.message, fields: this.fields };
  }
}

/** A request that cannot be read at all, so that no row of it is tried. */
export class RequestFault extends Error {
  readonly status: number;
  readonly errorCode: string;

  constructor(status: number, errorCode: string, message: string) {
    super(message);
    this.status = status;
    this.errorCode = errorCode;
  }
}
