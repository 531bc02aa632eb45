/** An element of a flow that failed; goes to its fault connector, or ends the interview. */
export class FlowFault extends Error {}
