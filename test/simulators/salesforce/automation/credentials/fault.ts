/** A callout that did not come to an answer which its service declares. */
export class CalloutFault extends Error {}
