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

  /** Everything that is wrong with the row, in the order in which Salesforce says it. */
  toRowErrors(): RowError[] {
    return [this.toRowError()];
  }
}

/** Several things wrong with one row. */
class RowFaults extends RowFault {
  readonly #faults: readonly RowFault[];

  /** @param faults at least one */
  constructor(faults: readonly RowFault[]) {
    super(faults[0]!.statusCode, faults[0]!.message, faults[0]!.fields);
    this.#faults = faults;
  }

  override toRowErrors(): RowError[] {
    return this.#faults.flatMap((fault) => fault.toRowErrors());
  }
}

/** @throws RowFault when there are faults */
export function refuseAll(faults: readonly RowFault[]): void {
  if (faults.length === 1) throw faults[0]!;
  if (faults.length > 1) throw new RowFaults(faults);
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
