/** A channel or a member that Salesforce would not save. */
export class ChannelFault extends Error {
  readonly statusCode: string;

  constructor(statusCode: string, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}
