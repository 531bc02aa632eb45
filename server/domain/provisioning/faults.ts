/** What keeps a billing account from being made, and what to do about it, in words for whoever looks after the Account. */
export type ProvisioningFault = {
  /** Stable code, for tests and reports. */
  code: string;
  text: string;
};

export const provisioningFault = (code: string, text: string): ProvisioningFault => ({ code, text });
